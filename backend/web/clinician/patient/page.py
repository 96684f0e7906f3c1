"""One patient's treatments: the response curve of the chosen one, its outcome, its check-ins and its ratings."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from backend import instruments
from backend.accounts.models import Patient
from backend.accounts.reading import note_reading
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET, RULE_SETS, rule_set
from backend.charts import response_svg
from backend.charts.alternative import response_alternative
from backend.charts.words import plain
from backend.instruments import PRIMARY
from backend.tracking.estimation import fresh_outcomes
from backend.tracking.models import CheckIn, Treatment, Unit
from backend.tracking.pictures import response_picture
from backend.web.access import SignedInRequest, patients_of_staff, staff_only
from backend.web.check_in_names import called
from backend.web.clinician.patient.ratings import rating_rows
from backend.web.clinician.treating.dose import may_be_set
from backend.web.clinician.words import CHECK_IN_STATES, Chip, given, reason, spans, status
from backend.web.drawing import drawn
from backend.web.moments import stamp


class Judgement(forms.Form):
    """By what a treatment is judged; a choice that does not exist counts as not made."""

    treatment = forms.IntegerField(required=False, widget=forms.HiddenInput)
    instrument = forms.ChoiceField(label=gettext_lazy("Scale"))
    rule_set = forms.ChoiceField(label=gettext_lazy("Rules"), choices=[(name, name) for name in RULE_SETS])
    unit = forms.ChoiceField(
        label=gettext_lazy("Result for"),
        choices=[(Unit.TREATMENT, gettext_lazy("treatment")), (Unit.COURSE, gettext_lazy("course"))],
    )

    @property
    def chosen(self) -> dict[str, str]:
        """Return what was chosen, and the default where nothing valid was."""
        self.full_clean()
        usual = {"instrument": PRIMARY, "rule_set": DEFAULT_RULE_SET, "unit": Unit.TREATMENT}
        return usual | {name: self.cleaned_data[name] for name in usual if name in self.cleaned_data}


@dataclass(frozen=True, slots=True)
class Tab:
    """One treatment of a patient, to choose it by."""

    treatment: Treatment
    when: str
    given: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CheckInRow:
    """One check-in in the table."""

    name: str
    due: str
    state: Chip
    reason: str


@staff_only
@require_safe
def patient(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Show one patient."""
    somebody = get_object_or_404(patients_of_staff(request.user).select_related("clinic", "person"), pk=patient_id)
    treatments = _by_time(somebody)
    chosen = _chosen(treatments, request.GET.get("treatment", ""))
    tabs = [Tab(one, _when(one, somebody), given(one), one == chosen) for one in treatments]
    note_reading(reader=request.user, patients=[somebody])
    clock = chosen if chosen is not None and may_be_set(chosen, request.user) else None
    shown = {"patient": somebody, "tabs": tabs, "treatment": chosen, "clock": clock}
    if chosen is not None:
        shown |= _about(chosen, somebody, request.GET.dict())
    return render(request, "clinician/patient/page.html", shown)


def _by_time(somebody: Patient) -> list[Treatment]:
    """Return the treatments of a patient, the latest first."""
    treatments = Treatment.objects.filter(patient=somebody)
    for one in treatments:
        one.patient = somebody
    return sorted(treatments, key=lambda one: one.dosed_at or one.created_at, reverse=True)


def _chosen(treatments: list[Treatment], asked: str) -> Treatment | None:
    """Return the treatment asked for, else the latest that has started, else the latest."""
    by_preference = [
        *(one for one in treatments if str(one.pk) == asked),
        *(one for one in treatments if one.started_at),
        *treatments,
    ]
    return next(iter(by_preference), None)


def _when(treatment: Treatment, somebody: Patient) -> str:
    moment = treatment.dosed_at or treatment.created_at
    prefix = "" if treatment.started_at else f"{treatment.get_state_display()}, "
    return prefix + stamp(moment, somebody.time_zone)


def _about(treatment: Treatment, somebody: Patient, asked: dict[str, str]) -> dict[str, object]:
    """Return what the page says about one treatment."""
    now = timezone.now()
    shown: dict[str, object] = {
        "title": given(treatment),
        "when": _when(treatment, somebody),
        "check_ins": _check_in_rows(treatment, somebody, now),
        "ratings": rating_rows(treatment, somebody.time_zone),
    }
    return shown | _judged(treatment, somebody, asked) if treatment.started_at else shown


def _judged(treatment: Treatment, somebody: Patient, asked: dict[str, str]) -> dict[str, object]:
    """Return the chosen outcome in numbers, words and a picture; made now if no job has made it yet."""
    stored = list(fresh_outcomes(treatment)) + list(fresh_outcomes(treatment, Unit.COURSE))
    defaults = {"instrument": PRIMARY, "rule_set": DEFAULT_RULE_SET, "unit": Unit.TREATMENT}
    form = Judgement({**defaults, **asked, "treatment": treatment.pk}, label_suffix="")
    rated = [one for one in instruments.known() if any(outcome.instrument == one.slug for outcome in stored)]
    form.fields["instrument"].choices = [(one.slug, instruments.spoken(one).title) for one in rated]  # type: ignore[attr-defined] # its own
    chosen = form.chosen
    outcome = next((one for one in stored if all(getattr(one, name) == word for name, word in chosen.items())), None)
    rules = rule_set(chosen["rule_set"])
    picture = response_picture(treatment, instrument=chosen["instrument"], rules=rules, unit=Unit(chosen["unit"]))
    return {
        "form": form,
        "outcome": outcome,
        "status": outcome and status(outcome, treatment) if chosen["unit"] == Unit.TREATMENT else None,
        "spans": spans(outcome) if outcome else [],
        "flags": [plain(flag) for flag in outcome.flags.split(";") if flag] if outcome else [],
        "sentence": outcome.in_words() if outcome else "",
        "computed": stamp(outcome.computed_at, somebody.time_zone) if outcome else "",
        "picture": drawn(response_svg, picture) if picture else "",
        "in_words": response_alternative(picture) if picture else "",
    }


def _check_in_rows(treatment: Treatment, somebody: Patient, now: datetime) -> list[CheckInRow]:
    rows = list(CheckIn.objects.with_answers().filter(treatment=treatment).order_by("number"))
    for one in rows:
        one.treatment = treatment
    return [
        CheckInRow(
            called(one.name), stamp(one.due_at, somebody.time_zone), CHECK_IN_STATES[one.state_at(now)], reason(one)
        )
        for one in rows
    ]
