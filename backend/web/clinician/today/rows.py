"""The rows of today's list: each reason somebody should look at a patient, as a chip with what it rests on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts.models import Clinic, Patient
from backend.charts.words import human_time, number
from backend.tracking.models import Treatment
from backend.tracking.services.rating.crossings import Standing
from backend.tracking.today import Looked, Need, Reason
from backend.web.check_in_names import called
from backend.web.clinician.today.alert_words import changed_words, late_words, points_words, rule_words, scale_of
from backend.web.clinician.words import dated, given, length
from backend.web.moments import at_time

LONGEST_GIVEN = timedelta(hours=2)  # as ratings count as given during administration where no end is recorded
CHIPS: dict[Reason, tuple[str | Promise, str]] = {
    Reason.ALERT: (gettext_lazy("alert"), "warn"),
    Reason.RISING: (gettext_lazy("anxiety rose"), "warn"),
    Reason.UNANSWERED: (gettext_lazy("no answer"), "warn"),
    Reason.IN_ROOM: (gettext_lazy("in the room"), "open"),
    Reason.NO_RESPONSE: (gettext_lazy("not halved by +4 h"), "warn"),
    Reason.WORSE: (gettext_lazy("worse than before"), "warn"),
    Reason.EARLIER: (gettext_lazy("earlier than usual"), "warn"),
    Reason.LOST: (gettext_lazy("relief lost"), "warn"),
    Reason.ENDING: (gettext_lazy("relief ending"), "warn"),
    Reason.OVERDUE: (gettext_lazy("overdue"), ""),
    Reason.EXPECTED: (gettext_lazy("expected today"), ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One reason in a row, as a chip and what it rests on."""

    title: str
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One patient in the list; `reason` the most urgent one."""

    patient: Patient
    clinic: Clinic
    treatment: Treatment
    reasons: tuple[Reason, ...]
    since: datetime
    since_words: str
    given: str
    when: str
    lines: list[Line]
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class _Here:
    """What the words of one row depend on."""

    treatment: Treatment
    now: datetime
    zone: str
    titles: Mapping[Reason, str]
    stands: Mapping[int, Standing]  # of alerts

    def at(self, moment: datetime) -> str:
        """Return an instant by the clinic's clock."""
        return at_time(moment, self.now, self.zone)


def rows_of(
    looked: Iterable[Looked], clinics: Mapping[int, Clinic], stands: Mapping[int, Standing], now: datetime
) -> list[Row]:
    """Return the row of each patient, times by the clock of the clinic; `stands`: how the alerts do."""
    titles = {reason: str(title) for reason, (title, _tone) in CHIPS.items()}  # translated once, not for each row
    here = ((one, clinics[one.treatment.patient.clinic_id]) for one in looked)
    return [_row_of(one, at, _Here(one.treatment, now, at.time_zone, titles, stands)) for one, at in here]


def _row_of(looked: Looked, clinic: Clinic, here: _Here) -> Row:
    treatment = looked.treatment
    when = dated(treatment, clinic.time_zone)
    return Row(
        patient=treatment.patient,
        clinic=clinic,
        treatment=treatment,
        reasons=tuple(dict.fromkeys(one.reason for one in looked.needs)),
        since=looked.needs[0].since,
        since_words=here.at(looked.needs[0].since),
        given=given(treatment),
        when=when if treatment.started_at else _("planned for {when}").format(when=when),
        lines=[_line(one, here) for one in looked.needs],
        is_expected=looked.needs[0].reason == Reason.EXPECTED,
    )


def _line(need: Need, here: _Here) -> Line:
    at_home = need.reason == Reason.IN_ROOM and here.treatment.at_home
    title = _("dose at home") if at_home else here.titles[need.reason]
    return Line(title, CHIPS[need.reason][1], _words(need, here))


def _words(need: Need, here: _Here) -> str:
    return WORDS[need.reason](need, here)


