"""An invitation links a record to the account that proved its address: once, for a while, and never to another's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from backend.accounts.models import AuditEntry, Invitation, Person
from backend.accounts.refusals import Refused
from backend.accounts.services import invitations
from tests import make


@pytest.fixture
def newcomer(clinic):
    """A patient without a sign-in."""
    return make.patient(at=clinic, sign_in=False)


@pytest.fixture
def made(newcomer, clinician):
    return invitations.invite(actor=clinician, patient=newcomer)


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_an_invitation_links_the_record_to_whoever_accepts_it(made, newcomer):
    person = make.person()
    assert invitations.accept(actor=person, code=made.code, name="Pat", language="es") == newcomer
    newcomer.refresh_from_db()
    assert (newcomer.person, newcomer.person.name, newcomer.person.language) == (person, "Pat", "es")
    assert actions() == ["invitation.made", "patient.changed", "person.changed", "invitation.used"]


def test_it_works_once(made, newcomer):
    first = make.person()
    invitations.accept(actor=first, code=made.code)
    with pytest.raises(Refused, match="opens nothing"):
        invitations.accept(actor=make.person(), code=made.code)
    newcomer.refresh_from_db()
    assert newcomer.person == first
    assert Invitation.objects.get().used_at is not None


def test_what_an_account_is_called_already_stays(made):
    person = make.person(name="Ann Known", language="en")
    invitations.accept(actor=person, code=made.code, name="Somebody Else", language="es")
    person.refresh_from_db()
    assert (person.name, person.language) == ("Ann Known", "en")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(invitations.grouped, id="as it is printed"),
        pytest.param(lambda code: f" {code.lower()} ", id="in small letters"),
        pytest.param(lambda code: code.replace("0", "o").replace("1", "l"), id="misread"),
    ],
)
def test_a_code_opens_however_it_is_typed(made, written):
    assert invitations.open_invitation(written(made.code)) == made.invitation


def test_every_letter_people_misread_is_taken_for_its_digit():
    assert invitations.normalised("o0-iI lL–1") == "00111" + "11"


@pytest.mark.parametrize("code", ["", "0", "K" * 12, "K" * 13, "U" * 12, "\N{BULLET}" * 12])
def test_another_code_opens_nothing(made, code):
    assert invitations.open_invitation(code) is None


def test_it_ends_after_a_week(made):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert invitations.open_invitation(made.code) is None
    with pytest.raises(Refused, match="opens nothing"):
        invitations.accept(actor=make.person(), code=made.code)


def test_a_new_one_ends_the_one_before(made, newcomer, clinician):
    again = invitations.invite(actor=clinician, patient=newcomer)
    assert invitations.open_invitation(made.code) is None
    assert invitations.open_invitation(again.code) == again.invitation


def test_one_that_is_taken_back_opens_nothing(made, newcomer, clinician):
    invitations.take_back(actor=clinician, patient=newcomer)
    assert invitations.open_invitation(made.code) is None
    assert actions() == ["invitation.made", "invitation.ended"]


def test_a_patient_with_a_sign_in_is_not_invited(patient, clinician):
    with pytest.raises(Refused, match="has a sign-in already"):
        invitations.invite(actor=clinician, patient=patient)


@pytest.mark.parametrize("role", ["owner", "clinician", "researcher"])
def test_who_works_at_the_clinic_cannot_take_the_record(made, newcomer, role):
    with pytest.raises(Refused, match="You work at this clinic"):
        invitations.accept(actor=make.member(at=newcomer.clinic, role=role), code=made.code)
    newcomer.refresh_from_db()
    assert newcomer.person is None


def test_nobody_is_two_patients_of_one_clinic(made, stranger):
    with pytest.raises(Refused, match="a patient of this clinic"):
        invitations.accept(actor=stranger.person, code=made.code)


def test_the_database_does_not_hold_the_code(made):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_invitation")
        assert made.code not in str(cursor.fetchall())


def test_codes_do_not_repeat_and_hold_no_letter_that_is_misread(newcomer, clinician):
    codes = [invitations.invite(actor=clinician, patient=newcomer).code for _ in range(20)]
    assert len(set(codes)) == 20
    assert {len(code) for code in codes} == {12}
    assert not set("".join(codes)) & set("OILU")


def test_an_address_given_twice_makes_one_account(made):
    for _ in range(2):
        invitations.open_account(invitation=made.invitation, email="new@home.example")
    assert Person.objects.filter(email="new@home.example").count() == 1
    assert not Person.objects.get(email="new@home.example").patients.exists()
