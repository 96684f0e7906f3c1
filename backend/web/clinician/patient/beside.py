"""What stands beside the ratings on a patient's page: what staff saw, and what they wrote."""

from backend.accounts.models import Patient
from backend.tracking.models import Treatment
from backend.web.clinician.patient.notes import last_notes
from backend.web.clinician.patient.observations.summary import observed


def beside(patient: Patient, treatment: Treatment | None, *, treats: bool) -> dict[str, object]:
    """Return `observed` of the treatment, and `notes` for those who treat there; `treats`: whether the reader does."""
    return {
        "observed": observed(treatment, by_those_who_treat=treats) if treatment else None,
        "notes": last_notes(patient, treatment) if treats else None,
    }
