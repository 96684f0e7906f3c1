"""What staff saw after a dose: stored once, never changed, put right by rows that replace others."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from backend.accounts.models import AuditEntry
from backend.tracking.models import Observation
from backend.tracking.monitoring import Moment, Taking, minutes_watched, pressures, unusual
from backend.tracking.services.observations import Correction, Seen, correct_observation, record_observation
from backend.tracking.services.refusals import Conflict, KeyReused, Refused
from tests import make

pytestmark = pytest.mark.django_db
LATER = make.DOSED_AT + timedelta(days=30)


@pytest.fixture
def treatment(patient, clinician):
    return make.treatment(of=patient, by=clinician)


def at(minutes):
    return make.DOSED_AT + timedelta(minutes=minutes)


def record(treatment, by, key=None, **seen):
    values = {"at": at(40), "systolic": 128, "diastolic": 82} | seen
    return record_observation(actor=by, treatment=treatment, seen=Seen(**values), client_uuid=key or uuid4())


def correct(observation, by, seen=None, reason="Mistyped.", key=None):
    return correct_observation(actor=by, observation=observation, correction=Correction(key or uuid4(), seen, reason))


def test_a_look_is_kept_with_who_wrote_it_down(treatment, clinician):
    row, replayed = record(treatment, clinician, sedation=1, remark="Calm.")
    assert not replayed
    stored = Observation.objects.standing().get()
    assert (stored, stored.remark, stored.recorded_by) == (row, "Calm.", clinician)
    entry = AuditEntry.objects.get(action="observation.recorded")
    assert (entry.actor, entry.patient, entry.changes) == (clinician, treatment.patient, {})


def test_words_are_encrypted_at_rest(treatment, clinician):
    record(treatment, clinician, remark="Felt far away.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT remark FROM tracking_observation")
        assert "far away" not in cursor.fetchone()[0]


def test_a_second_tap_stores_nothing_and_another_look_under_the_same_key_is_told_apart(treatment, clinician):
    key = uuid4()
    first, _ = record(treatment, clinician, key=key)
    assert record(treatment, clinician, key=key) == (first, True)
    with pytest.raises(KeyReused):
        record(treatment, clinician, key=key, systolic=182)
    assert Observation.objects.count() == 1


@pytest.mark.parametrize(
    ("seen", "field"),
    [
        ({"systolic": 128, "diastolic": None}, "systolic"),
        ({"systolic": None, "diastolic": 82}, "systolic"),
        ({"systolic": 82, "diastolic": 128}, "systolic"),
        ({"systolic": 1280, "diastolic": 82}, "systolic"),
        ({"oxygen_percent": 101}, "oxygen_percent"),
        ({"pulse": 400}, "pulse"),
        ({"sedation": 9}, "sedation"),
        ({"systolic": None, "diastolic": None, "remark": " "}, "systolic"),
        ({"at": datetime(2100, 1, 1, tzinfo=UTC)}, "at"),
        ({"at": at(-25 * 60)}, "at"),
        ({"at": at(25 * 60)}, "at"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(treatment, clinician, seen, field):
    with pytest.raises(Refused) as refused:
        record(treatment, clinician, **seen)
    assert refused.value.field == field
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    "seen",
    [{"systolic": 128}, {"diastolic": 82}, {"systolic": 80, "diastolic": 90}, {"pulse": 5}, {"oxygen_percent": 7}],
)
def test_the_database_itself_refuses_what_cannot_be(treatment, clinician, seen):
    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.create(treatment=treatment, client_uuid=uuid4(), at=at(40), recorded_by=clinician, **seen)


def test_the_database_refuses_to_change_a_look(treatment, clinician):
    row, _ = record(treatment, clinician)
    for write in (lambda: Observation.objects.update(pulse=70), row.delete):
        with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic():
            write()


def test_a_correction_stands_in_the_place_of_what_it_replaces(treatment, clinician):
    wrong, _ = record(treatment, clinician, systolic=182)
    right, _ = correct(wrong, clinician, Seen(at(40), 128, 82))
    assert list(Observation.objects.standing()) == [right]
    assert (right.replaces, right.reason, right.struck) == (wrong, "Mistyped.", False)
    assert AuditEntry.objects.filter(action="observation.corrected").count() == 1


def test_what_is_struck_out_stands_nowhere_and_stays(treatment, clinician):
    row, _ = record(treatment, clinician)
    strike, _ = correct(row, clinician, reason="Another patient's.")
    assert not Observation.objects.standing().exists()
    assert (strike.struck, strike.at, strike.systolic) == (True, row.at, None)
    with pytest.raises(Refused):
        correct(strike, clinician)
    back, _ = correct(strike, clinician, Seen(at(41), 120, 80), "It was this patient's after all.")
    assert list(Observation.objects.standing()) == [back]


def test_two_who_correct_the_same_look_do_not_both_replace_it(treatment, clinician, owner):
    row, _ = record(treatment, clinician)
    first, _ = correct(row, clinician, Seen(at(40), 120, 80))
    with pytest.raises(Conflict):
        correct(row, owner, Seen(at(40), 118, 80))
    second, _ = correct(first, owner, Seen(at(40), 118, 80))
    assert list(Observation.objects.standing()) == [second]


def test_a_correction_sent_twice_is_stored_once_and_needs_a_reason(treatment, clinician):
    row, _ = record(treatment, clinician)
    key = uuid4()
    first, _ = correct(row, clinician, Seen(at(40), 120, 80), key=key)
    assert correct(row, clinician, Seen(at(40), 120, 80), key=key) == (first, True)
    with pytest.raises(Refused, match="Say why"):
        correct(first, clinician, Seen(at(40), 121, 80), reason=" ")


# What it amounts to


def states(treatment, now):
    return {one.moment: one.state for one in pressures(treatment, Observation.objects.standing(), now)}


def test_the_three_pressures_are_those_before_nearest_to_forty_minutes_and_last(treatment, clinician):
    readings = {-30: 120, -5: 121, 31: 140, 42: 142, 59: 138, 75: 135, 95: 130, 122: 126}
    for minutes, systolic in readings.items():
        record(treatment, clinician, at=at(minutes), systolic=systolic)
    found = {one.moment: one.taken.systolic for one in pressures(treatment, Observation.objects.standing(), LATER)}
    assert found == {Moment.BEFORE: 121, Moment.FORTY: 142, Moment.END: 126}


def test_a_pressure_is_due_about_its_time_and_not_taken_after_it(treatment):
    assert states(treatment, at(5)) == {"before": "not_taken", "forty": "upcoming", "end": "upcoming"}
    assert states(treatment, at(35))["forty"] == Taking.DUE
    assert states(treatment, at(61))["forty"] == Taking.NOT_TAKEN
    assert states(treatment, at(100))["end"] == Taking.DUE


def test_before_the_start_only_the_first_pressure_is_due(patient, clinician):
    planned = make.treatment(of=patient, by=clinician, planned_at=LATER)
    assert states(planned, LATER) == {"before": "due", "forty": "upcoming", "end": "upcoming"}
    assert [one.due_at for one in pressures(planned, [], LATER)] == [LATER, None, None]


def test_minutes_watched_run_from_the_start_to_the_last_look(treatment, clinician):
    assert minutes_watched(treatment, []) is None
    looks = [record(treatment, clinician, at=at(minutes))[0] for minutes in (-10, 40, 118)]
    assert minutes_watched(treatment, looks) == 118
    assert minutes_watched(treatment, looks[:1]) is None


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, []),
        ({"systolic": 201}, ["systolic"]),
        ({"systolic": 79, "diastolic": 39}, ["systolic", "diastolic"]),
        ({"pulse": 39}, ["pulse"]),
        ({"oxygen_percent": 89}, ["oxygen_percent"]),
        ({"oxygen_percent": 90, "pulse": 140}, []),
    ],
)
def test_numbers_that_are_rarely_right_are_stored_and_named(treatment, clinician, seen, expected):
    assert unusual(record(treatment, clinician, **seen)[0]) == expected
