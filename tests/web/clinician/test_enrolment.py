"""Enrolling a patient, correcting that, listing what came before, recording a signed paper, inviting."""

import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.consent import CURRENT, text
from backend.accounts.models import AuditEntry, Consent, Invitation, Membership, Patient, Person
from backend.accounts.services import invitations
from backend.tracking.models import PreviousTreatment
from backend.tracking.services.enrolling import patients
from backend.tracking.services.refusals import Refused
from tests import make
from tests.web.make import fields_of

ENROL = {
    "code": "H-7",
    "time_zone": "Europe/Berlin",
    "indication": "sad",
    "paper_language": "en",
    "signed_on": "2026-03-02",
    "email": "",
}
PAPER = {"part": "paper", "wording": CURRENT, "paper_language": "en", "signed_on": "2026-03-02"}
SERTRALINE = {
    "previous-1-kind": "ssri",
    "previous-1-name": "sertraline",
    "previous-1-adequate": "yes",
    "previous-1-stopped_because": "no_effect",
}
THERAPY = {"previous-3-kind": "psychotherapy"}


def said(response):
    return response.content.decode()


def enrol(client, **fields):
    return client.post("/patients/new/", ENROL | fields)


def enrolment_of(patient):
    return reverse("enrolment", args=[patient.pk])


def invitation_of(patient):
    return reverse("invitation", args=[patient.pk])


def test_a_patient_is_enrolled_with_what_came_before_and_the_signed_paper(at_desk, clinic, clinician):
    answer = enrol(at_desk, on_paper="on", paper_language="es", **SERTRALINE, **THERAPY)
    patient = Patient.objects.get(code="H-7")
    assert answer.headers["Location"] == invitation_of(patient)
    assert (patient.clinic, patient.time_zone, patient.indication, patient.person) == (
        clinic,
        "Europe/Berlin",
        "sad",
        None,
    )
    listed = PreviousTreatment.objects.order_by("kind").values_list("kind", "name", "adequate", "stopped_because")
    assert list(listed) == [
        ("psychotherapy", "", "unknown", "unknown"),
        ("ssri", "sertraline", "yes", "no_effect"),
    ]
    consent = Consent.objects.get()
    assert (consent.on_paper, consent.recorded_by, consent.version) == (True, clinician, CURRENT)
    assert (consent.language, consent.text_sha256) == ("es", text("es").sha256)
    assert consent.signed_on == date(2026, 3, 2)


def test_without_a_paper_nobody_has_consented_yet(at_desk):
    enrol(at_desk)
    assert not Consent.objects.exists()
    assert not Person.objects.filter(patients__isnull=False).exists()


