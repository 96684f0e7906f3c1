"""Conclude from one patient's ratings what docs/method.md, "One treatment", says: to be read beside that page."""

# A treatment is a course of one dose: with d_n = d_1 the definitions for a course become those for a treatment.
# All instants here are hours since d_1, the start of the first dose; only the reported loss is in hours since d_n.

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

INFINITY = float("inf")
MICROSECONDS_PER_HOUR = 3600e6
COURSE_GAP_HOURS = 14 * 24
ACUTE_HOURS = 2
UNSETTLED_POINTS = 3
CARRIED_FLAGS = frozenset({"amended", "late", "offline", "suspect_time", "after_rescue", "during_administration"})

Interval = tuple[float, float]


@dataclass(frozen=True)
class Rating:
    """One completed instrument as it arrived, with the amendments made to it since."""

    hours: float
    score: int | None
    flags: frozenset[str] = frozenset()
    amendments: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class Dose:
    """One treatment: its start on the patient's clock, the ratings listed under it, and why it was given."""

    start_hours: float
    ratings: tuple[Rating, ...]
    redose_reason: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule set: θ_on, θ_off, first hit or confirmed, C and G."""

    response_percent: int
    loss_percent: int
    confirmed: bool
    consecutive_losses: int
    confirm_within_hours: float = 240.0


@dataclass(frozen=True)
class Result:
    """What was concluded from one treatment or course under one rule set."""

    status: str
    reason: str
    baseline: int | None
    n_ratings: int
    onset: Interval | None
    loss: Interval | None
    loss_e2: Interval | None
    duration: Interval | None
    best_improvement_percent: float | None
    flags: frozenset[str]


@dataclass(frozen=True)
class Point:
    """A valid total (y_j) at its instant (t_j, hours since d_1)."""

    instant: float
    total: int
    flags: frozenset[str]
    acute: bool


@dataclass(frozen=True)
class Evidence:
    """What the definitions of section 3 are applied to, once the ratings are sorted out."""

    window: tuple[Point, ...]  # every valid total in the baseline window, dropped ones too
    used: tuple[Point, ...]  # every valid total in the follow-up, dropped ones too
    series: tuple[Point, ...]  # (t_j, y_j), j = 1 … m: the follow-up totals that stand
    last_dose: float  # d_n − d_1
    redosed_at: float  # start of the first treatment afterwards, since d_n; infinity when there is none
    redose_reason: str  # why that treatment was given


# Ratings


def total_of(rating: Rating) -> int | None:
    """Give the total that counts: the last amendment, or what was rated when there is none."""
    if rating.amendments:
        return rating.amendments[-1]
    return rating.score


def flags_of(rating: Rating) -> frozenset[str]:
    """Give the flags a rating carries, "amended" among them."""
    if rating.amendments:
        return rating.flags | {"amended"}
    return rating.flags


def is_acute(rating: Rating) -> bool:
    """Tell whether the drug's own effect may still be felt: within 2 h after its dose, or rated unreal or sleepy."""
    return 0 < rating.hours <= ACUTE_HOURS or "acute" in rating.flags


def points_of(dose: Dose, first: Dose) -> list[Point]:
    """Give every valid total listed under a dose, in hours since the first dose."""
    points = []
    for rating in dose.ratings:
        total = total_of(rating)
        if total is not None:
            instant = (dose.start_hours - first.start_hours) + rating.hours
            points.append(Point(instant, total, flags_of(rating), is_acute(rating)))
    return points


def standing(points: Sequence[Point]) -> tuple[Point, ...]:
    """Keep the highest total at each instant, in order of time; equal highest ones become one with the flags of all."""
    kept = []
    for instant in sorted({point.instant for point in points}):
        here = [point for point in points if point.instant == instant]
        highest = max(point.total for point in here)
        tops = [point for point in here if point.total == highest]
        flags = frozenset(flag for point in tops for flag in point.flags)
        kept.append(Point(instant, highest, flags, any(point.acute for point in tops)))
    return tuple(kept)


def evidence_of(course: Sequence[Dose], following: Dose | None, baseline_window_hours: float) -> Evidence:
    """Sort a course's ratings into baseline window and follow-up, which ends at the first treatment after it."""
    first, last = course[0], course[-1]
    end = INFINITY if following is None else following.start_hours - first.start_hours
    window = [point for point in points_of(first, first) if -baseline_window_hours <= point.instant <= 0]
    used = [point for dose in course for point in points_of(dose, first) if 0 < point.instant < end]
    return Evidence(
        window=tuple(window),
        used=tuple(used),
        series=standing(used),
        last_dose=last.start_hours - first.start_hours,
        redosed_at=INFINITY if following is None else following.start_hours - last.start_hours,
        redose_reason="" if following is None else following.redose_reason,
    )


# Baseline


