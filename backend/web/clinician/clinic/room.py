"""What the pages of a clinic share: which clinic it is, and whether its reader may change it."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from backend.accounts.models import Clinic, Membership, Person, Role
from backend.web.access import SignedInRequest, staff_only


def clinic_of_staff(person: Person, clinic_id: int) -> Clinic:
    """Return a clinic somebody works at; 404 for any other."""
    return get_object_or_404(Clinic.objects.staffed_by(person), pk=clinic_id)


def clinic_of_owner(person: Person, clinic_id: int) -> Clinic:
    """Return a clinic somebody owns; 404 for any other."""
    return get_object_or_404(Clinic.objects.staffed_by(person, [Role.OWNER]), pk=clinic_id)


def is_owner(person: Person, clinic: Clinic) -> bool:
    """Tell whether somebody may change a clinic."""
    return Membership.objects.held_by(person, [Role.OWNER]).filter(clinic=clinic).exists()


@staff_only
@require_safe
def clinics(request: SignedInRequest) -> HttpResponse:
    """Lead to the clinic somebody works at, or list them."""
    mine = list(Clinic.objects.staffed_by(request.user).order_by("name", "pk"))
    if len(mine) == 1:
        return HttpResponseRedirect(reverse("clinic", args=[mine[0].pk]))
    return render(request, "clinician/clinic/clinics.html", {"clinics": mine})
