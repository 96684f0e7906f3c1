"""Two at once: one address used first in two places, one invitation taken by two, and one made anew as it is taken."""

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from backend.accounts.models import AuditEntry, Invitation, Membership, Patient, Person
from backend.accounts.refusals import Refused
from backend.accounts.services import invitations, staff
from backend.accounts.services.people import create_person
from tests import make
from tests.at_once import meanwhile, shared

NEW = "new@home.example"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def newcomer(clinic):
    return make.patient(at=clinic, sign_in=False)


@pytest.fixture
def code(newcomer, clinician):
    return invitations.invite(actor=clinician, patient=newcomer).code


@pytest.fixture
def database(code, tmp_path):
    """What is stored so far, for several connections."""
    with shared(tmp_path):
        yield


def test_an_address_stored_meanwhile_is_that_one_person(database):
    with transaction.atomic():
        first = create_person(actor=None, email=NEW)
        second = meanwhile(lambda: create_person(actor=None, email=NEW))
    assert second.result() == first
    assert Person.objects.filter(email=NEW).count() == 1
    assert AuditEntry.objects.filter(action="person.created", target_id=str(first.pk)).count() == 1


def test_who_gives_an_address_that_is_stored_meanwhile_gets_their_code(code, database):
    page = reverse("join-code", args=[code])
    said = {"email": NEW, "name": "", "language": "en", "next": page}
    with transaction.atomic():
        create_person(actor=None, email=NEW)
        answer = meanwhile(lambda: Client().post(page, said))
    assert answer.result().headers["Location"].startswith("/account/login/code/confirm/")
    assert [sent.to for sent in mail.outbox] == [[NEW]]


def test_somebody_invited_to_two_clinics_at_once_works_at_both(clinic, owner, database):
    elsewhere = make.clinic()
    with transaction.atomic():
        staff.invite_member(actor=owner, clinic=clinic, email=NEW, name="Nia", role="clinician")
        other = meanwhile(
            lambda: staff.invite_member(actor=None, clinic=elsewhere, email=NEW, name="", role="researcher")
        )
    assert other.result().person.name == "Nia"
    assert Membership.objects.filter(person=other.result().person).count() == 2


def test_of_two_who_take_one_invitation_one_gets_it_and_the_other_is_told(newcomer, code, database):
    first, second = make.person(), make.person()
    with transaction.atomic():
        invitations.accept(actor=first, code=code)
        late = meanwhile(lambda: invitations.accept(actor=second, code=code))
    with pytest.raises(Refused) as refusal:
        late.result()
    assert refusal.value.field == "code"
    newcomer.refresh_from_db()
    assert newcomer.person == first
    assert AuditEntry.objects.filter(action="invitation.used").count() == 1


def test_the_one_who_comes_second_reads_so_on_the_page(newcomer, code, database):
    first, second = make.person(), Client()
    second.force_login(make.person())
    with transaction.atomic():
        invitations.accept(actor=first, code=code)
        late = meanwhile(lambda: second.post(reverse("join-code", args=[code])))
    assert late.result().status_code == 200
    assert "This code opens nothing." in late.result().content.decode()


def test_a_button_tapped_twice_joins_once_and_says_so_twice(newcomer, code, database):
    person, twice = make.person(), Client()
    twice.force_login(person)
    with transaction.atomic():
        invitations.accept(actor=person, code=code)
        again = meanwhile(lambda: twice.post(reverse("join-code", args=[code])))
    assert again.result().headers["Location"] == "/consent/"
    assert twice.post(reverse("join-code", args=[code])).headers["Location"] == "/consent/"
    assert AuditEntry.objects.filter(action="invitation.used").count() == 1


def test_an_invitation_made_anew_while_it_is_taken_waits_for_no_lock_that_waits_for_it(newcomer, code, database):
    person = make.person()
    with transaction.atomic():
        Patient.objects.lock(newcomer.pk)  # as making one anew begins
        taken = meanwhile(lambda: invitations.accept(actor=person, code=code))
        invitations.take_back(actor=person, patient=newcomer)
    with pytest.raises(Refused):
        taken.result()
    assert Invitation.objects.get().used_at is None
