"""What `manage.py check` says about a deployment that would put real people's data at risk."""

import stat
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's own name


@register(Tags.security)
def debug_is_off_where_data_are_real(**_asked: Any) -> list[CheckMessage]:  # noqa: ANN401 - whatever a check is asked
    """Refuse to show errors in the browser beside a PostgreSQL database."""
    if settings.DEBUG and settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return [Error("DEBUG shows data in the browser, expected it to be off with PostgreSQL.", id="accounts.E001")]
    return []


@register(Tags.security)
def only_the_owner_reads_the_database_file(**_asked: Any) -> list[CheckMessage]:  # noqa: ANN401 - as above
    """Warn when other users of this machine can read the SQLite file."""
    database = settings.DATABASES["default"]
    file = Path(database["NAME"])
    if not database["ENGINE"].endswith("sqlite3") or not file.is_file():
        return []
    others = file.stat().st_mode & (stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH)
    hint = f"Run chmod 600 {file.name} in its folder."
    return [Warning("Other users can read the database file.", hint=hint, id="accounts.W001")] if others else []


@register(Tags.security, deploy=True)
def mail_leaves_this_machine(**_asked: Any) -> list[CheckMessage]:  # noqa: ANN401 - as above
    """Warn when sign-in codes are printed instead of sent."""
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return [Warning("Mail with sign-in codes is only printed.", hint="Set EMAIL_URL.", id="accounts.W002")]
    return []


@register(Tags.security, deploy=True)
def links_lead_here(**_asked: Any) -> list[CheckMessage]:  # noqa: ANN401 - as above
    """Warn when reminders of a server for other machines hold links to nowhere."""
    if settings.ENCRYPTED_IN_TRANSIT and not settings.PUBLIC_URL.startswith("https://"):
        return [Warning("Links in reminders lead nowhere.", hint="Set PUBLIC_URL.", id="accounts.W004")]
    return []


@register(Tags.security, deploy=True)
def the_proxy_is_known(**_asked: Any) -> list[CheckMessage]:  # noqa: ANN401 - as above
    """Warn when Ebb serves other machines without knowing of the proxy that encrypts what it sends."""
    if settings.ENCRYPTED_IN_TRANSIT and not settings.TRUSTED_PROXIES:
        hint = "Set TRUSTED_PROXIES to the number of proxies before Ebb."
        return [Warning("Ebb needs a proxy that speaks HTTPS, and none is named.", hint=hint, id="accounts.W003")]
    return []
