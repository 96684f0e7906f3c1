"""By what treatments are looked at: which picture, scale and rules, what counts as loss, flagged ratings or not."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend import instruments
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET, RULE_SETS, RuleSet, rule_set
from backend.instruments import PRIMARY
from backend.tracking.models import Unit
from backend.tracking.pictures import Terms

ONE, COURSE, OVERLAID, ALL = "one", "course", "overlaid", "all"
E1, E2 = "E1", "E2"
USUAL = {"sessions": ONE, "instrument": PRIMARY, "rule_set": DEFAULT_RULE_SET, "loss": E1, "flagged": "1"}


class Choice(forms.Form):
    """What is chosen by the address; a choice that does not exist counts as not made."""

    treatment = forms.IntegerField(required=False, widget=forms.HiddenInput)
    sessions = forms.ChoiceField(
        label=_("Show"),
        choices=[
            (ONE, _("this treatment")),
            (COURSE, _("its course")),
            (OVERLAID, _("all, each from its dose")),
            (ALL, _("all, by date")),
        ],
    )
    instrument = forms.ChoiceField(label=_("Scale"))
    rule_set = forms.ChoiceField(label=_("Rules"), choices=[(name, name) for name in RULE_SETS])
    loss = forms.ChoiceField(
        label=_("A dose for returned symptoms"),
        choices=[(E1, _("ends follow-up (E1)")), (E2, _("counts as loss (E2)"))],
    )
    flagged = forms.ChoiceField(label=_("Flagged ratings"), choices=[("1", _("are counted")), ("0", _("are left out"))])

    def __init__(self, asked: dict[str, Any]) -> None:
        by_unit = {"sessions": COURSE} if asked.get("unit") == Unit.COURSE else {}
        super().__init__({**USUAL, **by_unit, **asked}, label_suffix="")

    def offer(self, series: set[str]) -> None:
        """Offer the scales that were rated."""
        rated = [(one.slug, instruments.spoken(one).title) for one in instruments.known() if one.slug in series]
        self.fields["instrument"].choices = rated  # type: ignore[attr-defined] # its own

    @property
    def made(self) -> dict[str, str]:
        """Return what was chosen, and the default where nothing valid was."""
        self.full_clean()
        return {name: self.cleaned_data.get(name) or usual for name, usual in USUAL.items()}

    def settled(self, series: set[str], treatment: int) -> "Choice":
        """Return the form as it is shown: with what was made of it, about that treatment."""
        self.offer(series)
        settled = Choice({**self.made, "treatment": treatment})
        settled.offer(series)
        return settled


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, ready to be used."""

    sessions: str
    instrument: str
    rules: RuleSet
    terms: Terms

    @classmethod
    def of(cls, form: Choice) -> "Chosen":
        """Return what a form asks for."""
        made = form.made
        terms = Terms(redose_is_loss=made["loss"] == E2, with_flagged=made["flagged"] == "1")
        return cls(made["sessions"], made["instrument"], rule_set(made["rule_set"]), terms)

    @property
    def unit(self) -> Unit:
        """Return what an outcome is told of."""
        return Unit.COURSE if self.sessions == COURSE else Unit.TREATMENT

    @property
    def is_of_all(self) -> bool:
        """Tell whether the picture shows every treatment."""
        return self.sessions in {OVERLAID, ALL}
