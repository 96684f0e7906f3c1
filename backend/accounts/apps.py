"""How Django finds this room, and what it prepares once the tables stand."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.apps.registry import Apps
from django.db.models.signals import post_migrate, pre_save


class AccountsConfig(AppConfig):
    """The room of people and their clinics."""

    name = "backend.accounts"
    verbose_name = "People and clinics"

    def ready(self) -> None:
        """Guard addresses, and ask for a data key after every migration, as Django makes its permissions then."""
        from allauth.account.models import EmailAddress  # noqa: PLC0415 - models must be loaded first

        from backend.accounts import checks  # noqa: F401, PLC0415 - registers them

        pre_save.connect(_refuse_readable_address, sender=EmailAddress, dispatch_uid="accounts.addresses")
        post_migrate.connect(_prepare_keyring, sender=self, dispatch_uid="accounts.keyring")


def _refuse_readable_address(**_sent: Any) -> None:  # noqa: ANN401 - whatever the signal carries
    """Keep allauth's own table of addresses empty, whichever of its ways leads there: it would hold them readable."""
    raise RuntimeError("an e-mail address was about to be stored readable, expected it on accounts.Person alone")


def _prepare_keyring(apps: Apps = installed, **_sent: Any) -> None:  # noqa: ANN401 - whatever the signal carries
    """Have a data key before anything is encrypted; a flush took the old one, so it is forgotten."""
    from backend.accounts import keyring  # noqa: PLC0415 - models must be loaded first

    if "datakey" in apps.all_models["accounts"]:  # not after a migration back to before there were any
        keyring.prepare()
