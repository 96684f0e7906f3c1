"""The people of a clinic: owners invite, change roles and end somebody's work, knowing what ends with it."""

from datetime import time

import pytest
from django.core import mail

from backend.accounts.models import AlertPlan, Membership, Person
from backend.accounts.services import clinics, staff
from tests import make


def said(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def page(clinic):
    return f"/clinics/{clinic.pk}/staff/"


@pytest.fixture
def as_owner(client, owner):
    client.force_login(owner)
    return client


def page_of(page, person):
    return f"{page}{Membership.objects.active().get(person=person).pk}/"


INVITED = {"email": "new@clinic.example", "name": "Nia New", "role": "clinician"}


def test_somebody_is_invited_and_told_so(as_owner, clinic, page):
    listed = said(as_owner.post(page, INVITED, follow=True))
    assert "new@clinic.example now works here, and was told so by e-mail." in listed
    assert "has not signed in yet" in listed
    membership = Membership.objects.get(person=Person.objects.get(email="new@clinic.example"))
    assert (membership.clinic, membership.role, membership.person.name) == (clinic, "clinician", "Nia New")
    (sent,) = mail.outbox
    assert sent.to == ["new@clinic.example"]
    assert "/account/login/" in sent.body
    assert clinic.name not in sent.subject + sent.body


def test_what_is_said_of_the_second_step_is_true_where_it_is_said(as_owner, clinic, page):
    step = "Before any page of the clinic opens to them, they set up a second step"
    assert step in said(as_owner.get(page))
    clinic.demo = True
    clinic.save()
    listed = said(as_owner.get(page))
    assert step not in listed
    assert "In a demo clinic no second step is asked for." in listed


def test_a_mail_server_that_fails_is_said_and_the_invitation_holds(as_owner, page, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # where nobody listens
    assert "the e-mail could not be sent" in said(as_owner.post(page, INVITED, follow=True))
    assert Membership.objects.filter(person=Person.objects.get(email="new@clinic.example")).exists()


def test_an_invitation_does_not_tell_whose_address_it_is(as_owner, page, owner, other_clinic):
    listed = said(as_owner.post(page, INVITED | {"email": other_clinic.email}, follow=True))
    assert other_clinic.email in listed
    assert "Oscar Other" not in listed
    staff.end_membership(actor=None, membership=other_clinic.memberships.latest("pk"))
    as_owner.cookies.clear()
    as_owner.force_login(other_clinic)  # at the clinic of their own
    as_owner.force_login(owner)
    assert "Oscar Other" not in said(as_owner.get(page))


def test_who_has_come_is_called_by_name(as_owner, page, other_clinic):
    as_owner.post(page, INVITED | {"email": other_clinic.email})
    as_owner.force_login(other_clinic)
    assert "Oscar Other" in said(as_owner.get(page))


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"email": "nobody"}, "Enter a valid email"),
        ({"role": "cook"}, "Select a valid choice"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(as_owner, page, wrong, complaint):
    response = as_owner.post(page, {"email": "new@clinic.example", "name": "Nia New", "role": "clinician"} | wrong)
    assert complaint in said(response)
    assert ("Nia New" if "name" not in wrong else "new@clinic.example") in said(response)
    assert mail.outbox == []


def test_who_works_here_already_is_not_invited(as_owner, page, clinician):
    assert "already works here" in said(as_owner.post(page, INVITED | {"email": clinician.email}))


def test_a_role_changes(as_owner, page, clinician):
    listed = said(as_owner.post(page_of(page, clinician), {"role": "researcher"}, follow=True))
    assert Membership.objects.active().get(person=clinician).role == "researcher"
    assert "Who worked here before" in listed


def test_work_ends_only_when_it_is_meant_to(as_owner, page, clinician):
    address = page_of(page, clinician)
    assert "Tick this if their work here ends now." in said(as_owner.post(address, {"end": "1"}))
    assert Membership.objects.active().filter(person=clinician).exists()
    assert "no longer works here" in said(as_owner.post(address, {"end": "1", "sure": "on"}, follow=True))
    assert not Membership.objects.active().filter(person=clinician).exists()
    assert "has already ended" in said(as_owner.post(address, {"end": "1", "sure": "on"}, follow=True))


def test_the_only_owner_stays(as_owner, page, owner):
    address = page_of(page, owner)
    for sent in ({"end": "1", "sure": "on"}, {"role": "researcher"}):
        assert "only owner" in said(as_owner.post(address, sent))
    assert Membership.objects.active().get(person=owner).role == "owner"


def test_what_ends_with_somebody_is_said_before(as_owner, page, clinic, clinician, owner):
    assert "This ends with it" not in said(as_owner.get(page_of(page, clinician)))
    clinics.change_clinic(actor=owner, clinic=clinic, fields={"item9_owner": clinician, "item9_plan": "Call."})
    plan = {"from_time": time(9), "until_time": time(17), "action_plan": "Call."}
    AlertPlan.objects.create(clinic=clinic, owner=clinician, second=owner, **plan)
    told = said(as_owner.get(page_of(page, clinician)))
    assert "They read PHQ-9 item 9." in told
    assert "alerts are off until somebody else is named" in told
    assert "no second person" in said(as_owner.get(page_of(page, owner)))


def test_those_who_are_no_owners_read_names_and_no_addresses(at_desk, clinician, owner, page):
    make.member(at=clinician.memberships.get().clinic, name="Nobody Yet", email="yet@clinic.example")
    listed = said(at_desk.get(page))
    assert "Clara Clinician" in listed
    assert "somebody invited" in listed
    for hidden in (clinician.email, "yet@clinic.example", "Nobody Yet"):
        assert hidden not in listed
    assert "Invite somebody" not in listed
    assert at_desk.post(page, INVITED).status_code == 404
    for method in (at_desk.get, at_desk.post):
        assert method(page_of(page, owner)).status_code == 404


def test_an_owner_of_another_clinic_changes_nobody_here(client, page, clinician):
    client.force_login(make.member(role="owner"))
    assert client.post(page_of(page, clinician), {"end": "1", "sure": "on"}).status_code == 404
    assert Membership.objects.active().filter(person=clinician).exists()


def test_the_list_asks_little_however_many_work_there(as_owner, page, clinic, django_assert_max_num_queries):
    for _ in range(8):
        make.member(at=clinic)
    with django_assert_max_num_queries(12):
        as_owner.get(page)
