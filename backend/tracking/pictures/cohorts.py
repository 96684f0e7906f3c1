"""The curves of a cohort as pictures, with all that must be said beside them."""

from django.utils.translation import gettext as _

from backend.analysis.cohorts.telling.drawing import MEASURES, cohort_curve, cohort_picture
from backend.analysis.cohorts.telling.notes import answered_share, left_out_notes, population_note, under_e1
from backend.analysis.outcomes.rules import rule_set
from backend.charts import CohortCurve, CohortPicture
from backend.tracking.cohorts import Cohort, Compared, selection_from
from backend.tracking.models import Unit


def cohort_pictures(cohort: Cohort) -> dict[str, CohortPicture]:
    """Return the pictures of a cohort by name: in_response, onset and loss."""
    label, notes = cohort.selection.in_words(), _notes(cohort)
    return {name: cohort_picture(name, [_curve(name, label, cohort)], notes) for name in MEASURES}


def comparison_pictures(compared: Compared) -> dict[str, CohortPicture]:
    """Return the pictures of up to six groups by name, a curve for each group."""
    groups = [(group_words(compared.by, one.value, compared.selection.unit), one.cohort) for one in compared.groups]
    notes = _notes_of_groups(compared, groups)
    return {
        name: cohort_picture(name, [_curve(name, label, cohort) for label, cohort in groups], notes)
        for name in MEASURES
    }


def group_words(by: str, value: str, unit: str) -> str:
    """Return what the group of one value is called."""
    if by == "number":
        return (_("course {number}") if unit == Unit.COURSE else _("treatment {number}")).format(number=value)
    return selection_from({by: value}).in_words()


def _curve(name: str, label: str, cohort: Cohort) -> CohortCurve:
    return cohort_curve(name, label, cohort.estimate, n=cohort.n, check_ins_followed=cohort.check_ins_followed)


def _notes(cohort: Cohort) -> tuple[str, ...]:
    """Return what every picture must say: population, rules, missingness, what a new dose does, no randomisation."""
    left_out = left_out_notes(cohort.counts.reasons, n=cohort.n)
    return (
        " ".join([population_note(cohort.selection.unit, cohort.selection.number), *left_out]),
        _("Rule set {rules}").format(rules=cohort.rules.in_words()),
        _("Check-ins answered: {share}.").format(share=_answered(cohort)),
        under_e1(),
        _("Relief seen in an open clinic is not efficacy; who was given what was not drawn by lot."),
        *_waiting(cohort.waiting),
    )


def _notes_of_groups(compared: Compared, groups: list[tuple[str, Cohort]]) -> tuple[str, ...]:
    selection = compared.selection
    left_out = [
        note for label, cohort in groups for note in left_out_notes(cohort.counts.reasons, n=cohort.n, of=label)
    ]
    of_each = _("Population: of each patient the one of that number, if evaluable.")
    population = of_each if compared.by == "number" else population_note(selection.unit, selection.number)
    answered = ", ".join(f"{label} {_answered(cohort)}" for label, cohort in groups)
    common = _("The groups were asked at different times: shown and tested at the check-ins that both have.")
    return (
        " ".join([population, *left_out]),
        _("Among: {selection}.").format(selection=selection.in_words()),
        _("Rule set {rules}").format(rules=rule_set(selection.rule_set).in_words()),
        _("Check-ins answered: {share}.").format(share=answered),
        *([common] if compared.fewer_check_ins else []),
        under_e1(),
        _("Not randomised: who was given what was not drawn by lot, so other causes may explain a difference."),
        *_waiting(compared.waiting),
    )


def _answered(cohort: Cohort) -> str:
    return answered_share(sum(cohort.answered), sum(cohort.due))


def _waiting(count: int) -> list[str]:
    return [_("Treatments still being worked out: {count}.").format(count=count)] if count else []
