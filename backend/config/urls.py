"""Every address Ebb answers."""

from django.urls import path

from backend.web import health

urlpatterns = [
    path("livez", health.alive, name="livez"),
]