def baseline_point(evidence: Evidence) -> Point | None:
    """Give B: the last valid total in the baseline window."""
    stands = standing(evidence.window)
    return stands[-1] if stands else None


def reason_not_evaluable(baseline: Point | None, series: Sequence[Point], minimum_baseline: int) -> str:
    """Say why there is no outcome, or nothing when there is one."""
    if baseline is None:
        return "no_baseline"
    if baseline.total < minimum_baseline:
        return "baseline_below_minimum"
    if not series:
        return "no_rating_after_dose"
    return ""


# Onset


def meets(point: Point, baseline: int, rule: Rule) -> bool:
    """M_j: 100·y_j ≤ (100 − θ_on)·B."""
    return 100 * point.total <= (100 - rule.response_percent) * baseline


def near_enough(earlier: Point, later: Point, rule: Rule) -> bool:
    """t_{j+1} − t_j ≤ G, to the microsecond."""
    gap = later.instant - earlier.instant
    return round(gap * MICROSECONDS_PER_HOUR) <= round(rule.confirm_within_hours * MICROSECONDS_PER_HOUR)


def onset_index(series: Sequence[Point], baseline: int, rule: Rule) -> int | None:
    """Find k: the first rating that meets response and, where the rule asks for it, is confirmed by the next."""
    for j, point in enumerate(series):
        if not meets(point, baseline, rule):
            continue
        if not rule.confirmed:
            return j
        if j + 1 < len(series) and meets(series[j + 1], baseline, rule) and near_enough(point, series[j + 1], rule):
            return j
    return None


def last_not_meeting(series: Sequence[Point], baseline: int, rule: Rule) -> float:
    """Give the time of the last rating that does not meet response, 0 if there is none."""
    time = 0.0
    for point in series:
        if not meets(point, baseline, rule):
            time = point.instant
    return time


def is_pending(series: Sequence[Point], k: int | None, baseline: int, rule: Rule) -> bool:
    """Tell whether the last rating meets response and still waits to be confirmed."""
    return k is None and rule.confirmed and meets(series[-1], baseline, rule)


def onset_interval(series: Sequence[Point], k: int | None, baseline: int, rule: Rule) -> Interval:
    """Give (L_on, R_on] in hours since d_1."""
    if k is not None:
        return last_not_meeting(series[:k], baseline, rule), series[k].instant
    if is_pending(series, k, baseline, rule):
        return last_not_meeting(series, baseline, rule), INFINITY
    return series[-1].instant, INFINITY


# Loss


def above_loss_line(point: Point, baseline: int, rule: Rule) -> bool:
    """100·y_j > (100 − θ_off)·B."""
    return 100 * point.total > (100 - rule.loss_percent) * baseline


def loss_candidates(evidence: Evidence, k: int) -> list[int]:
    """Give the j at which loss is looked for: after the onset and after d_n."""
    return [j for j, point in enumerate(evidence.series) if j > k and point.instant > evidence.last_dose]


def loss_index(evidence: Evidence, k: int, baseline: int, rule: Rule) -> int | None:
    """Find l: the first candidate above the loss line, or with C = 2 the first of two consecutive ones."""
    for j in loss_candidates(evidence, k):
        run = evidence.series[j : j + rule.consecutive_losses]
        if len(run) == rule.consecutive_losses and all(above_loss_line(point, baseline, rule) for point in run):
            return j
    return None


def loss_since_first_dose(evidence: Evidence, k: int, baseline: int, rule: Rule) -> Interval:
    """Give (L_off, R_off] in hours since d_1, L not before d_n."""
    series = evidence.series
    found = loss_index(evidence, k, baseline, rule)
    if found is not None:
        lower, upper = series[found - 1].instant, series[found].instant
    elif rule.consecutive_losses == 2 and last_alone_above(evidence, k, baseline, rule):
        lower, upper = series[-2].instant, INFINITY
    else:
        lower, upper = series[-1].instant, INFINITY
    return max(lower, evidence.last_dose), upper


def last_alone_above(evidence: Evidence, k: int, baseline: int, rule: Rule) -> bool:
    """Tell, where C = 2 found no loss, whether the last rating could be the first of two above the line."""
    last = len(evidence.series) - 1
    return last in loss_candidates(evidence, k) and above_loss_line(evidence.series[last], baseline, rule)


def since_last_dose(loss: Interval, evidence: Evidence) -> Interval:
    """Turn loss bounds since d_1 into hours since d_n."""
    return loss[0] - evidence.last_dose, loss[1] - evidence.last_dose


def composite_loss(loss: Interval, evidence: Evidence) -> Interval:
    """E2, in hours since d_n: returning symptoms that led to a new treatment count as loss by its start."""
    if loss[1] == INFINITY and evidence.redose_reason == "symptoms_returned":
        return loss[0], evidence.redosed_at
    return loss


