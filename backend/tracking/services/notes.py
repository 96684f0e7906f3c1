"""Writing notes about patients: each once, and never changed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import Patient, Person
from backend.tracking.models import Note, Treatment
from backend.tracking.services.refusals import KeyReused, Refused

LONGEST_NOTE = 5000  # characters


@dataclass(frozen=True, slots=True)
class Draft:
    """A note to be written: about one treatment, or about the patient as a whole."""

    client_uuid: UUID
    text: str
    treatment: Treatment | None = None


@transaction.atomic
def write_note(*, actor: Person, patient: Patient, draft: Draft, now: datetime | None = None) -> tuple[Note, bool]:
    """Store a note once per client key, and tell whether it had been stored before.

    Another note under the same key raises `KeyReused`; an empty or too long one, or one about somebody else's
    treatment, `Refused`. `now`: when it was written, if that was not this moment.
    """
    text = _checked(patient, draft)
    Patient.objects.lock(patient.pk)
    stored = Note.objects.filter(patient=patient, client_uuid=draft.client_uuid).first()
    if stored is not None:
        if (stored.text, stored.treatment_id) != (text, draft.treatment and draft.treatment.pk):
            raise KeyReused
        return stored, True
    note = Note.objects.create(
        patient=patient,
        treatment=draft.treatment,
        client_uuid=draft.client_uuid,
        text=text,
        written_by=actor,
        written_at=now or timezone.now(),
    )
    audit.record(actor, "note.written", note, patient=patient)
    return note, False


def _checked(patient: Patient, draft: Draft) -> str:
    text = draft.text.strip()
    if not text:
        raise Refused("text", _("Write something first."))
    if len(text) > LONGEST_NOTE:
        raise Refused("text", _("A note has at most %(most)s characters.") % {"most": LONGEST_NOTE})
    if draft.treatment is not None and draft.treatment.patient_id != patient.pk:
        raise Refused("treatment", f"treatment {draft.treatment.pk} is not one of this patient")
    return text
