"""What a patient answers is stored once, at the right time, and never lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.accounts.models import AuditEntry
from backend.tracking.models import Rating, Skip
from tests import make
from tests.web.make import answer, fields_of


@pytest.fixture
def due(treated):
    """The check-in an hour after the dose, open now."""
    return treated(hours_ago=1.1).check_ins.get(name="+1 h")


def page_of(check_in):
    return f"/check-ins/{check_in.pk}/"


def answers_at(check_in):
    return {one.instrument: one.answers for one in Rating.objects.filter(check_in=check_in)}


def test_the_start_page_asks_what_is_due(on_phone, due):
    page = on_phone.get("/").content.decode()
    assert "How anxious do you feel right now?" in page
    assert "Not at all" in page
    assert "As anxious as I can imagine" in page
    assert page.count('type="radio"') == 11
    assert "1 of 4" in page
    assert "1 hour after your treatment" in page
    assert f'action="{page_of(due)}"' in page
    assert "This app is not monitored in real time." in page


def test_the_first_answer_is_stored_alone_before_the_next_page(on_phone, due):
    response = on_phone.post(page_of(due), answer(item_1=6), follow=True)
    assert answers_at(due) == {"nrs-anxiety": [6]}
    assert "2 of 4" in response.content.decode()
    assert "Unable to stop or control worrying" in response.content.decode()
    assert "Not the GAD-7, not validated, no severity bands." in response.content.decode()


def test_all_pages_of_a_check_in(on_phone, due):
    on_phone.post(page_of(due), answer(item_1=6))
    on_phone.post(page_of(due), answer("now4", item_1=1, item_2=2, item_3=0, item_4=4))
    on_phone.post(page_of(due), answer("unreal", item_1=7))
    response = on_phone.post(page_of(due), answer("sleepy", item_1=9), follow=True)
    assert answers_at(due) == {"nrs-anxiety": [6], "now4": [1, 2, 0, 4], "unreal": [7], "sleepy": [9]}
    assert "is saved" in response.content.decode()
    assert "Next check-in opens " in response.content.decode()  # "at 15:05", or "tomorrow at 00:35"


def test_nothing_chosen_on_the_first_page_asks_again_and_stores_nothing(on_phone, due):
    response = on_phone.post(page_of(due), answer())
    assert "Choose a number first" in response.content.decode()
    assert answers_at(due) == {}


@pytest.mark.parametrize("forged", ["11", "-1", "4.0", "blank", "four"])
def test_no_other_number_is_stored(on_phone, due, forged):
    assert on_phone.post(page_of(due), answer(item_1=forged)).status_code == 200
    assert answers_at(due) == {}


def test_an_item_may_be_left_blank(on_phone, due):
    on_phone.post(page_of(due), answer("now4", item_1=1, item_4=0))
    rating = Rating.objects.get(check_in=due)
    assert (rating.answers, rating.total, rating.answered) == ([1, None, None, 0], None, 2)


def test_a_whole_page_may_be_skipped_whatever_was_chosen_on_it(on_phone, due):
    on_phone.post(page_of(due), answer(item_1=6))
    response = on_phone.post(page_of(due), answer("now4", then="blank", item_1=3), follow=True)
    assert answers_at(due)["now4"] == [None] * 4
    assert "3 of 4" in response.content.decode()


def test_the_first_question_cannot_be_skipped_that_way(on_phone, due):
    on_phone.post(page_of(due), answer(then="blank"))
    assert answers_at(due) == {}


def test_an_untouched_page_is_not_taken_for_a_blank_one(on_phone, due):
    response = on_phone.post(page_of(due), answer("now4"))
    assert "Nothing is chosen yet" in response.content.decode()
    assert answers_at(due) == {}


def test_enough_for_now_keeps_what_was_chosen_and_leads_home(on_phone, due):
    on_phone.post(page_of(due), answer(item_1=6))
    response = on_phone.post(page_of(due), answer("now4", then="enough", item_1=3))
    assert response.headers["Location"] == "/"
    assert answers_at(due) == {"nrs-anxiety": [6], "now4": [3, None, None, None]}


def test_enough_for_now_on_an_untouched_page_stores_nothing_more(on_phone, due):
    on_phone.post(page_of(due), answer(item_1=6))
    response = on_phone.post(page_of(due), answer("now4", then="enough"), follow=True)
    assert answers_at(due) == {"nrs-anxiety": [6]}
    assert "3 short parts are left" in response.content.decode()
    assert f'href="{page_of(due)}"' in response.content.decode()


def test_the_form_as_drawn_and_sent_twice_stores_one_rating(on_phone, due):
    sent = fields_of(on_phone.get("/")) | {"item_1": "6", "then": "save"}
    for _ in range(2):
        response = on_phone.post(page_of(due), sent, follow=True)
        assert "Your first answer stands" not in response.content.decode()
    assert answers_at(due) == {"nrs-anxiety": [6]}
    assert AuditEntry.objects.filter(action="rating.logged", patient=due.treatment.patient).count() == 2  # a baseline


def test_another_answer_from_the_same_form_changes_nothing_and_says_so(on_phone, due):
    key = uuid4()
    on_phone.post(page_of(due), answer(key=key, item_1=6))
    response = on_phone.post(page_of(due), answer(key=key, item_1=2), follow=True)
    assert answers_at(due) == {"nrs-anxiety": [6]}
    assert "Your first answer stands" in response.content.decode()


def test_every_page_is_drawn_with_a_key_of_its_own(on_phone, due):
    keys = {fields_of(on_phone.get("/"))["client_uuid"] for _ in range(2)}
    assert len(keys) == 2


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_a_form_without_its_key_is_drawn_anew(on_phone, due, key):
    response = on_phone.post(page_of(due), answer(item_1=6) | {"client_uuid": key})
    assert response.headers["Location"] == page_of(due)
    assert answers_at(due) == {}


@pytest.mark.parametrize("instrument", ["gad7", "nonsense", ""])
def test_an_instrument_that_is_not_asked_there_is_not_stored(on_phone, due, instrument):
    response = on_phone.post(page_of(due), answer(instrument, item_1=1))
    assert response.headers["Location"] == page_of(due)
    assert answers_at(due) == {}


def device(sent_at, answered_before=timedelta(), zone="Europe/Berlin"):
    at = sent_at - answered_before
    return {"device_at": at.isoformat(), "device_sent_at": sent_at.isoformat(), "device_tz": zone}


def test_the_clock_of_the_device_is_kept(on_phone, due):
    on_phone.post(page_of(due), answer(item_1=6, **device(timezone.now(), timedelta(minutes=3))))
    rating = Rating.objects.get(check_in=due)
    assert (rating.device_tz, rating.timing) == ("Europe/Berlin", "live")
    assert rating.received_at - rating.effective_at >= timedelta(minutes=3)


def test_without_script_the_clock_of_the_server_counts(on_phone, due):
    on_phone.post(page_of(due), answer(item_1=6, device_at="", device_sent_at="", device_tz=""))
    rating = Rating.objects.get(check_in=due)
    assert (rating.device_sent_at, rating.timing) == (None, "live")
    assert abs(rating.received_at - rating.device_at) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "clock",
    [
        pytest.param(lambda now: device(now + timedelta(days=400)), id="a year ahead"),
        pytest.param(lambda now: device(now - timedelta(days=400)), id="a year behind"),
        pytest.param(lambda now: device(now, timedelta(days=-2)), id="answered after it was sent"),
        pytest.param(lambda now: device(now.replace(year=1970)), id="reset to 1970"),
        pytest.param(lambda now: device(now, zone="Moon/Crater"), id="a zone nobody knows"),
        pytest.param(lambda now: device(now.replace(tzinfo=None)), id="no offset"),
        pytest.param(lambda _: {"device_at": "2026-13-45T99:99:99Z", "device_sent_at": "x"}, id="no time at all"),
        pytest.param(lambda now: {"device_at": now.isoformat()}, id="half of it"),
    ],
)
def test_a_wrong_clock_loses_no_rating(on_phone, due, clock):
    on_phone.post(page_of(due), answer(item_1=6, **clock(timezone.now())))
    rating = Rating.objects.get(check_in=due)
    assert rating.answers == [6]
    assert abs(rating.received_at - rating.effective_at) < timedelta(seconds=5)


@pytest.mark.parametrize("days", [400, -400, -56 * 365], ids=["ahead", "behind", "never set"])
def test_a_wrong_clock_is_corrected_flagged_and_on_record(on_phone, due, days):
    read = timezone.now().replace(microsecond=0) + timedelta(days=days)
    on_phone.post(page_of(due), answer(item_1=6, **device(read, timedelta(minutes=3))))
    rating = Rating.objects.get(check_in=due)
    assert (rating.timing, rating.device_sent_at) == ("suspect", read)
    assert timedelta(minutes=3) <= rating.received_at - rating.effective_at < timedelta(minutes=3, seconds=5)


def test_an_answer_sent_after_the_close_is_late_not_lost(on_phone, treated):
    over = treated(hours_ago=1.9).check_ins.get(name="+1 h")
    assert on_phone.post(page_of(over), answer(item_1=6)).status_code == 302
    assert Rating.objects.get(check_in=over).timing == "late"


def test_a_check_in_that_is_not_open_yet_takes_no_answer(on_phone, treated):
    later = treated(hours_ago=1.1).check_ins.get(name="+3 h")
    response = on_phone.post(page_of(later), answer(item_1=6))
    assert "Not open yet" in response.content.decode()
    assert answers_at(later) == {}


def test_somebody_elses_check_in_does_not_exist(client, due, stranger, clinician):
    for person in (stranger.person, clinician):
        client.force_login(person)
        assert client.get(page_of(due)).status_code == 404
        assert client.post(page_of(due), answer(item_1=6)).status_code == 404
    assert answers_at(due) == {}


def test_a_form_from_elsewhere_is_refused_in_our_own_words(patient, due, client):
    client.handler.enforce_csrf_checks = True
    client.force_login(patient.person)
    response = client.post(page_of(due), answer(item_1=6))
    assert response.status_code == 403
    assert "Please try again" in response.content.decode()


def test_a_reason_not_to_answer_is_stored_once(on_phone, due):
    page = on_phone.get(f"{page_of(due)}skip/")
    sent = fields_of(page) | {"reason": "too_sleepy"}
    for _ in range(2):
        response = on_phone.post(f"{page_of(due)}skip/", sent, follow=True)
    assert list(Skip.objects.values_list("check_in", "reason")) == [(due.pk, "too_sleepy")]
    assert "That is all right" in response.content.decode()
    assert "Answer after all" in response.content.decode()


def test_another_reason_from_the_same_page_changes_nothing(on_phone, due):
    key = str(uuid4())
    for reason in ("not_now", "stopped"):
        response = on_phone.post(f"{page_of(due)}skip/", {"client_uuid": key, "reason": reason})
        assert response.headers["Location"] == "/"
    assert [one.reason for one in Skip.objects.all()] == ["not_now"]


@pytest.mark.parametrize("sent", [{}, {"client_uuid": "x", "reason": "other"}, {"client_uuid": str(uuid4())}])
def test_an_incomplete_reason_is_asked_for_again(on_phone, due, sent):
    response = on_phone.post(f"{page_of(due)}skip/", sent)
    assert response.headers["Location"] == f"{page_of(due)}skip/"
    assert not Skip.objects.exists()


def test_a_skipped_check_in_can_be_answered_after_all(on_phone, due):
    on_phone.post(f"{page_of(due)}skip/", {"client_uuid": str(uuid4()), "reason": "too_sleepy"})
    assert 'type="radio"' not in on_phone.get(page_of(due)).content.decode()
    assert 'type="radio"' in on_phone.get(f"{page_of(due)}?answer").content.decode()
    on_phone.post(page_of(due), answer(item_1=6))
    assert "is saved" in on_phone.get("/").content.decode()


def test_an_answered_check_in_cannot_be_skipped(on_phone, due):
    on_phone.post(page_of(due), answer(item_1=6))
    for send in (on_phone.get, on_phone.post):
        assert send(f"{page_of(due)}skip/").headers["Location"] == page_of(due)


def test_a_rating_the_clinic_withdrew_is_asked_for_again(on_phone, due):
    make.amendment(of=make.rating(of=due.treatment, hours=1.05, check_in=due), kind="withdraw")
    assert "How anxious do you feel right now?" in on_phone.get("/").content.decode()
