"""Treatments: what may be stored, what a correction does, and what can never be true."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from backend.accounts.models import AuditEntry
from backend.tracking.models import Treatment
from backend.tracking.services.refusals import Refused
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make

pytestmark = pytest.mark.django_db
DOSED_AT = make.DOSED_AT


@pytest.mark.parametrize(
    ("details", "field"),
    [
        pytest.param({"drug": "aspirin"}, "drug", id="unknown drug"),
        pytest.param({"route": "by air"}, "route", id="unknown route"),
        pytest.param({"indication": "flu"}, "indication", id="unknown indication"),
        pytest.param({"protocol": "daily"}, "protocol", id="unknown protocol"),
        pytest.param({"drug": "other"}, "drug_name", id="another drug without its name"),
        pytest.param({"dose_mg": -1}, "dose_mg", id="negative dose"),
        pytest.param({"started_at": None}, "started_at", id="started without a start"),
        pytest.param({"state": "planned"}, "started_at", id="planned with a start"),
        pytest.param({"state": "planned", "started_at": None}, "planned_at", id="planned without a plan"),
        pytest.param({"ended_at": DOSED_AT - timedelta(hours=1)}, "ended_at", id="ends before it starts"),
        pytest.param({"patient": 7}, "patient", id="a field that cannot be set"),
        pytest.param({"started_at": DOSED_AT.replace(year=1999)}, "started_at", id="started before 2000"),
        pytest.param({"started_at": timezone.now() + timedelta(days=1)}, "started_at", id="starts in the future"),
    ],
)
def test_bad_input_names_its_field_and_stores_nothing(patient, details, field):
    with pytest.raises(Refused) as refused:
        make.treatment(of=patient, **details)
    assert refused.value.field == field
    assert not Treatment.objects.exists()
    assert not AuditEntry.objects.exists()


def test_two_treatments_cannot_start_at_the_same_instant(patient):
    make.treatment(of=patient)
    with pytest.raises(Refused) as refused:
        make.treatment(of=patient)
    assert refused.value.field == "started_at"


def test_a_correction_is_audited_with_old_and_new(patient, clinician):
    treatment = make.treatment(of=patient)
    changes = {"started_at": DOSED_AT + timedelta(minutes=10), "route": "iv"}
    correct_treatment(actor=clinician, treatment=treatment, changes=changes, reason="clock was slow")
    entry = AuditEntry.objects.get(action="treatment.changed")
    assert entry.changes == {"started_at": ["2026-03-02T10:00:00+00:00", "2026-03-02T10:10:00+00:00"]}
    assert (entry.reason, entry.actor, entry.patient) == ("clock was slow", clinician, patient)


def test_a_correction_that_changes_nothing_leaves_no_trace(patient, clinician):
    treatment = make.treatment(of=patient)
    correct_treatment(actor=clinician, treatment=treatment, changes={"route": "iv"})
    assert not AuditEntry.objects.filter(action="treatment.changed").exists()


def test_only_what_outcomes_depend_on_asks_for_new_ones(patient, clinician):
    treatment = make.treatment(of=patient)
    version = Treatment.objects.get().ratings_version
    correct_treatment(actor=clinician, treatment=treatment, changes={"weight_kg": "70.5"})
    assert Treatment.objects.get().ratings_version == version
    correct_treatment(actor=clinician, treatment=treatment, changes={"redose_reason": "planned"})
    assert Treatment.objects.get().ratings_version == version + 1


def test_the_protocol_stays_once_a_check_in_is_answered(patient, clinician):
    treatment = make.treatment(of=patient)
    correct_treatment(actor=clinician, treatment=treatment, changes={"protocol": "weekly"})
    assert treatment.check_ins.count() == 14
    make.rating(of=treatment, hours=7 * 24)
    with pytest.raises(Refused, match="can no longer change"):
        correct_treatment(actor=clinician, treatment=treatment, changes={"protocol": "hourly-weekly"})


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"state": "started", "started_at": None}, id="started_treatment_has_a_start"),
        pytest.param({"state": "planned", "planned_at": DOSED_AT}, id="planned_treatment_has_no_start"),
        pytest.param({"state": "planned", "started_at": None}, id="planned_treatment_has_a_plan"),
        pytest.param({"ended_at": DOSED_AT - timedelta(hours=1)}, id="treatment_ends_after_it_starts"),
        pytest.param({"drug": "other"}, id="treatment_with_another_drug_names_it"),
        pytest.param({"dose_mg": 0}, id="treatment_dose_is_positive"),
        pytest.param({"weight_kg": 0}, id="treatment_weight_is_positive"),
    ],
)
def test_what_must_never_be_true_is_refused_by_the_database(patient, broken, request):
    treatment = make.treatment(of=patient)
    with pytest.raises(IntegrityError, match=request.node.callspec.id), transaction.atomic():
        Treatment.objects.filter(pk=treatment.pk).update(**broken)


def test_a_rating_that_arrives_during_a_correction_is_not_forgotten(patient, clinician, monkeypatch):
    treatment = make.treatment(of=patient)
    check, arrived = Treatment.full_clean, []

    def interrupted(self, *args, **options):
        if not arrived:
            arrived.append(make.rating(of=treatment))
        check(self, *args, **options)

    before = Treatment.objects.get().ratings_version
    monkeypatch.setattr(Treatment, "full_clean", interrupted)
    correct_treatment(actor=clinician, treatment=treatment, changes={"weight_kg": "70.5"})
    assert Treatment.objects.get().ratings_version == before + 1