def test_every_step_of_enrolling_is_on_record(at_desk, clinician):
    enrol(at_desk, on_paper="on", **SERTRALINE)
    entries = AuditEntry.objects.order_by("pk")
    assert [one.action for one in entries] == [
        "patient.invited",
        "patient.changed",
        "previous_treatment.recorded",
        "consent.given",
    ]
    assert {one.actor for one in entries} == {clinician}


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        pytest.param({"code": "P-1"}, "Another patient of the clinic has this code", id="a code that is taken"),
        pytest.param({"code": ""}, "This field is required", id="no code"),
        pytest.param({"time_zone": "Europe/Nowhere"}, "Europe/Nowhere is not one", id="no such zone"),
        pytest.param({"indication": "flu"}, "flu is not one", id="no such indication"),
        pytest.param({"email": "nobody"}, "Enter a valid email address", id="no address"),
        pytest.param({"previous-2-name": "quetiapine"}, "Say what kind", id="an earlier treatment of no kind"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(at_desk, patient, wrong, complaint):
    response = enrol(at_desk, **SERTRALINE | {"email": "pat@home.example"} | wrong)
    assert response.status_code == 200
    page = said(response)
    assert complaint in page
    assert 'value="sertraline"' in page
    assert list(Patient.objects.all()) == [patient]
    assert not PreviousTreatment.objects.exists()


def test_of_several_clinics_one_is_chosen(client, db):
    north, south = make.clinic(name="North"), make.clinic(name="South")
    person = make.member(at=north)
    client.force_login(person)
    assert 'name="clinic"' not in said(client.get("/patients/new/"))
    Membership.objects.create(person=person, clinic=south, role="owner")
    assert 'name="clinic"' in said(client.get("/patients/new/"))
    enrol(client, clinic=str(south.pk))
    assert Patient.objects.get(code="H-7").clinic == south
    assert enrol(client, code="H-8", clinic=str(make.clinic().pk)).status_code == 200  # not one of theirs
    assert not Patient.objects.filter(code="H-8").exists()


def test_who_only_reads_enrols_nobody(client, clinic, patient):
    client.force_login(make.member(at=clinic, role="researcher"))
    for address in ("/patients/new/", enrolment_of(patient), invitation_of(patient)):
        assert client.get(address).status_code == 404
        assert client.post(address, ENROL).status_code == 404
    assert Patient.objects.count() == 1


# Correcting


def details_of(client, patient, **changes):
    """The details as the page has them, changed."""
    page = client.get(enrolment_of(patient))
    kept = {name: getattr(patient, name) for name in ("code", "time_zone", "indication")}
    return kept | {"part": "details", "version": fields_of(page)["version"]} | changes


def test_details_are_corrected(at_desk, patient):
    sent = details_of(at_desk, patient, indication="ptsd", code="P-11")
    assert at_desk.post(enrolment_of(patient), sent).status_code == 302
    patient.refresh_from_db()
    assert (patient.indication, patient.code) == ("ptsd", "P-11")


def test_two_who_correct_at_once_lose_nothing(at_desk, patient, clinician):
    sent = details_of(at_desk, patient, indication="ptsd", code="P-11")
    patients.change_patient(actor=clinician, patient=patient, fields={"indication": "gad"})
    response = at_desk.post(enrolment_of(patient), sent)
    assert response.status_code == 409
    page = said(response)
    assert 'value="P-11"' in page
    assert '<option value="ptsd" selected>' in page
    assert "Stored now: generalised anxiety (GAD)" in page
    patient.refresh_from_db()
    assert (patient.indication, patient.code) == ("gad", "P-1")
    again = sent | {"version": fields_of(response)["version"]}
    assert at_desk.post(enrolment_of(patient), again).status_code == 302
    patient.refresh_from_db()
    assert (patient.indication, patient.code) == ("ptsd", "P-11")


def test_a_form_that_does_not_say_what_it_read_changes_nothing(at_desk, patient):
    sent = details_of(at_desk, patient, indication="ptsd") | {"version": ""}
    assert at_desk.post(enrolment_of(patient), sent).status_code == 409


def test_another_patients_code_is_refused_beside_the_field(at_desk, patient, stranger):
    response = at_desk.post(enrolment_of(patient), details_of(at_desk, patient, code=stranger.code))
    assert response.status_code == 200
    assert "Another patient of the clinic has this code" in said(response)
    patient.refresh_from_db()
    assert patient.code == "P-1"


def test_no_unknown_indication_is_stored(patient, clinician):
    with pytest.raises(Refused, match="indication is 'flu', expected one of gad"):
        patients.change_patient(actor=clinician, patient=patient, fields={"indication": "flu"})


# What came before


def test_earlier_treatments_are_added_and_taken_off(at_desk, patient):
    at_desk.post(enrolment_of(patient), {"part": "previous", **SERTRALINE, **THERAPY})
    page = said(at_desk.get(enrolment_of(patient)))
    assert "sertraline" in page
    assert "too little effect" in page
    wrong = PreviousTreatment.objects.get(kind="psychotherapy")
    at_desk.post(enrolment_of(patient), {"part": "take-off", "previous": wrong.pk})
    at_desk.post(enrolment_of(patient), {"part": "take-off", "previous": wrong.pk})
    assert [one.kind for one in PreviousTreatment.objects.standing()] == ["ssri"]
    assert PreviousTreatment.objects.count() == 2
    taken = AuditEntry.objects.filter(action="previous_treatment.taken_off")
    assert taken.count() == 1


def test_a_button_tapped_twice_lists_it_once_but_two_alike_are_two(at_desk, patient):
    alike = {"previous-1-kind": "ssri", "previous-2-kind": "ssri"}
    for _ in range(2):
        at_desk.post(enrolment_of(patient), {"part": "previous", **alike})
    assert PreviousTreatment.objects.count() == 2


def test_nobody_takes_off_what_is_listed_for_another_patient(at_desk, patient, stranger):
    at_desk.post(enrolment_of(stranger), {"part": "previous", **THERAPY})
    theirs = PreviousTreatment.objects.get()
    for chosen in (theirs.pk, 0, "x", "", "9" * 30, "9" * 5000):
        response = at_desk.post(enrolment_of(patient), {"part": "take-off", "previous": chosen})
        assert response.status_code == 404
    assert PreviousTreatment.objects.standing().exists()


# Consent


def test_a_signed_paper_is_recorded_and_shown_to_the_patient(at_desk, patient):
    at_desk.post(enrolment_of(patient), PAPER)
    at_desk.post(enrolment_of(patient), PAPER)
    assert [(one.on_paper, one.signed_on) for one in Consent.objects.all()] == [(True, date(2026, 3, 2))]
    page = said(at_desk.get(enrolment_of(patient)))
    assert "Signed on paper on March 2, 2026, noted on" in page
    assert "Noted by Clara Clinician" in page
    own = Client()
    own.force_login(patient.person)
    assert "You signed it on paper on March 2, 2026. Your clinic noted that on" in said(own.get("/consent/"))


@pytest.mark.parametrize(
    ("day", "complaint"),
    [
        ("2999-01-01", "This day is still to come."),
        ("1899-12-31", "This day is too long ago."),
        ("2026-02-30", "Enter a valid date."),
        ("", "Give the day that stands on the paper."),
    ],
)
def test_a_day_on_which_nobody_can_have_signed_is_said_beside_the_field(at_desk, patient, day, complaint):
    page = said(at_desk.post(enrolment_of(patient), PAPER | {"signed_on": day}))
    assert complaint in page
    assert f'value="{day}"' in page or not day
    enrolling = said(enrol(at_desk, on_paper="on", signed_on=day))
    assert complaint in enrolling
    assert 'value="H-7"' in enrolling
    assert not Consent.objects.exists()
    assert not Patient.objects.filter(code="H-7").exists()


def test_the_day_is_today_by_the_clinics_clock_until_another_is_typed(at_desk, clinic, patient, clinician):
    clinic.time_zone = "Pacific/Kiritimati"  # 14 hours ahead of UTC
    clinic.save()
    today = timezone.now().astimezone(ZoneInfo(clinic.time_zone)).date()
    for page in (enrolment_of(patient), "/patients/new/"):
        assert f'name="signed_on" value="{today.isoformat()}"' in said(at_desk.get(page))
    at_desk.post(enrolment_of(patient), PAPER | {"signed_on": today.isoformat()})
    assert Consent.objects.get().signed_on == today


def test_without_a_paper_the_day_says_nothing(at_desk):
    enrol(at_desk, signed_on="")
    assert Patient.objects.filter(code="H-7").exists()
    assert not Consent.objects.exists()


def test_a_consent_on_paper_has_a_day_and_another_has_none(patient, clinician):
    shown = {"patient": patient, "given": True, "version": "1", "language": "en", "recorded_by": clinician}
    for paper in ({"on_paper": True}, {"signed_on": date(2026, 3, 2)}):
        with pytest.raises(IntegrityError, match="consent_on_paper_has_a_day"), transaction.atomic():
            Consent.objects.create(**shown, **paper)


def test_a_paper_of_another_wording_is_not_taken_for_this_one(at_desk, patient):
    at_desk.post(enrolment_of(patient), PAPER | {"wording": "0"})
    at_desk.post(enrolment_of(patient), PAPER | {"paper_language": "tlh"})
    assert not Consent.objects.exists()


def test_a_withdrawal_that_was_told_is_recorded(at_desk, patient, clinician):
    at_desk.post(enrolment_of(patient), PAPER)
    at_desk.post(enrolment_of(patient), {"part": "withdraw"})
    assert not patient.current_consent().given
    assert patient.current_consent().recorded_by == clinician


def test_a_part_that_is_none_is_not_there(at_desk, patient):
    assert at_desk.post(enrolment_of(patient), {"part": "erase"}).status_code == 404


# Inviting


@pytest.fixture
def newcomer(clinic):
    return make.patient(at=clinic, sign_in=False, code="H-9")


def code_on(page):
    return found.group() if (found := re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page)) else ""


