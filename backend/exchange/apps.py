"""How Django finds this room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The room of exchange with other programs."""

    name = "backend.exchange"
    verbose_name = "Exchange"
