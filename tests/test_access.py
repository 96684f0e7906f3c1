"""Who may open what: every address of the project stands in this table, with the answer each of five people gets.

An address without a row fails, and so does a row whose address is gone. What is not yours looks like what is not there.
"""

import re
from datetime import timedelta
from functools import cache
from importlib.util import find_spec

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from backend.tracking import links
from backend.tracking.models import Alert
from tests import make

ROLES = ("anonymous", "patient", "stranger", "clinician", "other_clinic")
NOBODY = 9_999_999  # an id that no row has

# What a GET answers to each of ROLES, then what an empty POST does. The patient's are the ids in the addresses.
EVERYBODY = "200 200 200 200 200"
NEVER = "405 405 405 405 405"
NOWHERE = "404 404 404 404 404"
SENT_ON = "302 302 302 302 302"
TO_THE_SIGN_IN = SENT_ON  # nobody in the cast may open the admin

PDF = "200" if find_spec("weasyprint") else "501"  # an extra

ACCESS = {
    # Pages
    "": ("302 200 200 302 302", "302 405 405 405 405"),
    "check-ins/<int:check_in_id>/": ("302 200 404 404 404", "302 302 404 404 404"),
    "check-ins/<int:check_in_id>/skip/": ("302 200 404 404 404", "302 302 404 404 404"),
    "check-ins/<int:check_in_id>/undo/": ("302 405 405 405 405", "302 302 404 404 404"),
    # A check-in by its link: whoever holds it may answer, skip and undo
    "c/<str:token>/": (EVERYBODY, SENT_ON),
    "c/<str:token>/skip/": (EVERYBODY, SENT_ON),
    "c/<str:token>/undo/": (NEVER, SENT_ON),
    # On a tablet that staff lent for one check-in; a browser that nobody lent has none of it
    "kiosk/": (NOWHERE, NOWHERE),
    "kiosk/skip/": (NOWHERE, NOWHERE),
    "kiosk/undo/": (NOWHERE, NOWHERE),
    "kiosk/end/": (NOWHERE, NOWHERE),
    # An invited patient's way in; the code in the address opens nothing here, and says so
    "join/": (EVERYBODY, EVERYBODY),
    "join/<str:code>/": (EVERYBODY, EVERYBODY),
    "treatments/<int:treatment_id>/outcome/": ("302 286 404 404 404", "302 405 405 405 405"),
    "treatments/<int:treatment_id>/start/": ("302 404 404 404 404", "302 404 404 404 404"),  # given at the clinic
    "relief/": ("302 200 200 200 200", "302 405 405 405 405"),
    "relief/print/": ("302 200 200 200 200", "302 405 405 405 405"),
    "relief/ratings.csv": ("302 302 200 200 200", "302 405 405 405 405"),  # closed on a dose day
    "today/": ("302 404 404 200 200", "302 405 405 405 405"),
    "today/list/": ("302 404 404 200 200", "302 405 405 405 405"),
    "alerts/<int:alert_id>/acknowledge/": ("302 404 404 200 404", "302 404 404 200 404"),
    "clinics/<int:clinic_id>/alerts/": ("302 404 404 200 404", "302 404 404 404 404"),  # owners write
    "patients/": ("302 404 404 200 200", "302 404 404 405 405"),
    "patients/new/": ("302 404 404 200 200", "302 404 404 200 200"),
    "patients/<int:patient_id>/enrolment/": ("302 404 404 200 404", "302 404 404 404 404"),  # no part was sent
    "patients/<int:patient_id>/invitation/": ("302 404 404 200 404", "302 404 404 302 404"),
    "patients/<int:patient_id>/kiosk/<int:check_in_id>/": ("302 404 404 405 405", "302 404 404 302 404"),
    "patients/<int:patient_id>/": ("302 404 404 200 404", "302 405 405 405 405"),
    "patients/<int:patient_id>/report/": ("302 404 404 200 404", "302 405 405 405 405"),
    "patients/<int:patient_id>/report.pdf": (f"302 404 404 {PDF} 404", "302 405 405 405 405"),
    "patients/<int:patient_id>/notes/": ("302 404 404 200 404", "302 404 404 200 404"),
    "patients/<int:patient_id>/ratings/<int:rating_id>/amend/": ("302 404 404 200 404", "302 404 404 200 404"),
    "patients/<int:patient_id>/treatments/<int:treatment_id>/observations/": (
        "302 404 404 200 404",
        "302 404 404 200 404",
    ),
    "patients/<int:patient_id>/treatments/<int:treatment_id>/observations/<int:observation_id>/": (
        "302 404 404 200 404",
        "302 404 404 200 404",
    ),
    "patients/<int:patient_id>/treatments/<int:treatment_id>/monitoring/": (
        "302 404 404 200 404",
        "302 404 404 405 405",
    ),
    "patients/<int:patient_id>/treatments/<int:treatment_id>/start/": ("302 404 404 302 404", "302 404 404 302 404"),
    "patients/<int:patient_id>/treatments/new/": ("302 404 404 200 404", "302 404 404 200 404"),
    "patients/<int:patient_id>/treatments/<int:treatment_id>/": ("302 404 404 200 404", "302 404 404 409 404"),
    "patients/<int:patient_id>/treatments/<int:treatment_id>/cancel/": ("302 404 404 200 404", "302 404 404 200 404"),
    # Owners alone change a clinic; nobody of the cast is one
    "clinics/": ("302 404 404 302 302", "302 404 404 405 405"),
    "clinics/<int:clinic_id>/": ("302 404 404 200 404", "302 404 404 404 404"),
    "clinics/<int:clinic_id>/staff/": ("302 404 404 200 404", "302 404 404 404 404"),
    "clinics/<int:clinic_id>/staff/<int:membership_id>/": ("302 404 404 404 404", "302 404 404 404 404"),
    "clinics/<int:clinic_id>/quality/": ("302 404 404 200 404", "302 404 404 405 405"),
    "clinics/<int:clinic_id>/quality.csv": ("302 404 404 200 404", "302 404 404 405 405"),
    "cohorts/": ("302 404 404 200 200", "302 404 404 405 405"),
    "cohorts/compare/": ("302 404 404 200 200", "302 404 404 405 405"),
    "cohorts/figure/<slug:name>.svg": ("302 404 404 200 200", "302 404 404 405 405"),
    "cohorts/figure/<slug:name>.csv": ("302 404 404 200 200", "302 404 404 405 405"),
    "cohorts/figure/<slug:name>.json": ("302 404 404 200 200", "302 404 404 405 405"),
    "settings/language/": (NEVER, NOWHERE),
    "help/": (EVERYBODY, NEVER),
    "consent/": ("302 200 200 404 404", "302 200 404 404 404"),
    "settings/": ("302 200 200 404 404", "302 200 404 404 404"),
    "settings/calendar/": ("302 200 405 404 404", "302 200 404 404 404"),
    # What a phone keeps, and what it hands in
    "entries/": (NEVER, "401 415 415 415 415"),
    "c/<str:token>/entries/": (NEVER, "415 415 415 415 415"),
    "c/<str:token>/steps/": (NEVER, "400 400 400 400 400"),
    "phone/": ("401 200 200 200 200", NEVER),
    "offline/": (EVERYBODY, NEVER),
    "sw.js": (EVERYBODY, NEVER),
    "manifest.webmanifest": (EVERYBODY, NEVER),
    # What tells a patient that a check-in is there
    "push/": ("302 405 405 405 405", "302 400 400 404 404"),
    "push/end/": ("302 405 405 405 405", "302 400 400 404 404"),
    "calendar/<str:secret>.ics": (EVERYBODY, NEVER),  # the secret is the key
    # For machines
    "livez": (EVERYBODY, NEVER),
    "readyz": (EVERYBODY, NEVER),
    # The REST interface, by session; the patient was dosed an hour ago, so their numbers are withheld from them
    "api/": (NOWHERE, NOWHERE),
    "api/v1/instruments/": (EVERYBODY, NEVER),
    "api/v1/instruments/<slug:slug>/": (EVERYBODY, NEVER),
    "api/v1/protocols/": (EVERYBODY, NEVER),
    "api/v1/patients/": ("401 200 200 200 200", "401 400 400 400 400"),
    "api/v1/patients/<int:pk>/": ("401 200 404 200 404", "401 405 405 405 405"),
    "api/v1/treatments/": ("401 200 200 200 200", "401 400 400 400 400"),
    "api/v1/treatments/<int:pk>/": ("401 200 404 200 404", "401 405 405 405 405"),
    "api/v1/treatments/<int:pk>/check-ins/": ("401 200 404 200 404", "401 405 405 405 405"),
    "api/v1/treatments/<int:pk>/outcomes/": ("401 403 404 200 404", "401 405 405 405 405"),
    "api/v1/courses/<int:pk>/outcomes/": ("401 403 404 200 404", "401 405 405 405 405"),
    "api/v1/check-ins/<int:pk>/skips/": ("401 405 405 405 405", "401 400 404 400 404"),
    "api/v1/ratings/": ("401 200 200 200 200", "401 400 400 400 400"),
    "api/v1/ratings/<int:pk>/": ("401 404 404 200 404", "401 405 405 405 405"),
    "api/v1/ratings/<int:pk>/amendments/": ("401 405 405 405 405", "401 400 404 400 404"),
    "api/v1/claims/": ("401 404 404 200 200", "401 405 405 405 405"),
    "api/v1/cohorts/": ("401 404 404 200 200", "401 405 405 405 405"),
    # Signing in and out
    "account/login/": ("200 302 302 302 302", "200 302 302 302 302"),
    "account/login/code/": ("200 302 302 302 302", "200 302 302 302 302"),
    "account/login/code/confirm/": (SENT_ON, SENT_ON),
    "account/logout/": ("302 200 200 200 200", SENT_ON),
    "account/inactive/": (EVERYBODY, NEVER),
    "account/signup/": ("200 302 302 302 302", "200 302 302 302 302"),
    "account/reauthenticate/": ("302 403 403 302 302", "302 403 403 302 302"),
    "account/password/change/": (SENT_ON, SENT_ON),
    "account/password/set/": ("302 200 200 200 200", "302 200 200 200 200"),
    "account/password/reset/": (EVERYBODY, EVERYBODY),
    "account/password/reset/done/": (EVERYBODY, NEVER),
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (EVERYBODY, EVERYBODY),  # says it is void
    "account/password/reset/key/done/": (EVERYBODY, NEVER),
    # The second factor; staff have one and prove it again before they change it
    "account/2fa/": ("302 200 200 200 200", "302 405 405 405 405"),
    "account/2fa/authenticate/": (SENT_ON, SENT_ON),
    "account/2fa/reauthenticate/": ("302 403 403 200 200", "302 403 403 200 200"),
    "account/2fa/totp/activate/": ("302 200 200 302 302", "302 200 200 302 302"),
    "account/2fa/totp/deactivate/": ("302 404 404 302 302", "302 404 404 302 302"),
    "account/2fa/recovery-codes/": ("302 404 404 404 404", "302 405 405 405 405"),
    "account/2fa/recovery-codes/generate/": ("302 200 200 302 302", "302 200 200 302 302"),
    "account/2fa/recovery-codes/download/": ("302 404 404 404 404", "302 404 404 404 404"),
    "account/2fa/webauthn/": ("302 200 200 200 200", "302 405 405 405 405"),
    "account/2fa/webauthn/add/": ("302 200 200 302 302", "302 200 200 302 302"),
    "account/2fa/webauthn/reauthenticate/": ("302 403 403 302 302", "302 403 403 302 302"),
    "account/2fa/webauthn/keys/<int:pk>/remove/": ("302 404 404 302 302", "302 404 404 302 302"),
    "account/2fa/webauthn/keys/<int:pk>/edit/": ("302 404 404 302 302", "302 404 404 302 302"),
    "account/2fa/webauthn/login/": (SENT_ON, SENT_ON),
    # The admin: everything leads to signing in, and who is signed in gets no further
    "admin/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/login/": ("302 403 403 403 403", "302 403 403 403 403"),
    "admin/logout/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/password_change/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/password_change/done/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/autocomplete/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/jsi18n/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/r/<path:content_type_id>/<path:object_id>/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/APP/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/APP/MODEL/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/APP/MODEL/add/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/APP/MODEL/<path:object_id>/history/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/APP/MODEL/<path:object_id>/delete/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/APP/MODEL/<path:object_id>/change/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/APP/MODEL/<path:object_id>/": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
    "admin/(?P<url>.*)$": (TO_THE_SIGN_IN, TO_THE_SIGN_IN),
}


