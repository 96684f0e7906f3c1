"""The ratings of one treatment as a table: every original stays visible beside what was changed about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.charts.words import human_time
from backend.instruments import get, spoken
from backend.tracking.models import Amendment, Rating, Respondent, Timing
from backend.tracking.services.entries import LIVE_WITHIN_MINUTES
from backend.web.clinician.words import signed
from backend.web.moments import stamp

AN_HOUR = timedelta(hours=1)
NOTED_AFTER = timedelta(minutes=LIVE_WITHIN_MINUTES)
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
    address: str  # where it is amended


def rating_rows(ratings: Iterable[Rating], zone: str) -> list[RatingRow]:
    """Return ratings that were read with their treatments and amendments, in the order given."""
    return [_row(one, zone) for one in ratings]


def _row(rating: Rating, zone: str) -> RatingRow:
    start = rating.treatment.started_at
    hours = (rating.effective_at - start) / AN_HOUR if start else None
    return RatingRow(
        when=stamp(rating.effective_at, zone),
        since_dose="" if hours is None else human_time(hours),
        scale=spoken(get(rating.instrument)).title,
        score=_score(rating.instrument, rating.total, rating.answers),
        notes=_notes(rating, zone),
        changes=[_change(rating, one, zone) for one in rating.amendments.all()],
        address=reverse("amend", args=[rating.patient_id, rating.pk]),
    )


def _score(slug: str, total: int | None, answers: list[int | None]) -> str:
    """Return the total out of what it can be, or how much was answered where there is none."""
    if total is not None:
        return _("{score} of {most}").format(score=total, most=get(slug).total_maximum)
    answered = sum(one is not None for one in answers)
    if not answered:
        return _("left blank")
    return _("no total: {answered} of {items} answered").format(answered=answered, items=len(answers))


def _notes(rating: Rating, zone: str) -> list[str]:
    """Return whose answer it was and how it came in, where either is worth a word."""
    told = BY_OTHERS.get(Respondent(rating.respondent)), TIMINGS.get(Timing(rating.timing))
    notes = [str(note) for note in told if note]
    if rating.received_at - rating.effective_at > NOTED_AFTER:
        notes.append(_("received {when}").format(when=stamp(rating.received_at, zone)))
    return notes


def _change(rating: Rating, amendment: Amendment, zone: str) -> Change:
    withdrawn, corrected = _("withdrawn {when} by {who}: {reason}"), _("corrected {when} by {who}: {reason}")
    words = withdrawn if amendment.answers is None else corrected
    said = words.format(when=stamp(amendment.made_at, zone), who=signed(amendment.made_by), reason=amendment.reason)
    score = "" if amendment.answers is None else _score(rating.instrument, amendment.total, amendment.answers)
    return Change(score, said)
