"""Whether this process answers at all."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer "ok" without asking the database, the broker or anything else."""
    return HttpResponse("ok", content_type="text/plain")