def test_an_invitation_shows_its_code_and_picture_once(at_desk, newcomer):
    response = at_desk.post(invitation_of(newcomer), {"do": "make"}, follow=True)
    code = code_on(said(response))
    assert invitations.open_invitation(code).patient == newcomer
    assert '<svg class="qr-code"' in said(response)
    assert response.headers["Cache-Control"] == "no-store"
    again = said(at_desk.get(invitation_of(newcomer)))
    assert not code_on(again)
    assert "An invitation is open until" in again


def test_the_code_waits_for_its_own_patient_only(at_desk, newcomer, clinic):
    other = make.patient(at=clinic, sign_in=False)
    at_desk.post(invitation_of(newcomer), {"do": "make"})
    assert not code_on(said(at_desk.get(invitation_of(other))))
    assert code_on(said(at_desk.get(invitation_of(newcomer))))


def test_an_invitation_is_mailed_in_words_that_say_nothing(at_desk, newcomer):
    at_desk.post(invitation_of(newcomer), {"do": "make", "email": "pat@home.example"})
    sent = mail.outbox[0]
    assert sent.to == ["pat@home.example"]
    assert invitations.open_invitation(code_on(sent.body)).patient == newcomer
    for secret in ("H-9", "Harbour", "Clara", "anxi", "ketamine", "patient"):
        assert secret not in sent.subject + sent.body
    address = re.search(r"http\S+", sent.body).group()
    assert Client().get(address.partition("8000")[2]).status_code == 200


