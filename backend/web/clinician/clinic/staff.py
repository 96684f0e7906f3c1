"""The people of a clinic: who works there now and did before; owners invite, change roles and end somebody's work."""

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.accounts.models import Clinic, Membership, Person
from backend.accounts.refusals import Refused
from backend.accounts.services.staff import add_member, end_membership, invite_member
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.clinic.members import ROLES, TITLES, called, duties, members, work_at
from backend.web.clinician.clinic.room import clinic_of_owner, clinic_of_staff, is_owner
from backend.web.clinician.conflicts import tell_refusal
from backend.web.moments import day


class InvitationForm(forms.Form):
    """Who is to work here, and as what."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), widget=forms.EmailInput({"autocomplete": "off"}))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=list(ROLES.items()), widget=forms.RadioSelect)


class RoleForm(forms.Form):
    """What somebody does here from now on."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=list(ROLES.items()), widget=forms.RadioSelect)


class EndForm(forms.Form):
    """That somebody's work here ends."""

    sure = forms.BooleanField(
        label=gettext_lazy("Yes, end it now"),
        error_messages={"required": gettext_lazy("Tick this if their work here ends now.")},
    )


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def staff(request: SignedInRequest, clinic_id: int) -> HttpResponse:
    """List who works at a clinic and who did, and invite somebody."""
    if request.method == "POST":
        chosen = clinic_of_owner(request.user, clinic_id)
        form = InvitationForm(request.POST, label_suffix="")
        if form.is_valid() and _invited(request, chosen, form):
            return HttpResponseRedirect(reverse("staff", args=[chosen.pk]))
    else:
        chosen, form = clinic_of_staff(request.user, clinic_id), InvitationForm(label_suffix="")
    may_change = is_owner(request.user, chosen)
    listed = members(chosen, with_addresses=may_change)
    shown = {
        "clinic": chosen,
        "form": form,
        "may_change": may_change,
        "present": [one for one in listed if not one.until],
        "past": [one for one in listed if one.until],
    }
    return render(request, "clinician/clinic/staff.html", shown)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: SignedInRequest, clinic_id: int, membership_id: int) -> HttpResponse:
    """Change what somebody does at a clinic, or end it, knowing what ends with it."""
    chosen = clinic_of_owner(request.user, clinic_id)
    work = get_object_or_404(work_at(chosen), pk=membership_id)
    if work.ended_at is not None:
        messages.info(request, _("Their work here in that role has already ended. Nothing was changed."))
        return HttpResponseRedirect(reverse("staff", args=[chosen.pk]))
    ends = "end" in request.POST
    role_form = RoleForm(request.POST if request.POST and not ends else None, initial={"role": work.role})
    end_form = EndForm(request.POST if ends else None)
    if request.method == "POST" and (_ended(request, work, end_form) if ends else _changed(request, work, role_form)):
        return HttpResponseRedirect(reverse("staff", args=[chosen.pk]))
    shown = {
        "clinic": chosen,
        "work": work,
        "name": called(work),
        "role": TITLES[work.role],
        "since": day(work.started_at, chosen.time_zone),
        "role_form": role_form,
        "end_form": end_form,
        "is_self": work.person_id == request.user.pk,
        "duties": duties(work),
    }
    return render(request, "clinician/clinic/member.html", shown)


def _invited(request: SignedInRequest, chosen: Clinic, form: InvitationForm) -> bool:
    """Let somebody work here and write to them; False with the reason in the form where that cannot be."""
    try:
        work = invite_member(actor=request.user, clinic=chosen, **form.cleaned_data)
    except Refused as refusal:
        tell_refusal(form, refusal)
        return False
    email = form.cleaned_data["email"]
    if chosen.demo:
        messages.success(request, _("%(email)s now works here. A demo clinic sends no mail.") % {"email": email})
    elif _written_to(work.person):
        messages.success(request, _("%(email)s now works here, and was told so by e-mail.") % {"email": email})
    else:
        told = _("%(email)s now works here, but the e-mail could not be sent. Tell them to sign in with that address.")
        messages.warning(request, told % {"email": email})
    return True


def _written_to(person: Person) -> bool:
    """Tell somebody that they can sign in, in their language; False where no mail server took it."""
    address = f"{settings.PUBLIC_URL}{reverse('account_login')}"
    with translation.override(person.language or translation.get_language()):
        try:
            get_adapter().send_mail("account/email/staff_welcome", person.email, {"address": address})
        except OSError:  # whatever a mail server or the network says
            return False
    return True


def _changed(request: SignedInRequest, work: Membership, form: RoleForm) -> bool:
    if not form.is_valid():
        return False
    try:
        now = add_member(actor=request.user, clinic=work.clinic, person=work.person, role=form.cleaned_data["role"])
    except Refused as refusal:
        form.add_error("role", str(refusal))
        return False
    told = {"name": called(work), "role": TITLES[now.role]}
    messages.success(request, _("%(name)s works here as: %(role)s.") % told)
    return True


def _ended(request: SignedInRequest, work: Membership, form: EndForm) -> bool:
    if not form.is_valid():
        return False
    try:
        end_membership(actor=request.user, membership=work)
    except Refused as refusal:
        form.add_error("sure", str(refusal))
        return False
    messages.success(request, _("%(name)s no longer works here.") % {"name": called(work)})
    return True
