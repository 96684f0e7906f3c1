"""Links that open one check-in without a password: whoever holds one may answer, skip or undo it, and read nothing."""

import hmac
from base64 import urlsafe_b64encode

from django.conf import settings

from backend.accounts.keyring import derived
from backend.tracking.models import CheckIn

MAC_BYTES = 16  # 128 bits: guessing one is hopeless


def token(check_in: CheckIn) -> str:
    """Return what a check-in's link ends in; it holds as long as the key and the patient's secret stay the same."""
    return f"{check_in.pk}-{_mac(check_in)}"


def path(check_in: CheckIn) -> str:
    """Return where a check-in's link leads, below `settings.PUBLIC_URL`."""
    return f"/c/{token(check_in)}/"


def check_in_of(written: str) -> CheckIn | None:
    """Return the check-in a token opens, with what happened at it; None for anything but the very token of one."""
    number = written.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):  # noqa: PLR2004 - digits of a 64-bit id
        return None
    found = CheckIn.objects.with_answers().select_related("treatment__patient__clinic", "treatment__patient__person")
    check_in = found.filter(pk=int(number), treatment__patient__person__is_active=True).first()
    if check_in is None or not hmac.compare_digest(written.encode(), token(check_in).encode()):
        return None
    return check_in


def _mac(check_in: CheckIn) -> str:
    key = derived(settings.SECRET_KEY, purpose="ebb check-in link")
    said = f"{check_in.pk}:{check_in.treatment.patient.link_secret}"
    return urlsafe_b64encode(hmac.digest(key, said.encode(), "sha256")[:MAC_BYTES]).decode().rstrip("=")
