"""Where a phone tells what happened on the way to an answer: a notice shown, a page opened, a first tap."""

from datetime import UTC, datetime
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from backend.tracking.links import check_in_of
from backend.tracking.models import Channel, StepName
from backend.tracking.reminders.steps import record
from backend.tracking.services.entries import EARLIEST, LATEST
from backend.tracking.services.refusals import Refused
from backend.web.moments import instant
from backend.web.phone.reading import read_object
from backend.web.phone.replies import problem

TOLD_BY_PHONES = {StepName.DELIVERED, StepName.OPENED, StepName.FIRST_TAP}
MOST_REMINDERS = 100


@csrf_exempt  # as for the entries of a link
@login_not_required
@require_POST
def link_steps(request: HttpRequest, token: str) -> HttpResponse:
    """Record one step of a link's check-in; one told before changes nothing."""
    check_in = check_in_of(token)
    if check_in is None:
        raise Http404
    try:
        told = read_object(request.body, "body")
    except Refused as refusal:
        return problem(HTTPStatus.BAD_REQUEST, str(refusal), refusal.field)
    name, reminder = told.get("name"), told.get("reminder")
    if not isinstance(name, str) or name not in TOLD_BY_PHONES:
        return problem(HTTPStatus.BAD_REQUEST, f"name is none of {', '.join(sorted(TOLD_BY_PHONES))}", "name")
    record(
        check_in,
        StepName(name),
        channel=Channel.PUSH if name == StepName.DELIVERED else "",
        at=_by_device(told.get("at")),
        reminder_number=reminder if type(reminder) is int and 0 <= reminder < MOST_REMINDERS else None,
    )
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _by_device(written: object) -> datetime | None:
    moment = instant(written)
    return moment.astimezone(UTC) if moment is not None and EARLIEST < moment < LATEST else None
