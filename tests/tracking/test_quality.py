"""What became of every check-in that is over: each is counted once, under what happened first."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from backend.accounts.models import Patient
from backend.tracking.quality import Chosen, entered, occasions, total
from backend.tracking.retention import months_before, past_retention
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make

pytestmark = pytest.mark.django_db


def became(clinic, now=None, **chosen):
    return {one.name: one for one in occasions(Chosen(clinic, **chosen), now or timezone.now())}


@pytest.fixture
def dosed(patient, clinician):
    """A treatment started some hours ago."""

    def start(hours_ago=6.0, of=patient, **details):
        started_at = timezone.now() - timedelta(hours=hours_ago)
        return make.treatment(of=of, by=clinician, started_at=started_at, **details)

    return start


def test_each_check_in_that_is_over_is_counted_once(clinic, dosed):
    treatment = dosed(hours_ago=4.5)
    make.ratings(of=treatment, scores={-1: 8, 1: 5, 1.2: 5})  # two at +1 h
    make.rating(of=treatment, hours=2, answers=[None])  # opened, and left blank
    make.skip(of=treatment.check_ins.get(name="+3 h"), reason="too_sleepy")
    found = became(clinic)
    assert [one.name for one in found.values()] == ["evening before", "arrival", "+1 h", "+2 h", "+3 h"]
    assert [(one.due, one.answers, one.skips, one.missed) for one in found.values()] == [
        (1, 0, 0, 1),
        (1, 1, 0, 0),
        (1, 1, 0, 0),
        (1, 0, 0, 1),
        (1, 0, 1, 0),
    ]
    assert found["+3 h"].skipped["too_sleepy"] == 1
    whole = total(found.values())
    assert (whole.due, whole.answers, whole.skips, whole.missed, whole.share) == (5, 2, 1, 2, 0.4)


def test_one_that_is_open_counts_once_it_is_settled(clinic, dosed):
    treatment = dosed(hours_ago=1.1)
    assert "+1 h" not in became(clinic)
    make.rating(of=treatment, hours=1)
    assert became(clinic)["+1 h"].due == 1


def test_how_an_answer_came_in_is_told(clinic, dosed):
    treatment, now = dosed(hours_ago=4.1), timezone.now()
    make.rating(of=treatment, hours=1)  # typed in afterwards
    make.rating(of=treatment, hours=2, device_sent_at=now)  # kept on a phone
    make.rating(of=treatment, hours=3, device_sent_at=now - timedelta(minutes=10))  # by a clock that is off
    make.rating(of=treatment, hours=4.05)
    found = became(clinic)
    told = {name: [timing for timing, count in one.answered.items() if count] for name, one in found.items()}
    assert told == {"evening before": [], "arrival": []} | {
        "+1 h": ["late"],
        "+2 h": ["offline"],
        "+3 h": ["suspect"],
        "+4 h": ["live"],
    }


def test_what_a_later_treatment_closed_is_not_due(clinic, dosed):
    dosed(hours_ago=24 * 10)
    dosed(hours_ago=24 * 4)
    week_1 = became(clinic)["week 1"]
    assert (week_1.superseded, week_1.due, week_1.share) == (1, 0, None)


def test_a_withdrawn_answer_is_none(clinic, dosed):
    treatment = dosed()
    make.amendment(of=make.rating(of=treatment, hours=1), kind="withdraw")
    assert (became(clinic)["+1 h"].answers, became(clinic)["+1 h"].missed) == (0, 1)


def test_what_was_called_off_and_other_clinics_do_not_count(clinic, dosed, patient, clinician):
    called_off = make.treatment(of=patient, by=clinician, planned_at=timezone.now() - timedelta(days=3))
    assert became(clinic)
    correct_treatment(actor=clinician, treatment=called_off, changes={"state": "cancelled"})
    make.treatment(of=make.patient(), started_at=timezone.now() - timedelta(days=3))
    assert became(clinic) == {}


def test_days_are_the_clinics_and_treatments_are_chosen_by_protocol_and_route(clinic, stranger, clinician):
    make.treatment(of=stranger, by=clinician, protocol="weekly", route="im")  # 2 March 2026, 10:00 in London
    week_1 = date(2026, 3, 9)
    for chosen, counted in (
        ({"since": week_1, "until": week_1}, True),
        ({"until": week_1 - timedelta(days=1)}, False),
        ({"since": week_1 + timedelta(days=1)}, False),
        ({"protocol": "weekly", "route": "im"}, True),
        ({"protocol": "hourly-weekly"}, False),
        ({"route": "iv"}, False),
    ):
        assert ("week 1" in became(clinic, **chosen)) is counted, chosen


def test_the_clinics_clock_says_which_day_it_was(clinician):
    clinic = make.clinic(time_zone="Pacific/Auckland")
    noon = make.DOSED_AT + timedelta(hours=2)  # one in the morning of the next day in Auckland
    make.treatment(of=make.patient(at=clinic), started_at=noon)
    assert "week 1" in became(clinic, since=date(2026, 3, 10), until=date(2026, 3, 10))
    assert "week 1" not in became(clinic, until=date(2026, 3, 9))


def test_one_query_each(clinic, dosed, django_assert_num_queries):
    make.rating(of=dosed(), hours=1)
    with django_assert_num_queries(1):
        became(clinic)
    with django_assert_num_queries(1):
        entered(Chosen(clinic))


def test_how_ratings_came_in_is_counted(clinic, dosed):
    treatment = dosed(hours_ago=24 * 6)
    make.ratings(of=treatment, scores={1: 5, 50: 5})  # hour 50 is in no window
    make.rating(of=treatment, hours=2, instrument="now4", answers=[1, None, 1, 1])
    make.amendment(of=make.rating(of=treatment, hours=3), score=4)
    make.amendment(of=make.rating(of=treatment, hours=4), kind="withdraw")
    counted = entered(Chosen(clinic))
    assert (counted.ratings, counted.incomplete, counted.outside) == (5, 1, 1)
    assert (counted.corrected, counted.withdrawn) == (1, 1)


# Records kept for longer than the clinic says


def test_whose_last_treatment_is_long_ago_is_found(clinic, patient, stranger, clinician):
    now = timezone.now()
    make.treatment(of=patient, by=clinician, started_at=now - timedelta(days=800))
    make.treatment(of=stranger, by=clinician, started_at=now - timedelta(days=800))
    make.treatment(of=stranger, by=clinician, planned_at=now + timedelta(days=1))
    never = make.patient(at=clinic)
    Patient.objects.filter(pk=never.pk).update(created_at=now - timedelta(days=900))
    assert list(past_retention(clinic, now)) == []
    clinic.retention_months = 24
    assert list(past_retention(clinic, now)) == [never, patient]
    clinic.retention_months = 36
    assert list(past_retention(clinic, now)) == []


def test_a_treatment_that_was_called_off_keeps_no_record(clinic, patient, clinician):
    now = timezone.now()
    make.treatment(of=patient, by=clinician, started_at=now - timedelta(days=800))
    called_off = make.treatment(of=patient, by=clinician, planned_at=now + timedelta(days=1))
    clinic.retention_months = 24
    assert list(past_retention(clinic, now)) == []
    correct_treatment(actor=clinician, treatment=called_off, changes={"state": "cancelled"})
    assert list(past_retention(clinic, now)) == [patient]


@pytest.mark.parametrize(
    ("months", "expected"), [(1, (2024, 2, 29)), (3, (2023, 12, 31)), (13, (2023, 2, 28)), (12, (2023, 3, 31))]
)
def test_months_are_counted_back_to_a_day_that_exists(months, expected):
    march = timezone.now().replace(year=2024, month=3, day=31)
    assert months_before(march, months).timetuple()[:3] == expected
