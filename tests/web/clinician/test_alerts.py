"""Alerts as staff meet them: on Today, on a page of their own, and as a plan that says what it does not do."""

from datetime import timedelta

import pytest

from backend.accounts.models import AlertPlan
from backend.accounts.services.clinics import change_clinic
from backend.tracking.models import Alert, AlertRule
from backend.tracking.services.rating.alerts import acknowledge_alert
from tests import make

HOURS = timedelta(hours=1)
PLAN = {
    "do": "save",
    "second": "",
    "escalate_after_minutes": "45",
    "days": ["1", "3"],
    "from_time": "08:00",
    "until_time": "18:30",
    "action_plan": "Call the patient within the hour.",
    "repeat_after_hours": "6",
}


def said(response, status=200):
    assert response.status_code == status
    return " ".join(response.content.decode().split())


@pytest.fixture
def alert(clinic, owner, patient, clinician, now):
    make.alert_plan(at=clinic, owner=owner, action_plan="Call within the hour.")
    make.alert_rule(at=clinic, by=owner)
    treatment = make.treatment(of=patient, by=clinician, started_at=now - 2 * HOURS)
    make.rating(of=treatment, hours=1.99, score=9)
    return Alert.objects.get()


@pytest.fixture
def by_owner(client, owner):
    client.force_login(owner)
    return client


# On Today


def test_an_alert_stands_on_today_until_somebody_says_what_was_done(at_desk, alert, clinician):
    page = said(at_desk.get("/today/"))
    assert "Anxiety right now: <b>9</b>" in page
    assert "a total of at least 8" in page
    assert f'href="/alerts/{alert.pk}/acknowledge/"' in page
    acknowledge_alert(actor=clinician, alert=alert, what_was_done="Called.")
    assert "Alerts nobody has acknowledged" not in said(at_desk.get("/today/"))


def test_a_rating_that_came_in_late_says_how_long_ago_it_was_made(at_desk, clinic, owner, patient, clinician, now):
    make.alert_plan(at=clinic, owner=owner)
    make.alert_rule(at=clinic, by=owner)
    treatment = make.treatment(of=patient, by=clinician, started_at=now - 100 * HOURS)
    make.rating(of=treatment, hours=100 - 73, score=9, device_sent_at=now)
    assert "recorded 3 days ago, arrived at" in said(at_desk.get("/today/"))
    assert "recorded 3 days ago, arrived at" in said(at_desk.get(f"/alerts/{Alert.objects.get().pk}/acknowledge/"))


def test_who_only_reads_sees_the_room_and_no_alerts(client, clinic, alert):
    client.force_login(make.member(at=clinic, role="researcher"))
    page = said(client.get("/today/"))
    assert "in the room" in page
    assert "Anxiety right now" not in page
    said(client.get(f"/alerts/{alert.pk}/acknowledge/"), 404)
    said(client.post(f"/alerts/{alert.pk}/acknowledge/", {"what_was_done": "x"}), 404)


def test_where_alerts_are_off_today_says_so(at_desk, clinic, clinician):
    assert f"Alerts are off at {clinic.name}." in said(at_desk.get("/today/"))
    make.alert_plan(at=clinic, owner=clinician)
    assert "Alerts are off" not in said(at_desk.get("/today/"))


@pytest.mark.parametrize(
    ("kind", "score", "told"),
    [
        ("correct", 5, "the rating was amended since: now 5 points"),
        ("correct", 1, "the rating was amended since: now 1 point<"),
        ("withdraw", None, "the rating was withdrawn since"),
    ],
)
def test_a_rating_amended_since_is_said_and_somebody_still_says_what_was_done(at_desk, alert, kind, score, told):
    make.amendment(of=alert.rating, kind=kind, score=score)
    today = said(at_desk.get("/today/"))
    assert "Anxiety right now: <b>9</b>" in today
    assert told in today
    assert told.rstrip("<") in today.partition("<table")[2]
    page = f"/alerts/{alert.pk}/acknowledge/"
    assert told in said(at_desk.get(page))
    assert "no more mails go out about it" in said(at_desk.get(page))
    assert at_desk.post(page, {"what_was_done": "Mistyped."}).status_code == 302
    assert "Alerts nobody has acknowledged" not in said(at_desk.get("/today/"))


