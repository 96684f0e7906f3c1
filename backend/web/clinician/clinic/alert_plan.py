"""The alert plan of a clinic: who hears of severe scores, when, what they do, and which scores those are."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend import instruments
from backend.accounts.models import AlertPlan, Clinic
from backend.accounts.services.alert_plans import end_plan, save_plan
from backend.accounts.services.clinic_rules import is_asked
from backend.tracking.models import AlertRule, Crossing
from backend.tracking.services.rating.alerts import add_rule, end_rule
from backend.tracking.services.refusals import Conflict, Refused
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.clinic.members import who_may_be_named
from backend.web.clinician.clinic.room import clinic_of_staff, is_owner
from backend.web.clinician.conflicts import VersionedForm, tell_conflict, tell_refusal
from backend.web.clinician.keys import row_key
from backend.web.clinician.long_texts import LongTextField
from backend.web.clinician.today.alert_words import rule_words, scale_of
from backend.web.moments import stamp

DAYS = [(str(number + 1), name) for number, name in WEEKDAYS.items()]  # Monday is 1, as plans have it
AT_FIRST = {
    "days": ["1", "2", "3", "4", "5"],
    "from_time": "08:00",
    "until_time": "18:00",
    "escalate_after_minutes": 60,
    "repeat_after_hours": 12,
}
PEOPLE = ("owner", "second")
A_DAY_MINUTES, A_WEEK_HOURS = 24 * 60, 7 * 24


class PlanForm(VersionedForm):
    """Everything alerts need before they are on."""

    owner = forms.ChoiceField(
        label=gettext_lazy("Who is told"), error_messages={"required": gettext_lazy("Without a person nobody is told.")}
    )
    second = forms.ChoiceField(
        label=gettext_lazy("Who is told next"),
        required=False,
        help_text=gettext_lazy("When nobody has acknowledged the alert in the time below."),
    )
    escalate_after_minutes = forms.IntegerField(
        label=gettext_lazy("After how many minutes"), min_value=1, max_value=A_DAY_MINUTES
    )
    days = forms.MultipleChoiceField(
        label=gettext_lazy("On which days"), choices=DAYS, widget=forms.CheckboxSelectMultiple
    )
    from_time = forms.TimeField(label=gettext_lazy("From"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    until_time = forms.TimeField(
        label=gettext_lazy("Until"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("By the clinic’s clock. Outside these hours the mail waits until they begin again."),
    )
    action_plan = LongTextField(
        label=gettext_lazy("What they do"),
        max_length=2000,
        rows=5,
        help_text=gettext_lazy("Who calls the patient, how soon, and what happens when nobody can be reached."),
        error_messages={"required": gettext_lazy("An alert without a plan helps nobody. Say what happens.")},
    )
    repeat_after_hours = forms.IntegerField(
        label=gettext_lazy("Hours before there is another mail about the same patient"),
        min_value=0,
        max_value=A_WEEK_HOURS,
        help_text=gettext_lazy("Alerts in between are listed under Today, without a mail."),
    )

    def __init__(self, clinic: Clinic, plan: AlertPlan | None, sent: Any = None) -> None:  # noqa: ANN401 - a QueryDict
        initial = {**(initial_of(plan) if plan else AT_FIRST), "version": clinic.version}
        super().__init__(sent, initial=initial, label_suffix="")
        may_be_named = who_may_be_named(clinic)
        self.people = {str(one.pk): one for one, _called in may_be_named}
        named = [(str(one.pk), called) for one, called in may_be_named]
        self.fields["owner"] = _with_choices(self.fields["owner"], [("", _("nobody yet")), *named])
        self.fields["second"] = _with_choices(self.fields["second"], [("", _("nobody")), *named])

    @property
    def said(self) -> dict[str, Any]:
        """Return what the service takes."""
        cleaned = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        people = {name: self.people.get(cleaned[name]) for name in PEOPLE}
        return {**cleaned, **people, "days": "".join(sorted(cleaned["days"]))}


class RuleForm(forms.Form):
    """One rule more."""

    instrument = forms.ChoiceField(label=gettext_lazy("Scale"))
    kind = forms.ChoiceField(label=gettext_lazy("What it looks for"), choices=Crossing.choices)
    points = forms.IntegerField(label=gettext_lazy("Points"), min_value=1, max_value=1000)
    item = forms.IntegerField(
        label=gettext_lazy("Which question"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("Only for one answer: 1 for the first."),
    )

    def __init__(self, sent: dict[str, str] | None = None) -> None:
        super().__init__(sent, label_suffix="", prefix="rule")
        scales = [(one.slug, instruments.spoken(one).title) for one in instruments.known()]
        self.fields["instrument"] = _with_choices(self.fields["instrument"], scales)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as the page lists it."""

    rule: AlertRule
    scale: str
    words: str
    since: str
    until: str
    is_asked: bool  # else no rating can reach it


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def alert_plan(request: SignedInRequest, clinic_id: int) -> HttpResponse:
    """Show the plan and the rules of a clinic; its owners change them."""
    clinic = clinic_of_staff(request.user, clinic_id)
    may_change = is_owner(request.user, clinic)
    if request.method == "POST" and not may_change:
        raise Http404
    plan = AlertPlan.objects.select_related("owner", "second").filter(clinic=clinic).first()
    forms_shown = {"form": PlanForm(clinic, plan), "rule_form": RuleForm()}
    if request.method != "POST":
        return _page(request, clinic, plan, forms_shown, may_change=may_change)
    do = WRITES.get(request.POST.get("do", ""), _save)
    failed = do(request, clinic, plan)
    if failed is None:
        return redirect("alert-plan", clinic.pk)
    status = HTTPStatus.CONFLICT if failed.pop("conflict", False) else HTTPStatus.OK
    return _page(request, clinic, plan, forms_shown | failed, may_change=True, status=status)


