"""A patient's check-ins for calendar programs, which cannot sign in: the address itself is the key."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.tracking.reminders.calendar_feed import feed, patient_at


@login_not_required
@require_safe
def calendar(_request: HttpRequest, secret: str) -> HttpResponse:
    """Return the calendar at a secret address; any other looks like nothing."""
    patient = patient_at(secret)
    if patient is None:
        raise Http404
    answer = HttpResponse(feed(patient, timezone.now()), content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
