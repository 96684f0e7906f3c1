"""Routes that fail in ways a test cannot otherwise bring about."""

from django.db import OperationalError
from django.http import HttpResponse
from django.urls import path
from rest_framework.exceptions import Throttled
from rest_framework.views import APIView


class Failing(APIView):
    """Raises what it is told to."""

    authentication_classes = ()
    permission_classes = ()
    error: Exception | None = None

    def get(self, _request):
        raise self.error


urlpatterns = [
    path("api/away/", Failing.as_view(error=OperationalError("connection refused by 10.0.0.1"))),
    path("api/broken/", Failing.as_view(error=ZeroDivisionError("secret"))),
    path("api/often/", Failing.as_view(error=Throttled(wait=17))),
    path("api/plain/", lambda _request: HttpResponse("<h1>Gone</h1>", status=410)),
    path("page/", lambda _request: HttpResponse("<h1>Gone</h1>", status=410)),
]
