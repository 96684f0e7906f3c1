"""Who hears of severe scores at a clinic: named people who treat there, in hours that make sense, until they leave."""

from datetime import UTC, datetime, time

import pytest
from django.db import IntegrityError, transaction

from backend.accounts.models import AlertPlan, AuditEntry, Membership
from backend.accounts.refusals import Conflict, Refused
from backend.accounts.services.alert_plans import end_plan, save_plan, who_treat
from backend.accounts.services.staff import add_member, end_membership
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(clinic, owner, clinician):
    return make.alert_plan(at=clinic, owner=clinician, second=owner)


def actions(clinic):
    entries = AuditEntry.objects.filter(clinic=clinic, action__startswith="alert_plan")
    return list(entries.order_by("pk").values_list("action", flat=True))


def test_a_plan_is_stored_and_changed_with_what_differs_on_record(clinic, plan, clinician):
    version = clinic.version
    save_plan(actor=clinician, clinic=clinic, fields={"until_time": time(17), "repeat_after_hours": 12})
    plan.refresh_from_db()
    assert plan.until_time == time(17)
    assert actions(clinic) == ["alert_plan.made", "alert_plan.changed"]
    assert AuditEntry.objects.last().changes == {"until_time": ["23:59:59", "17:00:00"]}
    assert clinic.version == version + 1


def test_saving_what_is_stored_leaves_no_trace(clinic, plan, clinician):
    save_plan(actor=clinician, clinic=clinic, fields={"owner": clinician})
    assert actions(clinic) == ["alert_plan.made"]


def test_a_plan_that_was_read_before_another_change_is_a_conflict(clinic, plan, clinician):
    with pytest.raises(Conflict):
        save_plan(actor=clinician, clinic=clinic, fields={"days": "1"}, expected_version=clinic.version - 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"until_time": time(0)}, "until_time"),
        ({"action_plan": ""}, "action_plan"),
        ({"days": ""}, "days"),
        ({"owner": None}, "owner"),
    ],
)
def test_a_plan_lacks_nothing(clinic, plan, clinician, fields, field):
    with pytest.raises(Refused) as refusal:
        save_plan(actor=clinician, clinic=clinic, fields=fields)
    assert refusal.value.field == field


@pytest.mark.parametrize("field", ["owner", "second"])
def test_only_who_treats_at_the_clinic_can_be_named(clinic, plan, clinician, field):
    for stranger in (make.member(at=clinic, role="researcher"), make.member()):
        assert stranger not in who_treat(clinic)
        with pytest.raises(Refused) as refusal:
            save_plan(actor=clinician, clinic=clinic, fields={field: stranger})
        assert refusal.value.field == field


def test_the_second_is_somebody_else(clinic, plan, clinician):
    with pytest.raises(Refused, match="same person"):
        save_plan(actor=clinician, clinic=clinic, fields={"second": clinician})
    with pytest.raises(IntegrityError, match="alert_plan_second_is_another"), transaction.atomic():
        AlertPlan.objects.filter(pk=plan.pk).update(second=clinician)


def test_without_its_owner_a_plan_ends(clinic, plan, owner, clinician):
    end_membership(actor=owner, membership=Membership.objects.get(person=clinician))
    assert not AlertPlan.objects.exists()
    assert actions(clinic)[-1] == "alert_plan.ended"
    assert AuditEntry.objects.filter(action="alert_plan.ended").get().reason == "its owner left"


def test_without_the_second_it_goes_on(clinic, plan, owner, clinician):
    make.member(at=clinic, role="owner")
    end_membership(actor=clinician, membership=Membership.objects.get(person=owner))
    plan.refresh_from_db()
    assert (plan.owner, plan.second) == (clinician, None)


def test_another_role_that_treats_changes_nothing_and_one_that_reads_ends_it(clinic, plan, owner, clinician):
    add_member(actor=owner, clinic=clinic, person=clinician, role="owner")
    assert AlertPlan.objects.exists()
    add_member(actor=owner, clinic=clinic, person=clinician, role="researcher")
    assert not AlertPlan.objects.exists()


def test_ending_a_plan_twice_is_on_record_once(clinic, plan, owner):
    end_plan(actor=owner, clinic=clinic)
    end_plan(actor=owner, clinic=clinic)
    assert actions(clinic) == ["alert_plan.made", "alert_plan.ended"]


def test_hours_are_those_of_the_clinics_clock(clinic, owner):
    summer = make.alert_plan(at=clinic, owner=owner, days="1", from_time=time(9), until_time=time(17))
    monday = datetime(2026, 7, 6, tzinfo=UTC)
    attended = [hour for hour in range(24) if summer.is_attended(monday.replace(hour=hour))]
    assert attended == list(range(8, 16))  # London is an hour ahead of UTC
    assert not summer.is_attended(datetime(2026, 7, 7, 10, tzinfo=UTC))
