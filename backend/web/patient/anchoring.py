"""When a patient may read what their ratings add up to: never while a number seen could colour the ones to come."""

from datetime import datetime, timedelta

from backend.accounts.models import Patient
from backend.analysis.schedule import DEFAULT_PROTOCOL, protocol
from backend.tracking.models import CheckIn, Progress, Treatment

# No score, curve or forecast between baseline and the close of the +4 h check-in, whatever the protocol.
QUIET = timedelta(hours=next(one.closes for one in protocol(DEFAULT_PROTOCOL).check_ins if one.name == "+4 h"))


def readable_treatment(patient: Patient, now: datetime) -> Treatment | None:
    """Return the latest treatment if its outcome may be read now."""
    latest = Treatment.objects.started().filter(patient=patient).order_by("-started_at").first()
    if latest is None or latest.started_at is None or now < latest.started_at + QUIET:
        return None
    before_the_next = CheckIn.objects.filter(
        treatment__patient=patient,
        treatment__state=Progress.PLANNED,
        nominal_hours__isnull=True,
        opens_at__lte=now,
        closes_at__gt=now,
    )
    return None if before_the_next.exists() else latest