# Routes that are regular expressions, as an address.
SPELLED_OUT = {
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "/account/password/reset/key/1-key/",
    "admin/(?P<url>.*)$": "/admin/nowhere/",
}


@cache
def addresses() -> dict[str, set[str]]:
    """Every route of the project by the name of its row; pages of one model in the admin are like any other's."""
    found: dict[str, set[str]] = {}
    for route in _routes(get_resolver(), ""):
        row = re.sub(r"^admin/[a-z]+/[a-z]+/", "admin/APP/MODEL/", route)
        if row.startswith("admin/^(?P<app_label>"):
            found["admin/APP/"] = {"admin/tracking/"}
        else:
            found.setdefault(row, set()).add(route)
    return found


def _routes(resolver: URLResolver, before: str) -> list[str]:
    listed = []
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        listed += [route] if isinstance(pattern, URLPattern) else _routes(pattern, route)
    return listed


def filled(route: str, ids: dict[str, object]) -> str:
    """The route with the id that belongs to what stands before it."""
    return SPELLED_OUT.get(route) or "/" + re.sub(
        r"([\w-]*)/<[^>]+>", lambda found: f"{found[1]}/{ids.get(found[1], 1)}", route
    )


@pytest.fixture
def cast(patient, stranger, clinician, other_clinic):
    """A browser for each role."""
    people = (None, patient.person, stranger.person, clinician, other_clinic)
    clients = {role: Client() for role in ROLES}
    for client, person in zip(clients.values(), people, strict=True):
        if person is not None:
            client.force_login(person)
    return clients