def test_a_mail_server_that_is_down_leaves_the_code_on_the_page(at_desk, newcomer, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    page = said(at_desk.post(invitation_of(newcomer), {"do": "make", "email": "pat@home.example"}, follow=True))
    assert "could not be sent by e-mail" in page
    assert code_on(page)


def test_an_address_given_on_enrolling_is_invited_and_not_kept(at_desk):
    page = said(at_desk.post("/patients/new/", ENROL | {"email": "pat@home.example"}, follow=True))
    patient = Patient.objects.get(code="H-7")
    assert code_on(page) == code_on(mail.outbox[0].body)
    assert patient.person is None
    assert not Person.objects.filter(email="pat@home.example").exists()


def test_an_invitation_is_taken_back(at_desk, newcomer):
    code = code_on(said(at_desk.post(invitation_of(newcomer), {"do": "make"}, follow=True)))
    at_desk.post(invitation_of(newcomer), {"do": "end"})
    assert invitations.open_invitation(code) is None
    assert "This patient has no sign-in." in said(at_desk.get(invitation_of(newcomer)))


def test_a_patient_who_has_joined_is_not_invited_again(at_desk, patient):
    page = said(at_desk.post(invitation_of(patient), {"do": "make"}, follow=True))
    assert "There is nothing to invite them to." in page
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("address", ["/patients/new/", "enrolment", "invitation"])
def test_the_pages_ask_the_database_little(at_desk, newcomer, clinician, address, django_assert_max_num_queries):
    for number in range(6):
        at_desk.post(enrolment_of(newcomer), {"part": "previous", "previous-1-kind": "ssri", "previous-1-name": number})
    at_desk.post(enrolment_of(newcomer), PAPER)
    at_desk.post(invitation_of(newcomer), {"do": "make"})
    at_desk.get("/help/")  # messages are shown and gone
    with django_assert_max_num_queries(12):
        at_desk.get(address if address.startswith("/") else reverse(address, args=[newcomer.pk]))
