"""Where phones hand in the entries they kept: each is stored once, and the answer proves what was stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from backend.accounts.models import Person
from backend.tracking.models import CheckIn, Rating
from backend.tracking.services.rating.ratings import log_rating
from backend.tracking.services.refusals import KeyReused, Refused
from backend.tracking.services.treating.check_ins import skip_check_in
from backend.web.access import own_check_ins
from backend.web.patient.check_in.asked import asked_by_link
from backend.web.phone.reading import Kept, TooLarge, read_kept
from backend.web.phone.replies import problem, stored

LINK_ACCEPTS_DAYS = 30  # [design] after the close: a phone may have been without a network for long
GONE = "The time in which this link takes answers is over."
NOT_OPEN = "this check-in is not open yet"


class Over(Exception):  # noqa: N818 - a state of affairs, not a fault of the program
    """A link no longer takes this entry."""


class SomebodyElse(Exception):  # noqa: N818 - a state of affairs, not a fault of the program
    """Another account is signed in than the one the entry belongs to; it waits for its own."""


@require_POST
def entries(request: HttpRequest) -> HttpResponse:
    """Store an entry of somebody signed in; however late it comes, it is stored and flagged."""
    person = request.user
    if not person.is_authenticated:
        return problem(HTTPStatus.UNAUTHORIZED, "Sign in to send what this phone kept.")

    def store(kept: Kept) -> bool:
        if kept.account not in {"", str(person.pk)}:  # they signed in after the phone had asked who is
            raise SomebodyElse
        return _store(person, _own(person, kept), kept)

    try:
        return _take(request, store)
    except SomebodyElse:
        return problem(HTTPStatus.FORBIDDEN, "Another account is signed in; the entry waits for its own.")


@csrf_exempt  # whoever holds the link may write here, and no cookie adds anything to that
@login_not_required
@require_POST
def link_entries(request: HttpRequest, token: str) -> HttpResponse:
    """Store an entry about the one check-in of a link, for a while after its window if it was made within."""
    asked = asked_by_link(token)

    def store(kept: Kept) -> bool:
        _check_window(asked.check_in, kept, timezone.now())
        if kept.is_skip:
            _skip_silently(asked.person, asked.check_in, kept)
            return False
        return _store(asked.person, asked.check_in, kept)

    return _take(request, store)


def _take(request: HttpRequest, store: Callable[[Kept], bool]) -> HttpResponse:
    if request.content_type != "application/json":
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Only JSON is taken here.")
    try:
        kept = read_kept(request.body)
        return stored(kept.echo, is_new=store(kept))
    except TooLarge:
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "An entry is smaller than this.")
    except KeyReused:
        return problem(HTTPStatus.CONFLICT, "Another entry was stored under this key; the first one stands.")
    except Over:
        return problem(HTTPStatus.GONE, GONE)
    except Refused as refusal:
        return problem(HTTPStatus.BAD_REQUEST, str(refusal), refusal.field)


def _own(person: Person, kept: Kept) -> CheckIn:
    check_in = own_check_ins(person).filter(pk=kept.check_in_id).first()
    if check_in is None:
        raise Refused("check_in", "there is no such check-in of yours")
    return check_in


def _check_window(check_in: CheckIn, kept: Kept, now: datetime) -> None:
    if kept.check_in_id != check_in.pk:
        raise Refused("check_in", "this link is for another check-in")
    if now < check_in.opens_at:
        raise Refused("check_in", NOT_OPEN)
    made_within = check_in.opens_at <= kept.device_at < check_in.closes_at
    accepted_until = check_in.closes_at + timedelta(days=LINK_ACCEPTS_DAYS)
    if now >= check_in.closes_at and not (made_within and now < accepted_until):
        raise Over


def _store(person: Person, check_in: CheckIn, kept: Kept) -> bool:
    """Store an entry once and tell whether it is new."""
    is_open = check_in.opens_at <= timezone.now()
    if kept.is_skip:
        if not is_open:
            raise Refused("check_in", NOT_OPEN)
        return not _skip(person, check_in, kept)
    entry = kept.entry(check_in)
    # A phone whose clock ran ahead named a check-in still to come: which one it was, its time tells.
    entry = entry if is_open else replace(entry, check_in=None)
    try:
        return not log_rating(actor=person, treatment=check_in.treatment, entry=entry).replayed
    except KeyReused:
        first = Rating.objects.get(patient=check_in.treatment.patient, client_uuid=entry.client_uuid)
        same = (check_in.treatment_id, entry.instrument, entry.answers)
        if (first.treatment_id, first.instrument, first.answers) != same:
            raise
        return False  # the page had sent it before the network went, and was timed by the server's clock


def _skip(person: Person, check_in: CheckIn, kept: Kept) -> bool:
    """Store a skip and tell whether the check-in had been skipped before."""
    reason = str(kept.told["skip"])
    return skip_check_in(actor=person, check_in=check_in, client_uuid=kept.client_uuid, reason=reason)[1]


def _skip_silently(person: Person, check_in: CheckIn, kept: Kept) -> None:
    """Store a skip unless there is an answer: a link does not tell which."""
    try:
        _skip(person, check_in, kept)
    except Refused as refusal:
        if refusal.field != "check_in":
            raise
