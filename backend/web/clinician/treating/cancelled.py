"""That a treatment was cancelled, by whom and why."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.accounts.models import AuditEntry
from backend.tracking.models import Progress, Treatment
from backend.web.clinician.words import signed
from backend.web.moments import stamp


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Who cancelled a treatment, when and why."""

    who: str
    when: str
    why: str


def cancellation(treatment: Treatment) -> Cancellation | None:
    """Return who cancelled a treatment, when and why, from the audit trail; None where it does not say."""
    label = treatment._meta.label_lower
    told = AuditEntry.objects.filter(target_type=label, target_id=str(treatment.pk), action="treatment.changed")
    for entry in told.select_related("actor").order_by("-pk"):
        if entry.changes.get("state", ["", ""])[1] == Progress.CANCELLED:
            who = signed(entry.actor) if entry.actor else _("a program")
            return Cancellation(who, stamp(entry.at, treatment.patient.time_zone), entry.reason)
    return None
