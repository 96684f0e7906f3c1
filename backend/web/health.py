"""Whether this process answers at all, and whether it can do its work."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

PLAIN = "text/plain"


@login_not_required
@require_safe
@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer "ok" without asking the database, the broker or anything else."""
    return HttpResponse("ok", content_type=PLAIN)


@login_not_required
@require_safe
@never_cache
def ready(_request: HttpRequest) -> HttpResponse:
    """Answer "ok" when the database does, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("the database does not answer", status=503, content_type=PLAIN)
    return HttpResponse("ok", content_type=PLAIN)
