"""One look at a patient, for the page and the report alike: what was chosen, and what was read for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from backend.accounts.models import Patient
from backend.analysis.outcomes.rules import rule_set
from backend.tracking.history import History, Log
from backend.tracking.models import Outcome, Treatment, Unit
from backend.web.clinician.patient.choices import Choice, Chosen


@dataclass(frozen=True)
class Look:
    """A patient's history under what was chosen; `treatment` is the one looked at, None where there is none."""

    history: History
    form: Choice
    chosen: Chosen
    treatment: Treatment | None

    @classmethod
    def at(cls, patient: Patient, asked: Mapping[str, str]) -> "Look":
        """Read what the address asks for: by preference the treatment named, else the latest started one."""
        form = Choice(dict(asked))
        history = History.of(patient, rule_set(form.made["rule_set"]))
        treatment = _looked_at(history, asked.get("treatment", ""))
        settled = form.settled(history.series, treatment.pk if treatment else 0)
        return cls(history, settled, Chosen.of(settled), treatment)

    @cached_property
    def log(self) -> Log:
        """Return the ratings and check-ins of what is looked at: the treatment, its course, or all."""
        if self.chosen.is_of_all or not self.chosen.terms.with_flagged:
            return Log.of(self.history.treatments)
        if self.treatment is None:
            return Log([], [])
        course = self.history.course_opened_by(self.treatment) if self.chosen.unit == Unit.COURSE else []
        return Log.of(course or [self.treatment])

    def outcome(self, treatment: Treatment, unit: Unit) -> Outcome | None:
        """Return an outcome as it is to be told: with or without flagged ratings."""
        stored = self.history.outcome(treatment, unit, self.chosen.instrument)
        if stored is None or self.chosen.terms.with_flagged:
            return stored
        return self.history.outcome_without_flagged(treatment, unit, self.chosen.instrument, self.log)


def _looked_at(history: History, asked: str) -> Treatment | None:
    by_preference = [
        *(one for one in history.treatments if str(one.pk) == asked),
        *reversed(history.started),
        *history.treatments,
    ]
    return next(iter(by_preference), None)