def test_a_rise_says_what_became_of_it(at_desk, clinic, owner, patient, clinician, now):
    make.alert_plan(at=clinic, owner=owner)
    make.alert_rule(at=clinic, by=owner, kind="rise", points=3)
    treatment = make.treatment(of=patient, by=clinician, started_at=now - 2 * HOURS)
    baseline, rating = make.ratings(of=treatment, scores={-1: 4, 1: 8})
    for of, score, told in (
        (baseline, 7, "the baseline has changed since: now 1 point above it"),
        (rating, 9, "the rating was amended since: now 2 points above the baseline"),
        (rating, 7, "ratings were amended since: now not above the baseline"),
    ):
        make.amendment(of=of, score=score)
        assert told in said(at_desk.get("/today/"))
    make.amendment(of=baseline, kind="withdraw")
    assert "the rule can no longer be read on this one" in said(at_desk.get("/today/"))


def test_what_a_rule_looked_at_is_not_told_as_a_total(at_desk, clinic, owner, patient, clinician, now):
    make.alert_plan(at=clinic, owner=owner)
    make.alert_rule(at=clinic, by=owner, kind="rise", points=3)
    make.alert_rule(at=clinic, by=owner, kind="item", item=2, points=2, instrument="phq8")
    treatment = make.treatment(of=patient, by=clinician, started_at=now - 2 * HOURS)
    make.ratings(of=treatment, scores={-1: 4, 1.99: 9})
    make.rating(of=treatment, hours=1.99, instrument="phq8", answers=[0, 3, 0, 0, 0, 0, 0, 0])
    page = said(at_desk.get("/today/"))
    assert "Anxiety right now: <b>5 above the baseline</b>" in page
    assert "Anxiety right now: 5 above the baseline · the rule: at least 3 above" in page
    assert "PHQ-8: <b>3 on question 2</b>" in page


def test_while_nothing_was_amended_nothing_is_said_of_it(at_desk, alert):
    for page in ("/today/", f"/alerts/{alert.pk}/acknowledge/"):
        assert " since: now" not in said(at_desk.get(page))
        assert "no more mails" not in said(at_desk.get(page))


# Acknowledging


def test_acknowledging_keeps_what_was_done_with_a_name(at_desk, alert, clinician):
    page = f"/alerts/{alert.pk}/acknowledge/"
    assert "Call within the hour." in said(at_desk.get(page))
    assert "even if that is nothing" in said(at_desk.post(page, {"what_was_done": " "}))
    assert at_desk.post(page, {"what_was_done": "Called, is fine."}).headers["Location"] == "/today/"
    assert Alert.objects.get().what_was_done == "Called, is fine."
    shown = said(at_desk.get(page))
    assert "Called, is fine." in shown
    assert "Clara Clinician" in shown
    assert "<textarea" not in shown


def test_whoever_comes_second_is_told_and_keeps_what_they_typed(at_desk, alert, owner):
    acknowledge_alert(actor=owner, alert=alert, what_was_done="Called already.")
    response = at_desk.post(f"/alerts/{alert.pk}/acknowledge/", {"what_was_done": "I <called> too."})
    page = said(response, 409)
    assert "I &lt;called&gt; too.</textarea>" in page
    assert "Called already." in page
    assert "Olive Owner" in page
    assert Alert.objects.get().what_was_done == "Called already."


# The plan


@pytest.fixture
def address(clinic):
    return f"/clinics/{clinic.pk}/alerts/"


def sent(clinic, owner, **changed):
    return PLAN | {"owner": str(owner.pk), "version": str(clinic.version)} | changed


def test_alerts_are_off_until_everything_is_named(by_owner, clinic, owner, address):
    assert "Alerts are off." in said(by_owner.get(address))
    for missing in ("owner", "days", "from_time", "action_plan"):
        page = said(by_owner.post(address, sent(clinic, owner) | {missing: ""}))
        assert 'role="alert"' in page
        assert "45" in page  # what was typed
        assert not AlertPlan.objects.exists()
    assert by_owner.post(address, sent(clinic, owner)).status_code == 302
    assert "There is a plan and no rule yet" in said(by_owner.get(address))
    rule = {"do": "add-rule", "rule-instrument": "nrs-anxiety", "rule-kind": "total", "rule-points": "8"}
    by_owner.post(address, rule)
    page = said(by_owner.get(address))
    assert "Alerts are on." in page
    assert "Monday, Wednesday, 08:00–18:30" in page