@pytest.fixture
def ids(patient, clinician):
    """The patient's rows, by the word that stands before their ids in an address."""
    treatment = make.treatment(of=patient, by=clinician, started_at=timezone.now() - timedelta(hours=1.1))
    make.alert_plan(at=patient.clinic, owner=clinician)
    make.alert_rule(at=patient.clinic, by=clinician)
    return {
        "patients": patient.pk,
        "clinics": patient.clinic_id,
        "staff": clinician.memberships.get().pk,
        "treatments": treatment.pk,
        "courses": treatment.pk,
        "check-ins": treatment.check_ins.get(name="+1 h").pk,
        "c": links.token(treatment.check_ins.get(name="+1 h")),
        "kiosk": treatment.check_ins.get(name="+1 h").pk,
        "calendar": patient.calendar_secret,
        "ratings": make.rating(of=treatment, hours=-1, score=8).pk,
        "alerts": Alert.objects.get().pk,
        "observations": make.observation(of=treatment, by=clinician).pk,
        "instruments": "gad7",
        "figure": "onset",
    }


def ask(client, method, address):
    as_json = {"data": {}, "content_type": "application/json"} if address.startswith("/api/") else {}
    return getattr(client, method)(address, **(as_json if method == "post" else {}))


def test_every_address_has_a_row_and_every_row_an_address():
    assert sorted(addresses()) == sorted(ACCESS)


@pytest.mark.parametrize("row", ACCESS)
def test_everybody_gets_what_the_table_says(cast, ids, row):
    for route in addresses().get(row, ()):
        address = filled(route, ids)
        for method, expected in zip(("get", "post"), ACCESS[row], strict=True):
            answers = [ask(client, method, address).status_code for client in cast.values()]
            assert dict(zip(ROLES, map(str, answers), strict=True)) == dict(
                zip(ROLES, expected.split(), strict=True)
            ), f"{method.upper()} {address}"


def without_what_differs(response):
    """An answer without its one-time tokens and without its own address."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return response.status_code, body.replace(response.wsgi_request.path, "")


@pytest.mark.parametrize("row", [row for row in ACCESS if "<int:" in row and not row.startswith("account/")])
def test_what_is_somebody_elses_looks_like_what_is_not_there(cast, ids, row):
    nowhere = dict.fromkeys(ids, NOBODY)
    for role in ("stranger", "other_clinic"):
        for method in ("get", "post"):
            theirs, nobodys = (ask(cast[role], method, filled(row, known)) for known in (ids, nowhere))
            assert without_what_differs(theirs) == without_what_differs(nobodys)
