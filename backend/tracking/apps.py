"""How Django finds this room."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """The room of facts, conclusions and the jobs between them."""

    name = "backend.tracking"
    verbose_name = "Treatments and outcomes"
