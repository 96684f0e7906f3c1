"""What a person may do to a treatment, and where."""

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from backend.accounts.models import Patient, Person
from backend.tracking.models import CheckIn, Progress, Treatment
from backend.web.check_in_names import called
from backend.web.clinician.enrolling.kiosk import Lendable
from backend.web.clinician.treating.cancelled import cancellation


def mine_to_treat(person: Person, patient_id: int, treatment_id: int) -> Treatment:
    """Return a treatment that a person may plan, record and correct, with its patient and clinic; else 404."""
    treated = Patient.objects.treated_by(person)
    mine = Treatment.objects.filter(patient__in=treated, patient=patient_id)
    return get_object_or_404(mine.select_related("patient__clinic"), pk=treatment_id)


def back_to_patient(treatment: Treatment) -> HttpResponseRedirect:
    """Lead to the patient's page, where this treatment is the one looked at."""
    return HttpResponseRedirect(f"{reverse('patient', args=[treatment.patient_id])}?treatment={treatment.pk}")


def actions(treatment: Treatment | None, due: CheckIn | None, *, treats: bool) -> dict[str, object]:
    """Return what `clinician/treating/actions.html` needs; `due`: a check-in of the treatment that is open now.

    `treats`: whether whoever reads may treat the patient.
    """
    is_cancelled = treatment is not None and treatment.state == Progress.CANCELLED
    return {
        "treats": treats,
        "lendable": Lendable(due.treatment.patient_id, due, called(due.name)) if treats and due else None,
        "cancellation": cancellation(treatment) if treatment is not None and is_cancelled else None,
    }