def duration_interval(onset: Interval, loss: Interval) -> Interval:
    """Loss − onset, both in hours since d_1: (max(0, L_off − R_on), R_off − L_on)."""
    return max(0.0, loss[0] - onset[1]), loss[1] - onset[0]


# What is said about all of it


def best_improvement(series: Sequence[Point], baseline: int) -> float | None:
    """Give 100·(B − lowest)/B; nothing when B is 0."""
    if baseline == 0:
        return None
    return float(Fraction(100 * (baseline - min(point.total for point in series)), baseline))


def has_equal_instants(points: Sequence[Point]) -> bool:
    """Tell whether two valid totals share one instant."""
    return len({point.instant for point in points}) < len(points)


def outcome_flags(evidence: Evidence, baseline: Point, k: int | None) -> frozenset[str]:
    """Collect the reasons to look twice."""
    flags = set()
    for point in (baseline, *evidence.series):
        flags |= point.flags & CARRIED_FLAGS
    if k is not None and evidence.series[k].acute:
        flags.add("during_acute_effects")
    totals = [point.total for point in evidence.window]
    if max(totals) - min(totals) >= UNSETTLED_POINTS:
        flags.add("unsettled_baseline")
    if has_equal_instants(evidence.window) or has_equal_instants(evidence.used):
        flags.add("equal_instants")
    return frozenset(flags)


def not_evaluable(reason: str, baseline: Point | None, n_ratings: int) -> Result:
    """Give the result that only says why there is none."""
    total = None if baseline is None else baseline.total
    return Result("not_evaluable", reason, total, n_ratings, None, None, None, None, None, frozenset())


def conclude(evidence: Evidence, rule: Rule, minimum_baseline: int) -> Result:
    """Apply the definitions in the order of the page."""
    start, series = baseline_point(evidence), evidence.series
    reason = reason_not_evaluable(start, series, minimum_baseline)
    if start is None or reason:
        return not_evaluable(reason, start, len(series))
    baseline = start.total
    k = onset_index(series, baseline, rule)
    onset = onset_interval(series, k, baseline, rule)
    loss = loss_e2 = duration = None
    if k is None:
        status = "pending" if is_pending(series, k, baseline, rule) else "no_response"
    else:
        loss_d1 = loss_since_first_dose(evidence, k, baseline, rule)
        status = "responding" if loss_d1[1] == INFINITY else "lost"
        loss = since_last_dose(loss_d1, evidence)
        loss_e2 = composite_loss(loss, evidence)
        duration = duration_interval(onset, loss_d1)
    best = best_improvement(series, baseline)
    flags = outcome_flags(evidence, start, k)
    return Result(status, "", baseline, len(series), onset, loss, loss_e2, duration, best, flags)


# Treatments and courses


def by_start(doses: Sequence[Dose]) -> list[int]:
    """Give the places of the doses in order of their start."""
    return sorted(range(len(doses)), key=lambda index: doses[index].start_hours)


def joins(dose: Dose, previous: Dose) -> bool:
    """Tell whether a treatment continues the running course: planned, and at most 14 d after the previous one."""
    return dose.redose_reason == "planned" and dose.start_hours - previous.start_hours <= COURSE_GAP_HOURS


def courses_of(doses: Sequence[Dose]) -> list[list[int]]:
    """Group the places of the doses into courses, in order of start."""
    courses: list[list[int]] = []
    for index in by_start(doses):
        if courses and joins(doses[index], doses[courses[-1][-1]]):
            courses[-1].append(index)
        else:
            courses.append([index])
    return courses


def group_results(
    doses: Sequence[Dose],
    groups: Sequence[Sequence[int]],
    rule: Rule,
    minimum_baseline: int,
    baseline_window_hours: float,
) -> list[tuple[int, Result]]:
    """Conclude each group of doses, given in order of start; the next group's first dose ends its follow-up."""
    results = []
    for place, group in enumerate(groups):
        following = doses[groups[place + 1][0]] if place + 1 < len(groups) else None
        evidence = evidence_of([doses[index] for index in group], following, baseline_window_hours)
        results.append((group[0], conclude(evidence, rule, minimum_baseline)))
    return results


def treatment_results(
    doses: Sequence[Dose],
    rule: Rule,
    *,
    minimum_baseline: int,
    baseline_window_hours: float,
) -> list[Result]:
    """Give one result per dose, in the given order."""
    groups = [[index] for index in by_start(doses)]
    found = dict(group_results(doses, groups, rule, minimum_baseline, baseline_window_hours))
    return [found[index] for index in range(len(doses))]


def course_results(
    doses: Sequence[Dose],
    rule: Rule,
    *,
    minimum_baseline: int,
    baseline_window_hours: float,
) -> list[tuple[int, Result]]:
    """Give one result per course, in order of start, with the place of its first dose."""
    return group_results(doses, courses_of(doses), rule, minimum_baseline, baseline_window_hours)