def test_the_page_says_what_alerts_do_not_do(at_desk, address):
    page = said(at_desk.get(address))
    assert "Nobody is watching in real time." in page
    assert "says nothing about thoughts of suicide" in page


def test_who_is_no_owner_reads_and_does_not_write(at_desk, clinic, clinician, address):
    page = said(at_desk.get(address))
    assert "owners can change this" in page
    assert "Save the plan" not in page
    said(at_desk.post(address, sent(clinic, clinician)), 404)
    assert not AlertPlan.objects.exists()


def test_a_rule_out_of_reach_is_refused_beside_its_field(by_owner, address):
    rule = {"do": "add-rule", "rule-instrument": "nrs-anxiety", "rule-kind": "total", "rule-points": "11"}
    assert "Name points from 1 to 10." in said(by_owner.post(address, rule))
    rule |= {"rule-kind": "item", "rule-points": "3"}
    assert "Name one of its questions, from 1 to 1." in said(by_owner.post(address, rule))
    assert not AlertRule.objects.exists()


def test_a_rule_on_a_scale_that_is_left_out_is_refused_and_an_old_one_says_that_it_is_idle(
    by_owner, clinic, owner, address
):
    make.alert_plan(at=clinic, owner=owner)
    make.alert_rule(at=clinic, by=owner, instrument="gad7", points=15)
    idle = "Patients of your clinic are not asked this scale, so this rule raises no alert."
    assert idle not in said(by_owner.get(address))
    clinic.refresh_from_db()
    change_clinic(actor=owner, clinic=clinic, fields={"left_out_instruments": ["gad7"]})
    page = said(by_owner.get(address))
    assert idle in page
    assert "Alerts are on." not in page
    assert "nothing raises an alert" in page
    rule = {"do": "add-rule", "rule-instrument": "gad7", "rule-kind": "total", "rule-points": "12"}
    page = said(by_owner.post(address, rule))
    assert "Patients of this clinic are not asked this scale" in page
    assert 'value="12"' in page
    make.alert_rule(at=clinic, by=owner)
    assert "Alerts are on." in said(by_owner.get(address))
    assert AlertRule.objects.count() == 2


def test_a_rule_ends_and_stays_on_the_page(by_owner, clinic, owner, address):
    rule = make.alert_rule(at=clinic, by=owner)
    by_owner.post(address, {"do": "end-rule", "rule": str(rule.pk)})
    assert "Rules that have ended" in said(by_owner.get(address))
    elsewhere = make.alert_rule(at=make.clinic(), by=owner)
    for number in (str(elsewhere.pk), "x", "", "9" * 30, "9" * 5000):
        said(by_owner.post(address, {"do": "end-rule", "rule": number}), 404)


def test_switching_off(by_owner, clinic, owner, address):
    make.alert_plan(at=clinic, owner=owner)
    by_owner.post(address, {"do": "end"})
    assert not AlertPlan.objects.exists()


def test_a_plan_changed_meanwhile_is_a_conflict_that_keeps_what_was_typed(by_owner, clinic, owner, address):
    typed = sent(clinic, owner, action_plan="Mine.")
    make.alert_plan(at=clinic, owner=owner, action_plan="Theirs.")
    response = by_owner.post(address, typed)
    page = said(response, 409)
    assert "Mine.</textarea>" in page
    assert "Stored now: Theirs." in page
    assert AlertPlan.objects.get().action_plan == "Theirs."
    clinic.refresh_from_db()
    assert f'name="version" value="{clinic.version}"' in page
    by_owner.post(address, typed | {"version": str(clinic.version)})
    assert AlertPlan.objects.get().action_plan == "Mine."


def test_somebody_who_left_meanwhile_cannot_be_chosen(by_owner, clinic, owner, address):
    page = said(by_owner.post(address, sent(clinic, make.member())))
    assert "Select a valid choice" in page
    assert not AlertPlan.objects.exists()
