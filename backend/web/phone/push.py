"""Where a patient's browser asks to be told when a check-in opens, and where it ends that."""

from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from backend.tracking.services.refusals import Refused
from backend.tracking.services.subscriptions import end_push, subscribe_to_push
from backend.web.access import SignedInRequest, own_patients, signed_in
from backend.web.phone.reading import read_object
from backend.web.phone.replies import problem


@signed_in
@require_POST
def subscribe(request: SignedInRequest) -> HttpResponse:
    """Store the subscription in the body, as `PushSubscription.toJSON()` writes it."""
    _refuse_who_is_no_patient(request)
    try:
        told = read_object(request.body, "body")
        subscribe_to_push(
            actor=request.user,
            endpoint=_text(told, "endpoint"),
            p256dh=_text(told.get("keys"), "p256dh"),
            auth=_text(told.get("keys"), "auth"),
        )
    except Refused as refusal:
        return problem(HTTPStatus.BAD_REQUEST, str(refusal), refusal.field)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@signed_in
@require_POST
def end(request: SignedInRequest) -> HttpResponse:
    """End the subscription whose endpoint stands in the body; one that is unknown or another's is none."""
    _refuse_who_is_no_patient(request)
    try:
        end_push(actor=request.user, endpoint=_text(read_object(request.body, "body"), "endpoint"))
    except Refused as refusal:
        return problem(HTTPStatus.BAD_REQUEST, str(refusal), refusal.field)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _refuse_who_is_no_patient(request: SignedInRequest) -> None:
    if not own_patients(request.user).exists():
        raise Http404


def _text(told: object, name: str) -> str:
    written = told.get(name) if isinstance(told, dict) else None
    if not (isinstance(written, str) and written.isascii()):  # as is whatever a browser gave
        raise Refused(name, f"{name} is no text of plain letters")
    return written
