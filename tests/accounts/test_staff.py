"""Who works at a clinic: never without an owner, and what somebody was named for ends when they leave."""

import pytest

from backend.accounts.models import AuditEntry, Membership, Person
from backend.accounts.refusals import Refused
from backend.accounts.services import clinics, staff
from tests import make


def work_of(person):
    return Membership.objects.active().get(person=person)


def test_a_clinic_keeps_its_only_owner(clinic, owner, clinician):
    with pytest.raises(Refused, match="only owner") as refused:
        staff.end_membership(actor=owner, membership=work_of(owner))
    assert refused.value.field == "role"
    with pytest.raises(Refused, match="only owner"):
        staff.add_member(actor=owner, clinic=clinic, person=owner, role="clinician")
    assert work_of(owner).role == "owner"
    assert not AuditEntry.objects.exists()


def test_with_another_owner_the_first_may_go(clinic, owner, clinician):
    staff.add_member(actor=owner, clinic=clinic, person=clinician, role="owner")
    staff.end_membership(actor=owner, membership=work_of(owner))
    with pytest.raises(Refused, match="only owner"):
        staff.end_membership(actor=clinician, membership=work_of(clinician))


def test_an_owner_of_another_clinic_does_not_count(owner):
    make.member(role="owner")
    with pytest.raises(Refused, match="only owner"):
        staff.end_membership(actor=owner, membership=work_of(owner))


@pytest.mark.parametrize(("role", "asked"), [("owner", True), ("researcher", False)])
def test_who_reads_item_9_stays_in_another_role_that_treats(clinic, owner, clinician, role, asked):
    clinics.change_clinic(actor=owner, clinic=clinic, fields={"item9_owner": clinician, "item9_plan": "Call."})
    staff.add_member(actor=owner, clinic=clinic, person=clinician, role=role)
    clinic.refresh_from_db()
    assert clinic.asks_item9 is asked


def test_somebody_new_is_invited_by_address(clinic, owner):
    membership = staff.invite_member(actor=owner, clinic=clinic, email="New@x.example", name="Nia", role="researcher")
    assert membership.person == Person.objects.get(email="new@x.example")
    assert (membership.person.name, membership.role) == ("Nia", "researcher")
    assert not membership.person.has_usable_password()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["person.created", "membership.started"]


def test_a_known_person_keeps_their_name(clinic, owner, other_clinic):
    staff.invite_member(actor=owner, clinic=clinic, email=other_clinic.email, name="Wrong", role="clinician")
    assert Person.objects.get(pk=other_clinic.pk).name == "Oscar Other"


def test_who_works_there_is_not_invited_again(clinic, owner, clinician):
    with pytest.raises(Refused, match="already works here") as refused:
        staff.invite_member(actor=owner, clinic=clinic, email=clinician.email, name="", role="owner")
    assert refused.value.field == "email"
    assert work_of(clinician).role == "clinician"


# Settings that fit each other


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"offered_protocols": ["weekly"]}, "default_protocol"),
        ({"offered_protocols": ["daily"]}, "offered_protocols"),
        ({"offered_protocols": "weekly"}, "offered_protocols"),
        ({"left_out_instruments": ["nrs-anxiety"]}, "left_out_instruments"),
        ({"left_out_instruments": ["phq9"]}, "left_out_instruments"),
        ({"left_out_instruments": ["mood-ring"]}, "left_out_instruments"),
        ({"retention_months": 0}, "retention_months"),
        ({"retention_months": 1201}, "retention_months"),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(clinic, owner, fields, field):
    with pytest.raises(Refused) as refused:
        clinics.change_clinic(actor=owner, clinic=clinic, fields=fields)
    assert refused.value.field == field
    clinic.refresh_from_db()
    assert (clinic.version, clinic.offered_protocols, clinic.left_out_instruments) == (1, [], [])


def test_item_9_is_read_by_somebody_who_treats_there_now(clinic, owner, clinician, other_clinic):
    staff.end_membership(actor=owner, membership=work_of(clinician))
    for person in (clinician, other_clinic, make.member(at=clinic, role="researcher")):
        with pytest.raises(Refused, match="does not treat"):
            clinics.change_clinic(actor=owner, clinic=clinic, fields={"item9_owner": person, "item9_plan": "Call."})


def test_what_is_offered_and_left_out_is_on_record(clinic, owner):
    fields = {"offered_protocols": ["hourly-weekly"], "left_out_instruments": ["gad7"], "retention_months": 120}
    clinics.change_clinic(actor=owner, clinic=clinic, fields=fields)
    assert AuditEntry.objects.get().changes == {
        name: [before, fields[name]]
        for name, before in (("offered_protocols", []), ("left_out_instruments", []), ("retention_months", None))
    }
