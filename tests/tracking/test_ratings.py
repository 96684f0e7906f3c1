"""Ratings are stored once, as they came, with what is known of their time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils.timezone import now as server_now

from backend.accounts.models import AuditEntry
from backend.tracking.models import Amendment, Rating, Skip, Treatment
from backend.tracking.services.rating.ratings import Change, amend_rating, log_rating
from backend.tracking.services.refusals import KeyReused, Refused
from tests import make

pytestmark = pytest.mark.django_db
DOSED_AT = make.DOSED_AT


def log(treatment, entry, by=None):
    return log_rating(actor=by or treatment.patient.person, treatment=treatment, entry=entry)


def test_a_replay_returns_the_stored_rating_and_leaves_no_trace(patient):
    treatment = make.treatment(of=patient)
    entry = make.entry()
    first = log(treatment, entry)
    version = Treatment.objects.get().ratings_version
    again = log(treatment, replace(entry, device_sent_at=server_now()))
    assert (again.rating, again.replayed) == (first.rating, True)
    assert Rating.objects.count() == AuditEntry.objects.filter(action="rating.logged").count() == 1
    assert Treatment.objects.get().ratings_version == version


def test_another_body_under_the_same_key_is_refused(patient):
    treatment = make.treatment(of=patient)
    entry = make.entry(score=4)
    log(treatment, entry)
    with pytest.raises(KeyReused):
        log(treatment, replace(entry, answers=[5]))
    assert Rating.objects.get().answers == [4]


def test_the_same_key_of_another_patient_is_another_rating(patient, stranger):
    entry = make.entry()
    assert not log(make.treatment(of=patient), entry).replayed
    assert not log(make.treatment(of=stranger), entry).replayed


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        pytest.param({"instrument": "oasis"}, "instrument", "known are nrs-anxiety", id="unknown instrument"),
        pytest.param({"answers": [1, 2]}, "answers", "takes one answer per item", id="too many answers"),
        pytest.param({"answers": []}, "answers", "takes one answer per item", id="no answers"),
        pytest.param({"answers": [11]}, "answers", "from 0 to 10, got 11", id="out of range"),
        pytest.param({"answers": [True]}, "answers", "got True", id="true is no number"),
        pytest.param({"answers": [4.0]}, "answers", "got 4.0", id="nor is a decimal"),
        pytest.param({"device_at": datetime(2026, 3, 2, 11)}, "device_at", "offset", id="naive"),  # noqa: DTZ001 - meant
        pytest.param({"device_at": datetime(1999, 3, 2, tzinfo=UTC)}, "device_at", "from 2000", id="last century"),
        pytest.param(
            {"device_sent_at": datetime(9999, 12, 31, tzinfo=UTC)}, "device_sent_at", "to 2199", id="year 9999"
        ),
        pytest.param({"device_tz": "Mars/Olympus"}, "device_tz", "IANA", id="unknown zone"),
        pytest.param({"respondent": "neighbour"}, "respondent", "patient, caregiver", id="unknown respondent"),
        pytest.param({"respondent": "clinician"}, "respondent", "patient, caregiver", id="not the clinician's phone"),
    ],
)
def test_bad_input_names_its_field_and_stores_nothing(patient, fields, field, said):
    treatment = make.treatment(of=patient)
    before = AuditEntry.objects.count()
    with pytest.raises(Refused, match=said) as refused:
        log(treatment, make.entry(**fields))
    assert refused.value.field == field
    assert not Rating.objects.exists()
    assert AuditEntry.objects.count() == before


def test_a_rating_from_the_future_is_refused_and_a_fast_clock_forgiven(patient):
    treatment = make.treatment(of=patient)
    with pytest.raises(Refused, match="more than 5 minutes in the future"):
        log(treatment, make.entry(device_at=server_now() + timedelta(minutes=6)))
    assert log(treatment, make.entry(device_at=server_now() + timedelta(minutes=4))).rating.timing == "live"


def test_a_check_in_of_another_treatment_is_refused(patient, stranger):
    other = make.treatment(of=stranger).check_ins.first()
    with pytest.raises(Refused, match="not one of treatment"):
        log(make.treatment(of=patient), make.entry(check_in=other))


def test_an_unanswered_item_leaves_no_total_and_a_blank_form_is_not_zero(patient):
    treatment = make.treatment(of=patient)
    partly = log(treatment, make.entry(instrument="gad7", answers=[3, 3, 3, 3, 3, 3, None])).rating
    assert (partly.total, partly.answered, partly.prorated) == (None, 6, 21.0)
    blank = log(treatment, make.entry(answers=[None])).rating
    assert (blank.total, blank.answered, blank.prorated) == (None, 0, None)


def timed(treatment, *, made, sent=None, clock=timedelta()):
    """Log a rating made and sent so long ago, by a device whose clock is off."""
    now = server_now()
    entry = make.entry(device_at=now - made + clock, device_sent_at=None if sent is None else now - sent + clock)
    return log(treatment, entry).rating, now


@pytest.mark.parametrize(
    ("times", "timing"),
    [
        pytest.param({"made": timedelta(minutes=1)}, "live", id="at once"),
        pytest.param({"made": timedelta(hours=2), "sent": timedelta()}, "offline", id="kept on the phone"),
        pytest.param({"made": timedelta(hours=2)}, "late", id="entered later"),
        pytest.param(
            {"made": timedelta(), "sent": timedelta(), "clock": timedelta(hours=2)}, "suspect", id="clock 2 h fast"
        ),
        pytest.param(
            {"made": timedelta(), "sent": timedelta(), "clock": -timedelta(days=400)}, "suspect", id="clock 400 d slow"
        ),
        pytest.param(
            {"made": timedelta(days=9), "sent": timedelta(), "clock": timedelta(days=400)}, "suspect", id="400 d fast"
        ),
    ],
)
def test_how_a_rating_came_in_is_told(patient, times, timing):
    rating, _ = timed(make.treatment(of=patient), **times)
    assert rating.timing == timing


def test_a_clock_that_is_hours_off_is_corrected_and_the_device_time_kept(patient):
    rating, now = timed(make.treatment(of=patient), made=timedelta(hours=1), sent=timedelta(), clock=timedelta(hours=3))
    assert abs(rating.effective_at - (now - timedelta(hours=1))) < timedelta(seconds=5)
    assert abs(rating.device_at - (now + timedelta(hours=2))) < timedelta(seconds=5)
    assert abs(rating.skew_ms + 3 * 3_600_000) < 5_000


def test_an_offset_further_than_any_zone_loses_nothing(patient):
    far = timezone(timedelta(hours=-23, minutes=-59))
    rating = log(make.treatment(of=patient), make.entry(device_at=DOSED_AT.astimezone(far))).rating
    rating.refresh_from_db()
    assert (rating.device_at, rating.device_utc_offset_minutes) == (DOSED_AT, -1439)


def test_a_rating_after_its_window_is_late(patient):
    treatment = make.treatment(of=patient, started_at=server_now() - timedelta(hours=3), ended_at=None)
    first = treatment.check_ins.get(name="+1 h")
    assert log(treatment, make.entry(check_in=first, device_at=server_now())).rating.timing == "late"


def test_staff_enter_in_their_own_name_unless_they_say_whose_answer_it_is(patient, clinician):
    treatment = make.treatment(of=patient)
    assert log(treatment, make.entry(), by=clinician).rating.respondent == "clinician"
    read_out = log(treatment, make.entry(respondent="patient"), by=clinician).rating
    assert (read_out.respondent, read_out.entered_by) == ("patient", clinician)
    assert log(treatment, make.entry()).rating.respondent == "patient"


def test_an_amendment_stands_beside_the_rating_and_the_last_one_counts(patient):
    rating = make.rating(of=make.treatment(of=patient), score=4)
    make.amendment(of=rating, score=6)
    make.amendment(of=rating, score=7)
    stored = Rating.objects.with_last_amendment().get()
    assert (stored.total, stored.amended_kind, stored.amended_total) == (4, "correct", 7)
    assert Rating.objects.standing().exists()
    make.amendment(of=rating, kind="withdraw")
    assert not Rating.objects.standing().exists()
    assert Rating.objects.get().answers == [4]


def test_an_amendment_is_stored_once_per_key(patient):
    rating = make.rating(of=make.treatment(of=patient), score=4)
    change = Change(uuid4(), "correct", "mistyped", [5])
    _, first = amend_rating(actor=patient.person, rating=rating, change=change)
    _, again = amend_rating(actor=patient.person, rating=rating, change=change)
    assert (first, again, Amendment.objects.count()) == (False, True, 1)
    with pytest.raises(KeyReused):
        amend_rating(actor=patient.person, rating=rating, change=replace(change, answers=[6]))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"kind": "delete"}, "kind", id="unknown kind"),
        pytest.param({"reason": " "}, "reason", id="no reason"),
        pytest.param({"answers": None}, "answers", id="a correction without answers"),
        pytest.param({"kind": "withdraw"}, "answers", id="a withdrawal with answers"),
        pytest.param({"answers": [12]}, "answers", id="out of range"),
    ],
)
def test_a_bad_amendment_names_its_field_and_stores_nothing(patient, fields, field):
    rating = make.rating(of=make.treatment(of=patient), score=4)
    change = Change(**{"client_uuid": uuid4(), "kind": "correct", "reason": "mistyped", "answers": [5]} | fields)
    with pytest.raises(Refused) as refused:
        amend_rating(actor=patient.person, rating=rating, change=change)
    assert refused.value.field == field
    assert not Amendment.objects.exists()


def facts(patient):
    treatment = make.treatment(of=patient)
    rating = make.rating(of=treatment, score=4)
    make.amendment(of=rating, score=5)
    make.skip(of=treatment.check_ins.get(name="+3 h"))


@pytest.mark.parametrize("model", [Rating, Amendment, Skip])
@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(lambda rows: rows.update(client_uuid=uuid4()), id="update"),
        pytest.param(lambda rows: rows.bulk_update(rows, ["client_uuid"]), id="bulk_update"),
        pytest.param(lambda rows: rows.get().save(), id="save"),
        pytest.param(lambda rows: rows._raw_delete("default"), id="delete"),  # noqa: SLF001 - past Django's own checks
    ],
)
def test_the_database_refuses_to_change_or_delete_what_was_stored(patient, model, attempt):
    facts(patient)
    before = list(model.objects.values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        attempt(model.objects.all())
    assert list(model.objects.values()) == before


def test_a_treatment_can_be_corrected_and_never_deleted(patient):
    make.treatment(of=patient)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Treatment.objects.all()._raw_delete("default")  # noqa: SLF001 - past Django's own checks


def test_a_clock_days_ahead_tells_how_long_ago_and_no_more(patient):
    rating, now = timed(make.treatment(of=patient), made=timedelta(days=2), sent=timedelta(), clock=timedelta(days=40))
    assert abs(rating.effective_at - (now - timedelta(days=2))) < timedelta(seconds=5)
    assert abs(rating.device_at - (now + timedelta(days=38))) < timedelta(seconds=5)
