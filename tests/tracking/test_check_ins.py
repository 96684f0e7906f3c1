"""Check-ins follow the dose: planned, started, corrected, superseded, answered or skipped."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.accounts.models import AuditEntry
from backend.tracking.asking import due_check_in, next_check_in, questions
from backend.tracking.models import CheckIn, Skip, State
from backend.tracking.services.refusals import KeyReused, Refused
from backend.tracking.services.treating.check_ins import skip_check_in
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make

pytestmark = pytest.mark.django_db
DOSED_AT = make.DOSED_AT


def check_in(treatment, name):
    return CheckIn.objects.with_answers().select_related("treatment__patient").get(treatment=treatment, name=name)


def state(treatment, name, now):
    found = check_in(treatment, name)
    return found.state_at(now), found.reason


def test_a_planned_treatment_has_check_ins_from_the_planned_time(patient):
    treatment = make.treatment(of=patient, planned_at=DOSED_AT, protocol="hourly-bridged-weekly")
    names = list(treatment.check_ins.order_by("number").values_list("name", flat=True))
    assert names[:9] == ["evening before", "arrival", "+1 h", "+2 h", "+3 h", "+4 h", "day 1", "day 3", "week 1"]
    assert names[-1] == "week 12"
    assert check_in(treatment, "+1 h").due_at == DOSED_AT + timedelta(hours=1)


def test_starting_late_moves_unanswered_check_ins_and_no_rating(patient, clinician):
    treatment = make.treatment(of=patient, planned_at=DOSED_AT)
    rated = make.rating(of=treatment, hours=-0.5, score=8)
    started = {"state": "started", "started_at": DOSED_AT + timedelta(hours=2)}
    correct_treatment(actor=clinician, treatment=treatment, changes=started)
    assert check_in(treatment, "+1 h").due_at == DOSED_AT + timedelta(hours=3)
    assert check_in(treatment, "arrival").due_at == DOSED_AT
    rated.refresh_from_db()
    assert rated.effective_at == DOSED_AT - timedelta(minutes=30)


def test_a_check_in_is_upcoming_then_open_then_missed(patient):
    treatment = make.treatment(of=patient)
    states = [state(treatment, "+2 h", DOSED_AT + timedelta(hours=hours))[0] for hours in (1.7, 1.75, 2.74, 2.75)]
    assert states == [State.UPCOMING, State.OPEN, State.OPEN, State.MISSED]


def test_the_first_question_answers_the_check_in(patient):
    treatment = make.treatment(of=patient)
    now = DOSED_AT + timedelta(hours=2)
    make.rating(of=treatment, hours=2, instrument="now4", answers=[1, 1, 1, 1])
    assert state(treatment, "+2 h", now) == (State.OPEN, "")
    given = make.rating(of=treatment, hours=2)
    assert state(treatment, "+2 h", now) == (State.ANSWERED, "")
    make.amendment(of=given, kind="withdraw")
    assert state(treatment, "+2 h", now) == (State.OPEN, "")


def test_a_rating_finds_the_check_in_whose_window_holds_it(patient):
    treatment = make.treatment(of=patient)
    assert make.rating(of=treatment, hours=2.74).check_in.name == "+2 h"
    assert make.rating(of=treatment, hours=2.75).check_in.name == "+3 h"
    assert make.rating(of=treatment, hours=30).check_in is None


def test_a_new_treatment_closes_what_is_left_of_the_one_before(patient):
    first = make.treatment(of=patient)
    make.rating(of=first, hours=7 * 24)
    second = make.treatment(of=patient, started_at=DOSED_AT + timedelta(days=8))
    now = second.started_at + timedelta(hours=1)
    assert state(first, "+1 h", now) == (State.MISSED, "")
    assert state(first, "week 1", now) == (State.ANSWERED, "")
    assert state(first, "week 2", now) == (State.SKIPPED, "superseded")
    assert due_check_in(patient, now) == check_in(second, "+1 h")


def test_correcting_a_start_reopens_what_is_no_longer_superseded(patient, clinician):
    first = make.treatment(of=patient)
    second = make.treatment(of=patient, started_at=DOSED_AT + timedelta(days=8))
    correct_treatment(
        actor=clinician, treatment=second, changes={"started_at": DOSED_AT + timedelta(days=15), "ended_at": None}
    )
    assert not check_in(first, "week 1").superseded
    assert check_in(first, "week 2").superseded


def test_a_patient_is_asked_one_thing_at_a_time(patient):
    first = make.treatment(of=patient)
    make.treatment(of=patient, planned_at=DOSED_AT + timedelta(days=7))
    now = DOSED_AT + timedelta(days=6, hours=23)
    assert due_check_in(patient, now) == check_in(first, "week 1")
    make.rating(of=first, hours=(now - DOSED_AT).total_seconds() / 3600)
    assert due_check_in(patient, now).name == "arrival"


def test_the_next_check_in_is_the_next_to_open(patient):
    treatment = make.treatment(of=patient)
    assert next_check_in(patient, DOSED_AT + timedelta(hours=5)) == check_in(treatment, "week 1")
    assert next_check_in(patient, DOSED_AT + timedelta(weeks=20)) is None


def test_a_cancelled_treatment_asks_nothing(patient, clinician):
    treatment = make.treatment(of=patient, planned_at=DOSED_AT)
    correct_treatment(actor=clinician, treatment=treatment, changes={"state": "cancelled"})
    assert due_check_in(patient, DOSED_AT - timedelta(hours=1)) is None
    assert state(treatment, "arrival", DOSED_AT) == (State.SKIPPED, "cancelled")


def test_what_is_asked_depends_on_the_check_in_and_the_indication(patient):
    treatment = make.treatment(of=patient, indication="ptsd")

    def slugs(name):
        return [one.slug for one in questions(check_in(treatment, name))]

    assert slugs("evening before") == ["nrs-anxiety", "now4", "gad7", "phq8", "pcl5"]
    assert slugs("+1 h") == ["nrs-anxiety", "now4", "unreal", "sleepy"]
    assert slugs("week 1") == ["nrs-anxiety", "now4", "gad7", "pgic"]
    assert slugs("week 4") == ["nrs-anxiety", "now4", "gad7", "phq8", "pcl5", "pgic"]


def test_what_looks_back_over_days_is_asked_once_before_the_dose(patient):
    treatment = make.treatment(of=patient, planned_at=DOSED_AT)
    make.rating(of=treatment, hours=-20, instrument="gad7", answers=[2] * 7)
    make.rating(of=treatment, hours=-20, score=8)
    assert [one.slug for one in questions(check_in(treatment, "arrival"))] == ["nrs-anxiety", "now4", "phq8"]
    assert [one.slug for one in questions(check_in(treatment, "evening before"))] == ["now4", "phq8"]


def test_a_blank_first_question_answers_nothing_and_is_asked_again(patient):
    treatment = make.treatment(of=patient)
    make.rating(of=treatment, hours=2, answers=[None])
    make.rating(of=treatment, hours=2, instrument="now4", answers=[None] * 4)
    now = DOSED_AT + timedelta(hours=2)
    assert state(treatment, "+2 h", now) == (State.OPEN, "")
    assert [one.slug for one in questions(check_in(treatment, "+2 h"))] == ["nrs-anxiety", "unreal", "sleepy"]


def test_what_was_left_blank_the_evening_before_is_asked_at_arrival(patient):
    treatment = make.treatment(of=patient, planned_at=DOSED_AT)
    make.rating(of=treatment, hours=-20, instrument="gad7", answers=[None] * 7)
    assert "gad7" in [one.slug for one in questions(check_in(treatment, "arrival"))]


def skip(check_in_, *, reason="too_sleepy", key=None):
    return skip_check_in(
        actor=check_in_.treatment.patient.person, check_in=check_in_, client_uuid=key or uuid4(), reason=reason
    )


def test_a_skip_is_stored_once_with_its_reason(patient):
    treatment = make.treatment(of=patient)
    one, key = check_in(treatment, "+1 h"), uuid4()
    (first, replayed), again, otherwise = skip(one, key=key), skip(one, key=key), skip(one)
    assert not replayed
    assert again == otherwise == (first, True)
    assert state(treatment, "+1 h", DOSED_AT) == (State.SKIPPED, "too_sleepy")
    assert AuditEntry.objects.filter(action="check_in.skipped").count() == 1
    with pytest.raises(KeyReused):
        skip(check_in(treatment, "+2 h"), key=key)


@pytest.mark.parametrize("reason", ["", "tired"])
def test_a_skip_needs_a_known_reason(patient, reason):
    with pytest.raises(Refused, match="too_sleepy, not_now, stopped, other"):
        skip(check_in(make.treatment(of=patient), "+1 h"), reason=reason)
    assert not Skip.objects.exists()


def test_an_answered_check_in_cannot_be_skipped(patient):
    treatment = make.treatment(of=patient)
    make.rating(of=treatment, hours=1)
    with pytest.raises(Refused, match="has been answered"):
        skip(check_in(treatment, "+1 h"))
