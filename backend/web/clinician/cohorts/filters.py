"""What a cohort can be chosen by: the fields of its address, as a form."""

from collections.abc import Iterable

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend import instruments
from backend.accounts.refusals import Refused
from backend.analysis.outcomes.rules import RULE_SETS
from backend.tracking.cohorts import EITHER, HOURLY, Selection, selection_from
from backend.tracking.models import Drug, Indication, Route, Unit
from backend.tracking.models.treatments import protocol_choices
from backend.web.clinician.amounts import with_point

ANY = ("", _("any"))
DRUGS = [ANY, *Drug.choices, (EITHER, _("ketamine or esketamine"))]
PREVIOUS = [
    ANY,
    ("none", _("none that failed")),
    ("1", _("one that failed")),
    ("2+", _("two or more that failed")),
]
DOSES = {"dose_from": _("Dose from, mg/kg"), "dose_to": _("Dose up to, mg/kg")}
FIRST = ("route", "drug", "indication", "protocol")  # the rest unfolds


class Filters(forms.Form):
    """What `selection_from` reads, to choose from."""

    route = forms.ChoiceField(label=_("Route"), choices=[ANY, *Route.choices], required=False)
    drug = forms.ChoiceField(label=_("Drug"), choices=DRUGS, required=False)
    indication = forms.ChoiceField(label=_("Indication"), choices=[ANY, *Indication.choices], required=False)
    previous = forms.ChoiceField(label=_("Earlier treatments"), choices=PREVIOUS, required=False)
    instrument = forms.ChoiceField(
        label=_("Scale"),
        choices=lambda: [
            (one.slug, instruments.spoken(one).title) for one in instruments.known() if one.role == "outcome"
        ],
    )
    rule_set = forms.ChoiceField(label=_("Rules"), choices=[(name, name) for name in RULE_SETS])
    unit = forms.ChoiceField(
        label=_("Result for"), choices=[(Unit.TREATMENT, _("treatments")), (Unit.COURSE, _("courses"))]
    )
    number = forms.CharField(label=_("Which one, 1 the first"), widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    protocol = forms.ChoiceField(
        label=_("Protocol"),
        choices=lambda: [ANY, (HOURLY, _("any with hourly check-ins")), *protocol_choices()],
        required=False,
    )

    def __init__(self, asked: dict[str, str]) -> None:
        usual = {name: str(getattr(Selection(), name)) for name in ("instrument", "rule_set", "unit", "number")}
        super().__init__(usual | asked, label_suffix="", use_required_attribute=False)
        for name, label in DOSES.items():
            dose = forms.TextInput(attrs={"inputmode": "decimal"})
            self.fields[name] = forms.CharField(label=label, required=False, widget=dose)
        for name, label in (("from", _("Started from")), ("to", _("Started until"))):
            day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[name] = forms.CharField(label=label, required=False, widget=day)
        self.asked = asked

    @property
    def first(self) -> list[forms.BoundField]:
        """Return the fields that are always there."""
        return [self[name] for name in FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        """Return the fields that unfold."""
        return [self[name] for name in self.fields if name not in FIRST]

    @property
    def more_in_use(self) -> bool:
        """Tell whether a field that unfolds is asked for, or wrong."""
        return any(name in self.fields and name not in FIRST for name in [*self.asked, *self.errors])

    def refuse(self, refusal: Refused) -> None:
        """Say beside its field what makes no sense."""
        self.errors[refusal.field] = self.error_class([str(refusal)])


def asked_of(request: HttpRequest) -> dict[str, str]:
    """Return what an address asks for; an empty field asks for nothing."""
    return {name: given for name, given in request.GET.dict().items() if given}


def selection_of(asked: dict[str, str]) -> Selection:
    """Return the selection that was typed, decimals with a point or a comma; `Refused` names what makes no sense."""
    return selection_from(asked | {name: with_point(asked[name]) for name in DOSES if name in asked})


def chosen(asked: dict[str, str], form: Filters) -> Selection | None:
    """Return the selection, or say beside the field why there is none."""
    try:
        return selection_of(asked)
    except Refused as refusal:
        form.refuse(refusal)
        return None


def without(asked: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return what is asked for but for some names."""
    return {name: given for name, given in asked.items() if name not in set(names)}
