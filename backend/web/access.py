"""Who may open a page: people who signed in; what is for staff does not exist for anybody else."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from backend.accounts.models import Clinic, Membership, Patient, Person
from backend.tracking.models import CheckIn, Treatment
from backend.tracking.models.treatments import TreatmentQuerySet
from backend.web.given_back import given_back, has_left, typed

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """What a view behind one of these doors is given."""

    user: Person


def signed_in(view: View) -> View:
    """Send anybody unknown to where they sign in, and back afterwards."""
    return login_required(view)


def staff_only(view: View) -> View:
    """Answer 404 to people who work at no clinic; what somebody typed is given back.

    That is, to whose work or role has ended meanwhile, or who was signed out.
    """

    @wraps(view)
    def guarded(request: SignedInRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            _expect_staff(request.user)
            return view(request, *args, **kwargs)
        except Http404:
            if request.method == "POST" and has_left(request.user):
                return given_back(request)
            raise

    behind = signed_in(guarded)

    @wraps(view)
    def door(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated and typed(request.POST):
            return given_back(request)
        return behind(request, *args, **kwargs)

    return door


def _expect_staff(person: Person) -> None:
    if not Membership.objects.held_by(person).exists():
        raise Http404


def patients_of_staff(person: Person) -> QuerySet[Patient]:
    """Return the patients of the clinics a person works at; without their own record elsewhere."""
    return Patient.objects.visible_to(person).filter(clinic__in=Clinic.objects.staffed_by(person))


def patient_to_treat(person: Person, patient_id: int) -> Patient:
    """Return a patient whom a person treats, with their clinic and sign-in; 404 for any other."""
    treated = Patient.objects.treated_by(person).select_related("clinic", "person")
    return get_object_or_404(treated, pk=patient_id)


def own_patients(person: Person) -> QuerySet[Patient]:
    """Return who a person is as a patient, at each clinic that treats them."""
    return Patient.objects.filter(person=person).select_related("clinic").order_by("pk")


def own_check_ins(person: Person) -> QuerySet[CheckIn]:
    """Return the check-ins that are a person's own to answer, with what happened at them."""
    mine = CheckIn.objects.recorded_by(person).filter(treatment__patient__person=person)
    return mine.with_answers().select_related("treatment__patient__clinic")


def own_treatments(person: Person) -> TreatmentQuerySet:
    """Return the treatments a person was given."""
    return Treatment.objects.visible_to(person).filter(patient__person=person)
