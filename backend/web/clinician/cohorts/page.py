"""One cohort of one's clinics: curves of being in response, of onset and of loss, chosen by GET."""

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from backend import instruments
from backend.analysis.cohorts.estimate import SMALLEST_COHORT, CohortEstimate, Curve
from backend.analysis.cohorts.response import RMDOR_HOURS
from backend.analysis.cohorts.wording import UNKNOWN, days, days_words, median_interval_words, median_words
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET, RULE_SETS
from backend.charts import cohort_svg
from backend.charts.words import HOURS_PER_DAY, plain
from backend.instruments import PRIMARY
from backend.tracking.cohorts import Cohort, cohort, selection_from
from backend.tracking.models import Drug, Indication, Route, Unit
from backend.tracking.pictures import cohort_pictures
from backend.tracking.services.refusals import Refused
from backend.web.access import SignedInRequest, staff_only
from backend.web.check_in_names import called
from backend.web.clinician.words import share
from backend.web.drawing import drawn

ANY = ("", gettext_lazy("any"))
USUAL = {"instrument": PRIMARY, "rule_set": DEFAULT_RULE_SET, "unit": str(Unit.TREATMENT)}


class Filters(forms.Form):
    """What `selection_from` reads, to choose from."""

    route = forms.ChoiceField(label=gettext_lazy("Route"), choices=[ANY, *Route.choices], required=False)
    drug = forms.ChoiceField(label=gettext_lazy("Drug"), choices=[ANY, *Drug.choices], required=False)
    indication = forms.ChoiceField(label=gettext_lazy("Indication"), choices=[ANY, *Indication.choices], required=False)
    instrument = forms.ChoiceField(
        label=gettext_lazy("Scale"),
        choices=lambda: [
            (one.slug, instruments.spoken(one).title) for one in instruments.known() if one.role == "outcome"
        ],
    )
    rule_set = forms.ChoiceField(label=gettext_lazy("Rules"), choices=[(name, name) for name in RULE_SETS])
    unit = forms.ChoiceField(
        label=gettext_lazy("Result for"),
        choices=[(Unit.TREATMENT, gettext_lazy("first treatments")), (Unit.COURSE, gettext_lazy("first courses"))],
    )

    def __init__(self, asked: dict[str, str]) -> None:
        super().__init__(USUAL | asked, label_suffix="")
        for name, label in (("from", _("Started from")), ("to", _("Started until"))):
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[name] = forms.CharField(label=label, required=False, widget=widget)


@dataclass(frozen=True, slots=True)
class Numbers:
    """One check-in's row under a picture."""

    check_in: str
    estimate: str
    identified: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture, what it says in numbers, and a row for each check-in."""

    slug: str
    title: str
    svg: SafeString
    facts: list[tuple[str, str]]
    rows: list[Numbers]


@staff_only
@require_safe
def cohorts(request: SignedInRequest) -> HttpResponse:
    """Show the cohort asked for; a filter that makes no sense is named beside its field."""
    asked = {name: given for name, given in request.GET.dict().items() if given}
    form = Filters(asked)
    try:
        found = cohort(request.user, selection_from(asked))
    except Refused as refusal:
        form.errors[refusal.field] = form.error_class([str(refusal)])
        return render(request, "clinician/cohorts/page.html", {"form": form}, status=400)
    shown = {
        "form": form,
        "cohort": found,
        "rules": found.rules.in_words(),
        "smallest": SMALLEST_COHORT,
        "figures": figures(found),
        "answered": list(zip(map(called, found.check_in_names), found.answered, found.due, strict=True)),
        "left_out": [(plain(reason), count) for reason, count in found.counts.reasons.items()],
        "is_filtered": bool(asked),
    }
    return render(request, "clinician/cohorts/page.html", shown)


def figures(found: Cohort) -> list[Figure]:
    """Return the three pictures of a cohort; none under the smallest number."""
    if found.estimate is None:
        return []
    facts = {
        "in_response": _mean_duration(found, found.estimate, "") + _mean_duration(found, found.estimate_e2, " (E2)"),
        "onset": [
            (_("Median onset"), median_words(found.estimate.onset_median)),
            (_("95 % interval"), median_interval_words(found.estimate.onset_median)),
        ],
        "loss": _median_loss(found.estimate, "") + _median_loss(found.estimate_e2, " (E2)"),
    }
    return [
        Figure(name, picture.title, drawn(cohort_svg, picture), facts[name], _rows(found, found.estimate, name))
        for name, picture in cohort_pictures(found).items()
    ]


def _mean_duration(found: Cohort, estimate: CohortEstimate | None, under: str) -> list[tuple[str, str]]:
    """Return the mean time in response, which is known only where somebody was rated up to its end."""
    if estimate is None:
        return []
    name = _("Mean days in response, of {days}").format(days=f"{RMDOR_HOURS / HOURS_PER_DAY:.0f}") + under
    reached = found.check_ins_followed and estimate.hours[found.check_ins_followed] >= RMDOR_HOURS
    mean, interval = estimate.mean_duration, estimate.mean_duration_confidence
    told = _("{days} (95 % interval {interval})").format(days=days(mean.estimate), interval=days_words(interval))
    left_open = _("{days} days").format(days=days_words(mean))
    return [(name, told if reached else UNKNOWN), (_("What the check-in times leave open") + under, left_open)]


def _median_loss(estimate: CohortEstimate | None, under: str) -> list[tuple[str, str]]:
    if estimate is None:
        return []
    found = estimate.loss_median
    return [
        (_("Median loss") + under, median_words(found)),
        (_("95 % interval") + under, median_interval_words(found)),
    ]


def _rows(found: Cohort, estimate: CohortEstimate, name: str) -> list[Numbers]:
    """Return the numbers at every check-in up to the last that anybody answered."""
    curve: Curve = getattr(estimate, name)
    return [
        Numbers(
            check_in=called(check_in),
            estimate=share(curve.estimate[at]),
            identified=_("{lower} to {upper}").format(lower=share(curve.lower[at]), upper=share(curve.upper[at])),
            confidence=_("{lower} to {upper}").format(
                lower=share(curve.confidence.lower[at]), upper=share(curve.confidence.upper[at])
            ),
        )
        for at, check_in in enumerate(found.check_in_names[: found.check_ins_followed], start=1)
    ]
