"""Notes about a patient: those who treat there write and read them; nobody changes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.accounts.models import Patient
from backend.accounts.reading import note_reading
from backend.tracking.models import Note, Treatment
from backend.tracking.services.notes import LONGEST_NOTE, Draft, write_note
from backend.tracking.services.refusals import KeyReused, Refused
from backend.web.access import SignedInRequest, patient_to_treat, staff_only
from backend.web.clinician.conflicts import tell_refusal
from backend.web.clinician.keys import KeyedForm
from backend.web.clinician.long_texts import LongTextField
from backend.web.clinician.words import dated, given, signed
from backend.web.moments import stamp

SHOWN = 5  # on the patient's page; all of them have a page of their own


class NoteForm(KeyedForm):
    """A note, and what it is about: one of the treatments, or the patient as a whole."""

    text = LongTextField(
        label=gettext_lazy("A note"),
        max_length=LONGEST_NOTE,
        rows=3,
        error_messages={"required": gettext_lazy("Write something first.")},
    )
    treatment = forms.TypedChoiceField(label=gettext_lazy("About"), required=False, coerce=int, empty_value=None)

    def __init__(
        self, treatments: Sequence[Treatment], sent: Mapping[str, Any] | None = None, about: Treatment | None = None
    ) -> None:
        super().__init__(sent, initial={"treatment": about.pk if about else ""}, label_suffix="")
        self._treatments = {one.pk: one for one in treatments}
        choices = [("", _("the patient as a whole")), *((one.pk, _named(one)) for one in treatments)]
        self.fields["treatment"].choices = choices  # type: ignore[attr-defined] # its own

    @property
    def draft(self) -> Draft:
        """Return what a valid form says."""
        chosen = self.cleaned_data["treatment"]
        return Draft(self.key, self.cleaned_data["text"], self._treatments[chosen] if chosen else None)


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note."""

    text: str
    when: str
    by: str
    about: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The last notes about a patient, and the form to write another."""

    rows: list[NoteRow]
    form: NoteForm
    address: str
    has_more: bool


def last_notes(patient: Patient, treatment: Treatment | None) -> Notes:
    """Return the last notes about a patient; a new one is about the treatment unless its writer says otherwise."""
    rows = note_rows(patient, SHOWN + 1)
    form = NoteForm([treatment] if treatment else [], about=treatment)
    return Notes(rows[:SHOWN], form, reverse("notes", args=[patient.pk]), len(rows) > SHOWN)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Show every note about a patient, and write another."""
    patient = patient_to_treat(request.user, patient_id)
    note_reading(reader=request.user, patients=[patient])
    treatments = list(patient.treatments.order_by("-pk"))
    for one in treatments:
        one.patient = patient
    form = NoteForm(treatments, request.POST.dict() if request.method == "POST" else None)
    status = _write(request, patient, form) if request.method == "POST" else HTTPStatus.OK
    if status == HTTPStatus.FOUND:
        about = form.cleaned_data["treatment"]
        query = f"?treatment={about}" if about else ""
        return redirect(f"{reverse('patient', args=[patient.pk])}{query}#notes")
    shown = {"patient": patient, "notes": Notes(note_rows(patient), form, request.path, has_more=False)}
    return render(request, "clinician/patient/notes_page.html", shown, status=status)


def _write(request: SignedInRequest, patient: Patient, form: NoteForm) -> HTTPStatus:
    """Store a note and return FOUND; another status with the reason in the form where that cannot be."""
    if not form.is_valid():
        return HTTPStatus.OK
    try:
        write_note(actor=request.user, patient=patient, draft=form.draft)
    except Refused as refusal:
        tell_refusal(form, refusal)
        return HTTPStatus.OK
    except KeyReused:
        return form.tell_reuse()
    messages.success(request, _("The note is kept."))
    return HTTPStatus.FOUND


def note_rows(patient: Patient, most: int | None = None) -> list[NoteRow]:
    """Return notes about a patient, the latest first."""
    written = Note.objects.filter(patient=patient).select_related("written_by", "treatment")
    found = list(written.order_by("-written_at", "-pk")[:most])
    for one in found:
        if one.treatment is not None:
            one.treatment.patient = patient
    return [
        NoteRow(
            text=one.text,
            when=stamp(one.written_at, patient.time_zone),
            by=signed(one.written_by),
            about=_named(one.treatment) if one.treatment else "",
        )
        for one in found
    ]


def _named(treatment: Treatment) -> str:
    """Return "ketamine 40 mg, 24 Nov 2026, 15:10"."""
    return f"{given(treatment)}, {dated(treatment, treatment.patient.time_zone)}"
