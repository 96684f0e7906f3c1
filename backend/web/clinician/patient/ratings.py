"""The ratings of one treatment as a table: every original stays visible beside what was changed about it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.charts.words import human_time
from backend.instruments import get, spoken
from backend.tracking.models import Amendment, Rating, Respondent, Timing, Treatment
from backend.web.moments import stamp

AN_HOUR = timedelta(hours=1)
TIMINGS = {
    Timing.LATE: gettext_lazy("entered late"),
    Timing.OFFLINE: gettext_lazy("kept on the device for a while"),
    Timing.SUSPECT: gettext_lazy("the device’s clock was off"),
}
BY_OTHERS = {
    Respondent.CLINICIAN: gettext_lazy("answered by the clinician"),
    Respondent.CAREGIVER: gettext_lazy("answered by the caregiver"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One amendment: the score that counts from then on, empty when the rating was withdrawn."""

    score: str
    said: str


@dataclass(frozen=True, slots=True)
class RatingRow:
    """One rating; `changes` in the order they were made."""

    when: str
    since_dose: str
    scale: str
    score: str
    notes: list[str]
    changes: list[Change]


def rating_rows(treatment: Treatment, zone: str) -> list[RatingRow]:
    """Return the ratings of a treatment by time, those of one instant in the order they came."""
    amendments = Amendment.objects.select_related("made_by").order_by("pk")
    ratings = Rating.objects.filter(treatment=treatment).order_by("effective_at", "pk")
    return [_row(one, treatment, zone) for one in ratings.prefetch_related(Prefetch("amendments", amendments))]


def _row(rating: Rating, treatment: Treatment, zone: str) -> RatingRow:
    hours = (rating.effective_at - treatment.started_at) / AN_HOUR if treatment.started_at else None
    return RatingRow(
        when=stamp(rating.effective_at, zone),
        since_dose="" if hours is None else human_time(hours),
        scale=spoken(get(rating.instrument)).title,
        score=_score(rating.instrument, rating.total, rating.answers),
        notes=_notes(rating),
        changes=[_change(rating, one, zone) for one in rating.amendments.all()],
    )


def _score(slug: str, total: int | None, answers: list[int | None]) -> str:
    """Return the total out of what it can be, or how much was answered where there is none."""
    if total is not None:
        return _("{score} of {most}").format(score=total, most=get(slug).total_maximum)
    answered = sum(one is not None for one in answers)
    if not answered:
        return _("left blank")
    return _("no total: {answered} of {items} answered").format(answered=answered, items=len(answers))


def _notes(rating: Rating) -> list[str]:
    notes = BY_OTHERS.get(Respondent(rating.respondent)), TIMINGS.get(Timing(rating.timing))
    return [str(note) for note in notes if note]


def _change(rating: Rating, amendment: Amendment, zone: str) -> Change:
    who = amendment.made_by.name or _("person {number}").format(number=amendment.made_by_id)
    withdrawn, corrected = _("withdrawn {when} by {who}: {reason}"), _("corrected {when} by {who}: {reason}")
    words = withdrawn if amendment.answers is None else corrected
    said = words.format(when=stamp(amendment.made_at, zone), who=who, reason=amendment.reason)
    score = "" if amendment.answers is None else _score(rating.instrument, amendment.total, amendment.answers)
    return Change(score, said)