def _alert(need: Need, here: _Here) -> str:
    if need.alert is None:
        return ""
    changed, late = changed_words(need.alert, here.stands[need.alert.pk]), late_words(need.alert, here.now, here.zone)
    told = _("{scale}: {points} · the rule: {rule}").format(
        scale=scale_of(need.alert.rule), points=points_words(need.alert), rule=rule_words(need.alert.rule)
    )
    return " · ".join(one for one in (told, changed, late) if one)


def _rising(need: Need, here: _Here) -> str:
    return _("from {before} to {now} {when}").format(
        before=_points(need.against), now=_points(need.score), when=here.at(need.since)
    )


def _asked(need: Need, here: _Here) -> str:
    return _("{check_in} was due {when}").format(check_in=called(need.check_in), when=here.at(need.since))


def _in_room(need: Need, here: _Here) -> str:
    treatment, said = here.treatment, []
    minutes = (here.now - need.since) // timedelta(minutes=1)
    passed = _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=f"{minutes % 60:02}")
    clock = _("dose running, {passed} so far") if _is_running(treatment, here.now) else _("{passed} since the start")
    said.append(clock.format(passed=passed))
    if need.due_at is not None:
        told = _("next {check_in} {when}") if need.due_at > here.now else _("{check_in} open since {when}")
        said.append(told.format(check_in=called(need.check_in), when=here.at(need.due_at)))
    if need.missed:
        said.append(_("missed: {check_ins}").format(check_ins=", ".join(called(one) for one in need.missed)))
    return "; ".join(said)


def _is_running(treatment: Treatment, now: datetime) -> bool:
    """Tell whether a dose is being given: its end is still to come, or not recorded and not long overdue."""
    if treatment.ended_at is not None or treatment.started_at is None:
        return treatment.ended_at is not None and treatment.ended_at > now
    return not treatment.at_home and now - treatment.started_at < LONGEST_GIVEN


def _no_response(need: Need, here: _Here) -> str:  # noqa: ARG001 - as the others
    return _("no rating was half of the {baseline} before the dose").format(baseline=_points(need.against))


def _worse(need: Need, here: _Here) -> str:
    return _("{now} {when}, before the treatment {before}").format(
        now=_points(need.score), when=here.at(need.since), before=_points(need.against)
    )


def _earlier(need: Need, here: _Here) -> str:  # noqa: ARG001 - as the others
    return _("after {length}; {usual}").format(
        length=length(need.hours, "{length}"), usual=length(need.against, _("before, it held at least {length}"))
    )


def _lost(need: Need, here: _Here) -> str:  # noqa: ARG001 - as the others
    return _("by {when} after the dose").format(when=human_time(need.hours or 0))


def _ending(need: Need, here: _Here) -> str:
    return _("last rating {now} {when}, before the treatment {before}").format(
        now=_points(need.score), when=here.at(need.since), before=_points(need.against)
    )


def _expected(need: Need, here: _Here) -> str:
    return here.at(need.since)


def _points(score: float | None) -> str:
    return "" if score is None else number(score)


WORDS: dict[Reason, Callable[[Need, _Here], str]] = {
    Reason.ALERT: _alert,
    Reason.RISING: _rising,
    Reason.UNANSWERED: _asked,
    Reason.IN_ROOM: _in_room,
    Reason.NO_RESPONSE: _no_response,
    Reason.WORSE: _worse,
    Reason.EARLIER: _earlier,
    Reason.LOST: _lost,
    Reason.ENDING: _ending,
    Reason.OVERDUE: _asked,
    Reason.EXPECTED: _expected,
}

ORDERS: dict[str, Callable[[Row], tuple[object, ...]]] = {
    "urgency": lambda row: (row.reasons[0].rank, row.since),
    "patient": lambda row: (row.patient.code,),
    "since": lambda row: (row.since,),
}


def in_order(rows: Sequence[Row], order: str) -> list[Row]:
    """Return rows by urgency, by the patient's code, or those that wait longest first."""
    return sorted(rows, key=ORDERS[order])
