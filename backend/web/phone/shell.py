"""The shell that a phone keeps: one page without anything personal, its worker and how it is installed."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from backend.accounts.care import Help, countries, help_for
from backend.accounts.services.clinic_rules import WITH_ITEM9
from backend.instruments import known
from backend.web.care import Care
from backend.web.patient.check_in.answers import AnswerForm
from backend.web.patient.check_in.pages import REASONS

WORKER = Path(__file__).with_name("worker.js")
SCRIPTS = ("clock", "display", "entry", "page", "queue", "schedule", "seal", "sending", "shell", "store")
PARTS = ("ebb.css", "ebb.svg", *(f"phone/{name}.js" for name in SCRIPTS))
COLOUR = "#0f5c5f"
ICONS = (
    ("phone/icon-192.png", "192x192", "any"),
    ("phone/icon-512.png", "512x512", "any"),
    ("phone/icon-maskable.png", "512x512", "maskable"),
)


def _tag(_request: HttpRequest) -> str:
    return f'"{_version()}"'


def public(response: HttpResponse) -> HttpResponse:
    """Let a browser keep an answer that is the same for everybody, if it asks each time whether it still holds."""
    patch_cache_control(response, no_cache=True)
    return response


@login_not_required
@require_safe
@gzip_page
@condition(etag_func=_tag)
def worker(_request: HttpRequest) -> HttpResponse:
    """Return the service worker, with what it keeps; it changes when any of that does."""
    kept = json.dumps([reverse("offline"), reverse("help"), *map(static, PARTS)])
    above = f'const VERSION = "{_version()}";\nconst LANGUAGE = "{get_language()}";\nconst SHELL = {kept};\n'
    script = above + WORKER.read_text(encoding="utf-8")
    return public(HttpResponse(script, content_type="text/javascript; charset=utf-8"))


@login_not_required
@require_safe
@gzip_page
@condition(etag_func=_tag)
def offline(_request: HttpRequest) -> HttpResponse:
    """Return the page a phone shows when there is no network: every question, and nothing about anybody."""
    return public(HttpResponse(_page(get_language())))


@login_not_required
@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """Say how Ebb looks when it is installed on a phone."""
    told = {
        "id": "/",
        "name": "Ebb",
        "short_name": "Ebb",
        "description": gettext("How you feel before and after your treatment."),
        "lang": get_language(),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": COLOUR,
        "theme_color": COLOUR,
        "icons": [
            {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": use} for name, sizes, use in ICONS
        ],
    }
    return public(JsonResponse(told, content_type="application/manifest+json"))


def _version() -> str:
    return version_in(get_language())


@cache
def version_in(language: str) -> str:
    """Return a name for all that the worker keeps: names that carry no hash are told apart by their content."""
    numbers = repr([help_for(one) for one in countries()])
    kept = sha256(WORKER.read_bytes() + _page(language).encode() + numbers.encode())
    for part in PARTS:
        kept.update(static(part).encode())
        plain = finders.find(part)
        if plain and static(part).endswith(part):
            kept.update(Path(plain).read_bytes())
    return f"ebb-{kept.hexdigest()[:16]}"


@cache
def _page(language: str) -> str:  # noqa: ARG001 - pages differ by the language that is active
    """Return the page without asking who reads it, so that nothing of them can be in it."""
    asked = [one for one in known() if one.given is not None or one.slug in WITH_ITEM9.values()]
    shown = {"forms": [AnswerForm(one) for one in asked], "reasons": REASONS.items(), "care": Care(Help())}
    return render_to_string("phone/offline.html", shown)
