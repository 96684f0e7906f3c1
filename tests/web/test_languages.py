"""In which language pages speak, and that nothing a Spanish reader is shown is left in English by oversight."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from backend.accounts.models import AuditEntry
from backend.analysis.outcomes.sentences import TO_PATIENTS
from backend.config import translations
from backend.tracking.links import token
from backend.tracking.models import Outcome
from backend.tracking.services.entries import Entry
from backend.tracking.services.rating.ratings import log_rating
from tests import make
from tests.web.make import answer

ENGLISH = re.compile(
    r"\b(the|your|you|and|of|is|are|with|this|that|not|check-ins?|after|answers?|when|from)\b", re.IGNORECASE
)
NAMES = ("Harbour Clinic", "Clara Clinician", "Olive Owner", "Ebb")
ZONE = r"\w+(?:/[\w -]+)+"  # a zone is called what it is called
NOT_SHOWN = {"script", "style", "template"}


class Shown(HTMLParser):
    """What a page shows or says in one language: its texts and spoken attributes, without what is marked as another."""

    VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source"}

    def __init__(self, language):
        super().__init__()
        self.language, self.texts, self.elements = language, [], []

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        other = told.get("lang", self.language) != self.language or tag in NOT_SHOWN
        if tag not in self.VOID:
            self.elements.append((tag, other))
        if not self.is_hidden:
            self.texts += [
                told[name] for name in ("aria-label", "title", "alt", "placeholder", "data-label") if told.get(name)
            ]

    def handle_endtag(self, tag):
        while self.elements and self.elements.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self.is_hidden and data.strip():
            self.texts.append(" ".join(data.split()))

    @property
    def is_hidden(self):
        return any(other for _tag, other in self.elements)


def shown(response, language="es"):
    page = Shown(language)
    page.feed(response.content.decode())
    return page.texts


def left_in_english(texts):
    """Texts that have a translation and stand there without it, or that hold an English word of the smallest kind."""
    catalog = translations.read(settings.TRANSLATIONS / "es" / "LC_MESSAGES" / "django.po")
    ours = {one.id for one in catalog if isinstance(one.id, str) and one.id != one.string}
    spanish = {one.string for one in catalog if isinstance(one.string, str)}
    found = [text for text in texts if text in ours - spanish]
    for text in (one for one in texts if not re.fullmatch(ZONE, one)):
        rest = text
        for name in NAMES:
            rest = rest.replace(name, "")
        found += [text] if ENGLISH.search(rest) else []
    return found


def in_spanish(client, path, **expected):
    response = client.get(path, headers={"accept-language": "es-MX,es;q=0.9,en;q=0.5"})
    assert response.status_code == expected.get("status", 200), path
    assert response.headers["Content-Language"] == "es"
    assert '<html lang="es"' in response.content.decode()
    return response


def test_english_left_over_is_found():
    assert left_in_english(["Gracias", "Save", "Harbour Clinic", "«Semana 2» is saved"]) == [
        "Save",
        "«Semana 2» is saved",
    ]


def test_a_page_speaks_as_the_browser_asks(client):
    page = client.get("/account/login/", headers={"accept-language": "es"})
    assert "Iniciar sesión" in page.content.decode()
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))
    other = client.get("/account/login/", headers={"accept-language": "de"})
    assert '<html lang="en"' in other.content.decode()


def test_a_choice_holds_in_this_browser_before_signing_in(client):
    back = client.post("/settings/language/", {"language": "es", "next": "/help/"})
    assert (back.status_code, back.url) == (302, "/help/")
    assert "Números de ayuda" in client.get("/help/", headers={"accept-language": "en"}).content.decode()


def test_a_choice_is_kept_with_the_person_and_on_record(on_phone, patient):
    on_phone.post("/settings/language/", {"language": "es", "next": "/"})
    patient.person.refresh_from_db()
    assert patient.person.language == "es"
    assert AuditEntry.objects.filter(action="person.changed", changes={"language": ["", "es"]}).count() == 1
    elsewhere = Client()
    elsewhere.force_login(patient.person)
    assert '<html lang="es"' in elsewhere.get("/", headers={"accept-language": "en"}).content.decode()


def test_the_way_back_stays_on_this_site(client):
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""):
        assert client.post("/settings/language/", {"language": "es", "next": elsewhere}).url == "/"


@pytest.mark.parametrize("language", ["", "de", "en-us", "../es", "e\0s"])
def test_only_languages_there_are_can_be_chosen(on_phone, patient, language):
    assert on_phone.post("/settings/language/", {"language": language}).status_code == 404
    patient.person.refresh_from_db()
    assert patient.person.language == ""


def test_every_page_offers_the_other_language_in_its_own_words(on_phone):
    page = on_phone.get("/").content.decode()
    assert 'name="language" value="es" lang="es">Español</button>' in page
    assert "English</button>" in on_phone.get("/", headers={"accept-language": "es"}).content.decode()


def test_programs_and_the_admin_are_answered_in_english(client):
    refusal = client.get("/api/v1/patients/", headers={"accept-language": "es"})
    assert refusal.headers["Content-Language"] == "en"
    assert "Accept-Language" not in refusal.headers.get("Vary", "")
    assert client.get("/livez", headers={"accept-language": "es"}).headers["Content-Language"] == "en"


PAGES = ("/", "/relief/", "/relief/print/", "/settings/", "/consent/", "/help/", "/nowhere/")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("hours_ago", [None, 2, 6, 24 * 17])
def test_the_pages_of_a_patient_are_in_spanish(on_phone, treated, path, hours_ago):
    if hours_ago is not None:
        treatment = treated(hours_ago)
        given = {1: 6, 2: 3, 3: 2, 4: 2, 168: 3, 336: 7}
        make.ratings(of=treatment, scores={hours: score for hours, score in given.items() if hours < hours_ago})
    page = in_spanish(on_phone, path, status=404 if path == "/nowhere/" else 200)
    assert left_in_english(shown(page)) == []


def test_a_check_in_is_in_spanish_from_its_first_question_to_its_last(on_phone, treated):
    treatment = treated(24 * 7.5)
    check_in = treatment.check_ins.get(name="week 1")
    address, asked = f"/check-ins/{check_in.pk}/", []
    assert left_in_english(shown(in_spanish(on_phone, f"{address}skip/"))) == []
    while 'name="instrument"' in (page := in_spanish(on_phone, address)).content.decode():
        slug = re.search(r'name="instrument" value="([\w-]+)"', page.content.decode())[1]
        assert left_in_english(shown(page)) == [], slug
        asked.append(slug)
        on_phone.post(address, answer(slug, then="blank" if len(asked) > 1 else "save", item_1="3"))
        assert len(asked) < 12
    assert asked[:3] == ["nrs-anxiety", "now4", "gad7"]
    assert left_in_english(shown(in_spanish(on_phone, "/"))) == []


def test_a_dose_is_started_in_spanish_by_its_patient_and_by_staff(client, patient, clinician, now):
    planned = {"state": "planned", "planned_at": now + timedelta(hours=1), "route": "sublingual", "at_home": True}
    treatment = make.treatment(of=patient, by=clinician, **planned)
    client.force_login(patient.person)
    for path in ("/", f"/treatments/{treatment.pk}/start/"):
        assert left_in_english(shown(in_spanish(client, path))) == [], path
    client.force_login(clinician)
    for path in ("/patients/", f"/patients/{patient.pk}/", f"/patients/{patient.pk}/treatments/{treatment.pk}/start/"):
        assert left_in_english(shown(in_spanish(client, path))) == [], path


def test_a_scale_is_asked_in_its_validated_wording(on_phone, treated):
    check_in = treated(24 * 7.5).check_ins.get(name="week 1")
    address = f"/check-ins/{check_in.pk}/"
    on_phone.post(address, answer(item_1="3"))
    on_phone.post(address, answer("now4", then="blank"))
    page = in_spanish(on_phone, address).content.decode()
    assert "Se ha sentido nervioso, ansioso o muy alterado" in page
    assert "solo está disponible aquí en inglés" not in page


def test_a_scale_without_a_known_wording_stays_english_and_says_so(on_phone, treated):
    treatment = treated(24 * 14.5)
    address = f"/check-ins/{treatment.check_ins.get(name='week 2').pk}/"
    for slug in ("nrs-anxiety", "now4", "gad7"):
        on_phone.post(address, answer(slug, then="save" if slug == "nrs-anxiety" else "blank", item_1="3"))
    page = in_spanish(on_phone, address).content.decode()
    assert "Little interest or pleasure in doing things" in page
    assert 'lang="en"' in page
    assert "solo está disponible aquí en inglés" in page
    assert left_in_english(shown(in_spanish(on_phone, address))) == []


def test_what_is_stored_does_not_depend_on_who_reads_first(on_phone, patient, treated):
    treatment = treated(24 * 17)
    make.ratings(of=treatment, scores={1: 6, 2: 3, 3: 2, 4: 2, 168: 3, 336: 7})
    Outcome.objects.all().delete()
    page = on_phone.get(f"/treatments/{treatment.pk}/outcome/", headers={"accept-language": "es"}).content.decode()
    stored = Outcome.objects.get(treatment=treatment, unit="treatment", instrument="nrs-anxiety", rule_set="R50C-L50")
    assert stored.sentence.startswith("At each check-in answered from 2 h to week 1")
    assert stored.in_words() == stored.sentence
    assert stored.in_words(TO_PATIENTS).startswith("At each check-in you answered from 2 h to week 1")
    assert "En cada control que respondió desde 2 h hasta la semana 1 después de la dosis" in page


def test_a_link_speaks_the_language_its_patient_chose(client, patient, treated, now):
    treatment = treated(2.1)
    patient.person.language = "es"
    patient.person.save()
    check_in = treatment.check_ins.get(name="+2 h")
    page = client.get(f"/c/{token(check_in)}/", headers={"accept-language": "en"})
    assert '<html lang="es"' in page.content.decode()
    assert "¿Cuánta ansiedad siente en este momento?" in page.content.decode()
    assert left_in_english(shown(page)) == []
    client.post("/settings/language/", {"language": "en"})
    assert '<html lang="en"' in client.get(f"/c/{token(check_in)}/").content.decode()
    patient.person.refresh_from_db()
    assert patient.person.language == "es"  # a link changes nothing of theirs


def test_what_staff_read_is_in_spanish(at_desk, treated, patient, now):
    treatment = treated(24 * 17)
    make.ratings(of=treatment, scores={1: 6, 2: 3, 3: 2, 4: 2, 168: 3, 336: 7})
    make.amendment(of=make.rating(of=treatment, hours=400, score=6), score=5)
    log_rating(
        actor=patient.person,
        treatment=treatment,
        entry=Entry(uuid4(), "gad7", [1] * 7, device_at=now - timedelta(days=2)),
    )
    for path in ("/patients/", f"/patients/{patient.pk}/", f"/patients/{patient.pk}/?unit=course", "/cohorts/"):
        texts = shown(in_spanish(at_desk, path))
        assert left_in_english([one for one in texts if "mistyped" not in one]) == [], path


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/login/code/", "/account/password/reset/", "/account/signup/", "/offline/"]
)
def test_what_anybody_reads_is_in_spanish(client, db, path):
    assert left_in_english(shown(in_spanish(client, path))) == []


@pytest.mark.parametrize(
    "path", ["/account/2fa/", "/account/2fa/webauthn/add/", "/account/logout/", "/account/password/set/"]
)
def test_the_pages_of_an_account_are_in_spanish(on_phone, path):
    assert left_in_english(shown(in_spanish(on_phone, path))) == []


def test_mail_with_a_code_speaks_as_the_page_that_asked_for_it(client, patient, mailoutbox):
    client.post("/account/login/code/", {"email": patient.person.email}, headers={"accept-language": "es"})
    (mail,) = mailoutbox
    assert mail.subject == "Su código de inicio de sesión"
    assert left_in_english([line for line in mail.body.splitlines() if line]) == []