def _save(request: SignedInRequest, clinic: Clinic, plan: AlertPlan | None) -> dict[str, Any] | None:
    form = PlanForm(clinic, plan, request.POST)
    if not form.is_valid():
        return {"form": form}
    try:
        save_plan(actor=request.user, clinic=clinic, fields=form.said, expected_version=form.cleaned_data["version"])
    except Conflict:
        clinic.refresh_from_db()
        stored = AlertPlan.objects.filter(clinic=clinic).first()
        tell_conflict(form, stored=initial_of(stored) if stored else {}, version=clinic.version)
        return {"form": form, "conflict": True}
    except Refused as refusal:
        tell_refusal(form, refusal)
        return {"form": form}
    messages.success(request, _("The plan is saved. Alerts are on for the rules below."))
    return None


def _end(request: SignedInRequest, clinic: Clinic, plan: AlertPlan | None) -> None:  # noqa: ARG001 - as the others
    end_plan(actor=request.user, clinic=clinic)
    messages.success(request, _("Alerts are off. The rules stay, and those raised so far stay under Today."))


def _add_rule(
    request: SignedInRequest,
    clinic: Clinic,
    plan: AlertPlan | None,  # noqa: ARG001 - as the others
) -> dict[str, Any] | None:
    form = RuleForm(request.POST.dict())
    if not form.is_valid():
        return {"rule_form": form}
    try:
        add_rule(actor=request.user, clinic=clinic, **form.cleaned_data)
    except Refused as refusal:
        tell_refusal(form, refusal)
        return {"rule_form": form}
    messages.success(request, _("The rule is added."))
    return None


def _end_rule(request: SignedInRequest, clinic: Clinic, plan: AlertPlan | None) -> None:  # noqa: ARG001 - as above
    rules = AlertRule.objects.filter(clinic=clinic)
    end_rule(actor=request.user, rule=get_object_or_404(rules, pk=row_key(request.POST.get("rule", ""))))
    messages.success(request, _("The rule has ended. Alerts it raised stay."))


WRITES = {"save": _save, "end": _end, "add-rule": _add_rule, "end-rule": _end_rule}


def initial_of(plan: AlertPlan) -> dict[str, Any]:
    """Return a plan as its form has it."""
    people = {name: getattr(plan, f"{name}_id") or "" for name in PEOPLE}
    times = {name: getattr(plan, name) for name in ("from_time", "until_time", "action_plan")}
    numbers = {name: getattr(plan, name) for name in ("escalate_after_minutes", "repeat_after_hours")}
    return {**people, **times, **numbers, "days": list(plan.days)}


def _page(
    request: SignedInRequest,
    clinic: Clinic,
    plan: AlertPlan | None,
    forms_shown: Mapping[str, Any],
    *,
    may_change: bool,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    rules = [
        RuleLine(
            one,
            scale_of(one),
            rule_words(one),
            stamp(one.made_at, clinic.time_zone),
            stamp(one.ended_at, clinic.time_zone) if one.ended_at else "",
            is_asked(clinic, one.instrument),
        )
        for one in AlertRule.objects.filter(clinic=clinic).order_by("ended_at", "pk")
    ]
    shown = {
        "clinic": clinic,
        "plan": plan,
        "days": [day for number, day in DAYS if plan and number in plan.days],
        "rules": [one for one in rules if not one.until],
        "ended_rules": [one for one in rules if one.until],
        "can_be_met": any(one.is_asked for one in rules if not one.until),
        "may_change": may_change,
    }
    return render(request, "clinician/clinic/alert_plan.html", shown | dict(forms_shown), status=status)


def _with_choices(field: forms.Field, choices: list[tuple[str, Any]]) -> forms.Field:
    field.choices = choices  # type: ignore[attr-defined] # a choice field has them
    return field
