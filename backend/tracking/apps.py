"""How Django finds this room, and what it lends to the rooms below."""

from django.apps import AppConfig
from django.utils import translation

from backend import language


class TrackingConfig(AppConfig):
    """The room of facts, conclusions and the jobs between them."""

    name = "backend.tracking"
    verbose_name = "Treatments and outcomes"

    def ready(self) -> None:
        """Lend Django's translations to the rooms below, which know no framework."""
        language.lend(translation)
