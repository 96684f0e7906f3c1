"""What a phone asks for before it hands in what it kept: who is signed in, a fresh CSRF token, what is due next."""

from datetime import datetime, timedelta
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.accounts.models import Person
from backend.tracking.anchoring import QUIET
from backend.tracking.asking import asked_for, questions
from backend.tracking.models import CheckIn, Progress
from backend.web.access import own_check_ins
from backend.web.patient.notices import occasion
from backend.web.phone.replies import problem
from backend.web.reader import Reader

LOOKS_AHEAD = timedelta(days=60)  # how long a phone may be without a network and still know what to ask
MOST_CHECK_INS = 40


@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """Answer who is signed in and what they will be asked; 401 where nobody is."""
    person = request.user
    if not person.is_authenticated:
        return problem(HTTPStatus.UNAUTHORIZED, "Nobody is signed in on this phone.")
    told = {
        "account": account(person),
        "csrf": get_token(request),
        "schedule": schedule(person, timezone.now()),
        "care": render_to_string("partials/not_watched.html", {"care": Reader(request).care}),
    }
    response = JsonResponse(told)
    response.headers["Cache-Control"] = "no-store"
    return response


def account(person: Person) -> str:
    """Return whose entries they are. It outlives every key: what a phone kept must find its owner for ever."""
    return str(person.pk)


def schedule(person: Person, now: datetime) -> list[dict[str, object]]:
    """Return the check-ins a phone may have to ask without a network, and which instruments are left to ask there."""
    coming = own_check_ins(person).filter(closes_at__gt=now, opens_at__lte=now + LOOKS_AHEAD, superseded=False)
    wanted = coming.exclude(treatment__state=Progress.CANCELLED).order_by("closes_at")[:MOST_CHECK_INS]
    return [_planned(one, now) for one in wanted if one.skip_reason is None]


def _planned(check_in: CheckIn, now: datetime) -> dict[str, object]:
    asked = questions(check_in) if check_in.opens_at <= now else asked_for(check_in)
    night = check_in.nominal_hours is not None and timedelta(hours=check_in.nominal_hours) < QUIET
    return {
        "check_in": check_in.pk,
        "occasion": (said := occasion(check_in))[:1].upper() + said[1:],
        "opens_at": check_in.opens_at.isoformat(),
        "closes_at": check_in.closes_at.isoformat(),
        "instruments": [one.slug for one in asked],
        "night": night,
        "dose_day": night or check_in.treatment.is_dose_day(check_in.due_at),
    }
