"""A rating that crosses a rule raises one alert, where a plan says who looks; somebody says once what was done."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.accounts.models import AuditEntry
from backend.accounts.services.alert_plans import end_plan
from backend.accounts.services.clinics import change_clinic
from backend.tracking.models import Alert, Crossing, Effect, Fate, Kind
from backend.tracking.services.rating.alerts import acknowledge_alert, add_rule, end_rule
from backend.tracking.services.rating.crossings import standings
from backend.tracking.services.rating.ratings import log_rating
from backend.tracking.services.refusals import Conflict, KeyReused, Refused
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(clinic, owner, clinician):
    return make.alert_plan(at=clinic, owner=owner, second=clinician)


@pytest.fixture
def treatment(patient, clinician):
    return make.treatment(of=patient, by=clinician)


@pytest.fixture
def rule(clinic, owner, plan):
    return make.alert_rule(at=clinic, by=owner)


def raised():
    return list(Alert.objects.order_by("rating__effective_at").values_list("points", flat=True))


# Which ratings


def test_reaching_a_rule_raises_one_alert_until_a_rating_falls_below_it(rule, treatment):
    make.ratings(of=treatment, scores={-1: 5, 1: 8, 2: 9, 3: 7, 4: 10})
    assert raised() == [8, 10]


def test_the_first_rating_of_a_patient_can_reach_it(rule, treatment):
    make.rating(of=treatment, hours=-1, score=8)
    assert raised() == [8]


def test_without_a_plan_or_after_it_ended_nobody_is_alerted(clinic, owner, rule, treatment):
    end_plan(actor=owner, clinic=clinic)
    make.rating(of=treatment, score=9)
    assert raised() == []


def test_a_rule_that_ended_or_another_clinics_raises_nothing(owner, rule, treatment):
    end_rule(actor=owner, rule=rule)
    elsewhere = make.clinic()
    chief = make.member(at=elsewhere, role="owner")
    make.alert_plan(at=elsewhere, owner=chief)
    make.alert_rule(at=elsewhere, by=chief)
    make.rating(of=treatment, score=9)
    assert raised() == []


def test_a_rating_that_arrives_late_is_judged_at_its_own_place_in_time(rule, treatment):
    make.ratings(of=treatment, scores={1: 9, 3: 4})
    make.rating(of=treatment, hours=2, score=8)  # after a nine: no crossing, though a four was there before it
    assert raised() == [9]
    make.rating(of=treatment, hours=3.5, score=8)
    assert raised() == [9, 8]


def test_the_series_of_a_patient_goes_on_across_treatments(rule, treatment, patient, clinician):
    make.rating(of=treatment, hours=200, score=9)
    again = make.treatment(of=patient, by=clinician, started_at=make.DOSED_AT + timedelta(days=9))
    make.rating(of=again, hours=-1, score=9)
    assert raised() == [9]


def test_a_replayed_entry_raises_nothing_more(rule, treatment, patient):
    entry = make.entry(score=9, device_at=make.DOSED_AT + timedelta(hours=1))
    for _ in range(2):
        log_rating(actor=patient.person, treatment=treatment, entry=entry)
    assert raised() == [9]


def test_a_rise_is_measured_from_the_baseline_of_its_own_treatment(clinic, owner, plan, treatment):
    make.alert_rule(at=clinic, by=owner, kind="rise", points=3)
    make.ratings(of=treatment, scores={-2: 2, -1: 5, 1: 7, 2: 8, 3: 9, 4: 7, 5: 8})
    assert raised() == [3, 3]


def test_without_a_baseline_there_is_no_rise(clinic, owner, plan, treatment):
    make.alert_rule(at=clinic, by=owner, kind="rise", points=3)
    make.ratings(of=treatment, scores={1: 2, 2: 10})
    assert raised() == []


def test_one_answer_can_cross_a_rule_even_where_others_are_missing(clinic, owner, plan, treatment):
    change_clinic(actor=owner, clinic=clinic, fields={"item9_owner": owner, "item9_plan": "Call."})
    make.alert_rule(at=clinic, by=owner, kind="item", points=2, instrument="phq9", item=9)
    make.rating(of=treatment, hours=1, instrument="phq9", answers=[3] * 8 + [1])
    make.rating(of=treatment, hours=2, instrument="phq9", answers=[None] * 8 + [2])
    make.rating(of=treatment, hours=3, instrument="phq9", answers=[3] * 8 + [None])
    make.rating(of=treatment, hours=4, instrument="phq9", answers=[0] * 8 + [3])
    assert raised() == [2]


@pytest.mark.parametrize(("first", "corrected", "expected"), [(5, 9, [9]), (9, 5, [9]), (9, 10, [9])])
def test_a_correction_can_raise_an_alert_and_takes_none_back(rule, treatment, first, corrected, expected):
    rating = make.rating(of=treatment, score=first)
    make.amendment(of=rating, score=corrected)
    assert raised() == expected


def test_a_withdrawn_rating_neither_raises_nor_stands_before_another(rule, treatment):
    make.rating(of=treatment, hours=1, score=4)
    mistaken = make.rating(of=treatment, hours=2, score=9)
    make.amendment(of=mistaken, kind="withdraw")
    make.rating(of=treatment, hours=3, score=8)
    assert raised() == [9, 8]


def test_of_a_rating_that_is_not_stored_after_all_no_alert_is_left(rule, treatment, patient):
    taken = make.rating(of=treatment, hours=-1, score=4)
    with pytest.raises(KeyReused):
        log_rating(actor=patient.person, treatment=treatment, entry=make.entry(score=9, client_uuid=taken.client_uuid))
    assert raised() == []
    assert not Effect.objects.filter(kind=Kind.ALERT).exists()


def test_a_clinic_without_rules_asks_the_database_once_for_each_rating(clinic, owner, treatment, patient):
    def queries(score):
        with CaptureQueriesContext(connection) as asked:
            log_rating(actor=patient.person, treatment=treatment, entry=make.entry(score=score))
        return len([one for one in asked if "alert" in one["sql"]])

    assert queries(9) == 1


# Amended since


def mails():
    return list(Effect.objects.filter(kind=Kind.ALERT).order_by("alert", "number").values_list("state", flat=True))


def stands():
    alerts = list(Alert.objects.select_related("rule").order_by("pk"))
    return [(one.points, one.is_withdrawn, one.reaches) for one in standings(alerts).values()]


@pytest.mark.parametrize(
    ("kind", "score", "found"), [("correct", 5, (5, False, False)), ("withdraw", None, (None, True, False))]
)
def test_below_the_rule_an_alert_stays_and_mails_that_wait_are_dropped(rule, treatment, clinician, kind, score, found):
    rating = make.rating(of=treatment, score=9)
    assert mails() == [Fate.WAITING, Fate.WAITING]
    make.amendment(of=rating, kind=kind, score=score, by=clinician)
    assert (raised(), stands(), mails()) == ([9], [found], [Fate.DROPPED, Fate.DROPPED])
    entry = AuditEntry.objects.get(action="alert.mails_dropped")
    assert (entry.actor, entry.changes, entry.reason) == (clinician, {}, "its rating was amended")
    assert not Alert.objects.get().acknowledged_at


def test_above_the_rule_an_amendment_drops_nothing(rule, treatment):
    rating = make.rating(of=treatment, score=9)
    make.amendment(of=rating, score=8)
    assert (stands(), mails()) == ([(8, False, True)], [Fate.WAITING, Fate.WAITING])
    assert not AuditEntry.objects.filter(action="alert.mails_dropped").exists()


def test_one_that_was_sent_stays_sent(rule, treatment):
    rating = make.rating(of=treatment, score=9)
    Effect.objects.filter(number=0).update(state=Fate.SENT, settled_at=rating.received_at)
    make.amendment(of=rating, score=5)
    assert mails() == [Fate.SENT, Fate.DROPPED]


def test_amended_back_above_the_rule_the_mails_are_wanted_again(rule, treatment):
    rating = make.rating(of=treatment, score=9)
    make.amendment(of=rating, score=5)
    make.amendment(of=rating, score=9)
    assert (raised(), mails()) == ([9], [Fate.WAITING, Fate.WAITING])


def test_a_baseline_that_is_corrected_takes_a_rise_below_its_rule(clinic, owner, plan, treatment):
    make.alert_rule(at=clinic, by=owner, kind="rise", points=3)
    baseline = make.rating(of=treatment, hours=-1, score=4)
    make.rating(of=treatment, hours=1, score=8)
    make.amendment(of=baseline, score=7)
    assert (raised(), stands()) == ([4], [(1, False, False)])
    assert set(mails()) == {Fate.DROPPED}


def test_behind_a_mistaken_rating_the_next_one_crosses_the_rule(rule, treatment):
    mistaken, _real = make.ratings(of=treatment, scores={1: 9, 2: 10})
    assert raised() == [9]
    make.amendment(of=mistaken, score=3)
    assert raised() == [9, 10]
    assert mails() == [Fate.DROPPED, Fate.DROPPED, Fate.WAITING, Fate.WAITING]


def test_a_mistaken_rating_keeps_nobody_from_hearing_of_a_real_one(rule, treatment):
    mistaken = make.rating(of=treatment, hours=1, score=9)
    make.amendment(of=mistaken, score=3)
    make.rating(of=treatment, hours=2, score=9)
    assert list(Alert.objects.order_by("pk").values_list("quiet", flat=True)) == [False, False]


def test_what_was_only_listed_beside_a_mistaken_rating_is_told_of(rule, treatment):
    mistaken, _low, _real = make.ratings(of=treatment, scores={1: 9, 2: 3, 3: 10})
    assert list(Alert.objects.order_by("pk").values_list("quiet", flat=True)) == [False, True]
    make.amendment(of=mistaken, kind="withdraw")
    assert list(Alert.objects.order_by("pk").values_list("quiet", flat=True)) == [False, False]
    assert mails() == [Fate.DROPPED, Fate.DROPPED, Fate.WAITING, Fate.WAITING]


def test_how_alerts_stand_takes_two_queries(clinic, owner, rule, treatment):
    make.alert_rule(at=clinic, by=owner, kind="rise", points=1)
    make.ratings(of=treatment, scores={-1: 5, 1: 9, 2: 4, 3: 10})
    alerts = list(Alert.objects.select_related("rule"))
    with CaptureQueriesContext(connection) as asked:
        assert {one.points for one in standings(alerts).values()} == {9, 10, 4, 5}
    assert len(asked) == 2


# Repeats


def test_quiet_ones_do_not_put_off_the_next_mail(rule, treatment):
    make.rating(of=treatment, hours=1, score=9)
    Alert.objects.update(raised_at=timezone.now() - timedelta(hours=11))
    make.ratings(of=treatment, scores={2: 4, 3: 9})
    Alert.objects.update(raised_at=F("raised_at") - timedelta(hours=2))
    make.ratings(of=treatment, scores={4: 4, 5: 9})
    assert list(Alert.objects.order_by("pk").values_list("quiet", flat=True)) == [False, True, False]


def test_another_one_soon_after_is_quiet_whichever_rule_it_crossed(clinic, owner, rule, treatment):
    make.alert_rule(at=clinic, by=owner, kind="rise", points=1)
    make.ratings(of=treatment, scores={-1: 5, 1: 9, 2: 4, 3: 10})
    quiet = list(Alert.objects.order_by("pk").values_list("rule__kind", "quiet"))
    assert quiet == [("total", False), ("rise", True), ("total", True), ("rise", True)]


def test_after_the_hours_of_the_plan_another_one_is_told(rule, treatment):
    make.rating(of=treatment, hours=1, score=9)
    Alert.objects.update(raised_at=Alert.objects.get().raised_at - timedelta(hours=12, seconds=1))
    make.ratings(of=treatment, scores={2: 4, 3: 9})
    assert list(Alert.objects.order_by("pk").values_list("quiet", flat=True)) == [False, False]


# Rules


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"points": 11}, "points"),
        ({"points": 0}, "points"),
        ({"kind": "rise", "points": 11}, "points"),
        ({"kind": "item", "item": 1, "points": 11}, "points"),
        ({"kind": "item", "item": 2}, "item"),
        ({"kind": "item"}, "item"),
        ({"kind": "sum"}, "kind"),
        ({"instrument": "mood"}, "instrument"),
    ],
)
def test_a_rule_no_answers_could_reach_is_refused(clinic, owner, given, field):
    with pytest.raises(Refused) as refusal:
        make.alert_rule(at=clinic, by=owner, **given)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("fields", "instrument", "refused"),
    [
        ({"left_out_instruments": ["gad7"]}, "gad7", True),
        ({"left_out_instruments": ["gad7"]}, "nrs-anxiety", False),
        ({"left_out_instruments": ["phq8"]}, "phq8", True),
        ({}, "phq8", False),
        ({}, "phq9", True),
        ({"item9_plan": "Call."}, "phq9", False),
        ({"item9_plan": "Call."}, "phq8", True),
        ({"item9_plan": "Call.", "left_out_instruments": ["phq8"]}, "phq9", True),
    ],
)
def test_a_rule_on_what_nobody_is_asked_is_refused(clinic, owner, fields, instrument, refused):
    fields |= {"item9_owner": owner} if "item9_plan" in fields else {}
    change_clinic(actor=owner, clinic=clinic, fields=fields)
    if refused:
        with pytest.raises(Refused, match="not asked this scale") as refusal:
            make.alert_rule(at=clinic, by=owner, instrument=instrument)
        assert refusal.value.field == "instrument"
    else:
        assert make.alert_rule(at=clinic, by=owner, instrument=instrument).pk


def test_a_rule_stands_once_and_can_come_back(clinic, owner, rule):
    with pytest.raises(Refused, match="already"):
        make.alert_rule(at=clinic, by=owner)
    end_rule(actor=owner, rule=rule)
    end_rule(actor=owner, rule=rule)
    make.alert_rule(at=clinic, by=owner)
    actions = AuditEntry.objects.filter(clinic=clinic, action__startswith="alert_rule").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "alert_rule.made",
        "alert_rule.ended",
        "alert_rule.made",
    ]


def test_an_item_is_named_only_by_a_rule_about_one(clinic, owner):
    rule = add_rule(actor=owner, clinic=clinic, instrument="gad7", kind=Crossing.TOTAL, points=15, item=3)
    assert rule.item is None


# Acknowledging


@pytest.fixture
def alert(rule, treatment):
    make.rating(of=treatment, score=9)
    return Alert.objects.get()


def test_what_was_done_is_kept_once_encrypted_and_without_words_in_the_trail(alert, clinician, owner):
    done = acknowledge_alert(actor=clinician, alert=alert, what_was_done="  Called; is with her sister.  ")
    assert (done.acknowledged_by, done.what_was_done) == (clinician, "Called; is with her sister.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT what_was_done FROM tracking_alert")
        assert "sister" not in cursor.fetchone()[0]
    with pytest.raises(Conflict):
        acknowledge_alert(actor=owner, alert=alert, what_was_done="Me too.")
    assert Alert.objects.get().what_was_done == done.what_was_done
    entry = AuditEntry.objects.get(action="alert.acknowledged")
    assert (entry.actor, entry.changes) == (clinician, {})


def test_nothing_done_is_said_in_words(alert, clinician):
    with pytest.raises(Refused) as refusal:
        acknowledge_alert(actor=clinician, alert=alert, what_was_done=" ")
    assert refusal.value.field == "what_was_done"
