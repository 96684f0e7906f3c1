"""One self-contained page that a person can read: curves, tables, population, rules, missingness."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from string import Template

from backend.analysis.cli.claims import beside, claims_of, table_rows
from backend.analysis.cli.pictures import notes, pictures
from backend.analysis.cli.run import Answer
from backend.analysis.cohorts.estimate import (
    FEWEST_EVENTS_FOR_MEDIAN_CI,
    SMALLEST_COHORT,
    CohortEstimate,
)
from backend.analysis.cohorts.population import Population
from backend.analysis.cohorts.response import RMDOR_HOURS
from backend.analysis.cohorts.telling.wording import UNKNOWN, days_words, median_interval_words, median_words
from backend.analysis.outcomes.table import STATUSES
from backend.analysis.schedule import Protocol
from backend.charts import CohortPicture, cohort_svg, stylesheet
from backend.charts.parts.markup import clean

TITLE = "How fast relief came, and how long it lasted"
HONESTY = (
    "Relief without a blinded comparison is not efficacy, and “at most half of baseline” is a stricter test than "
    "“feels better”."
)
TOO_SMALL = f"No cohort has the {SMALLEST_COHORT} that an estimate needs."
PHONE_PX, DESK_PX = 360, 760  # layout widths of the two drawings of each picture; charts.css shows no wider one
SMALL_P = 0.01  # below it p is told by its first digit

Rows = list[list[str]]


def report_html(answer: Answer, source: str) -> str:
    """Return the report on one file of ratings; `source` names it."""
    folder = resources.files("backend.analysis.cli")
    style = stylesheet() + folder.joinpath("report.css").read_text("utf-8")
    count = len(answer.outcomes)
    told = [
        f"{count} {'outcome' if count == 1 else 'outcomes'} from {source}, protocol {answer.question.protocol.slug}.",
        *notes(answer, answer.cohorts),
        *_set_aside(answer),
        HONESTY,
    ]
    body = [
        *(f"<p>{_text(sentence)}</p>" for sentence in told),
        *(_figure(picture) for picture in pictures(answer).values()),
        "<h2>In numbers</h2>",
        *([_in_response(answer), _times(answer)] if any(answer.estimates) else [f"<p>{TOO_SMALL}</p>"]),
        *([_claims(answer)] if any(answer.estimates) else []),
        *([_tests(answer)] if answer.comparisons else []),
        "<h2>Outcomes and missingness</h2>",
        _statuses(answer),
        *([_missingness(answer)] if answer.cohorts else []),
    ]
    page = Template(folder.joinpath("report.html").read_text("utf-8"))
    return page.substitute(title=_text(TITLE), stylesheet=style, body="\n".join(body))


def _text(words: str) -> str:
    return escape(clean(words))


def _set_aside(answer: Answer) -> list[str]:
    counts = ", ".join(f"{count} of {slug}" for slug, count in answer.set_aside.items())
    return [f"Ratings that have no outcomes of their own: {counts}."] if counts else []


def _figure(picture: CohortPicture) -> str:
    wide, narrow = (cohort_svg(picture, width=width) for width in (DESK_PX, PHONE_PX))
    return f'<figure class="chart-pair">{wide}{narrow}</figure>'


@dataclass(frozen=True, slots=True)
class _Shown:
    """A cohort large enough for an estimate, under E1 or E2."""

    name: str
    population: Population
    estimate: CohortEstimate

    def followed(self, protocol: Protocol) -> float:
        """Return the time of the last check-in that anybody answered, hours."""
        return float(protocol.grid_hours[self.population.check_ins_followed])


def _shown(answer: Answer, estimates: list[CohortEstimate | None]) -> list[_Shown]:
    return [
        _Shown(answer.name_of(cohort.instrument, cohort.group), cohort, estimate)
        for cohort, estimate in zip(answer.cohorts, estimates, strict=True)
        if estimate is not None
    ]


def _in_response(answer: Answer) -> str:
    cohorts = _shown(answer, answer.estimates)
    rows = [["n", *(str(one.estimate.n) for one in cohorts)]]
    rows += [
        [check_in.name, *(_share(one, at) for one in cohorts)]
        for at, check_in in enumerate(answer.question.protocol.check_ins, start=1)
    ]
    return _table(
        "Probability of being in response",
        "In brackets its 95 % interval, by bootstrap over patients; there is none where all were alike, which is no "
        f"certainty. {UNKNOWN}: nobody was rated from there on.",
        ["Check-in", *(one.name for one in cohorts)],
        rows,
    )


def _times(answer: Answer) -> str:
    protocol = answer.question.protocol
    cohorts = _shown(answer, answer.estimates)
    under_e2 = _shown(answer, answer.estimates_e2) if answer.estimates_e2 else []
    rows = [
        ["Median onset", *(median_words(one.estimate.onset_median) for one in cohorts)],
        ["95 % interval", *(median_interval_words(one.estimate.onset_median) for one in cohorts)],
        *_loss_rows(cohorts, protocol, ""),
        *(_loss_rows(under_e2, protocol, " (E2)") if under_e2 else ()),
        ["Points moved back", *(str(one.estimate.response.clipped) for one in cohorts)],
    ]
    note = (
        f"Medians are of all treated, told as the interval in which they lie; their 95 % intervals are given from "
        f"{FEWEST_EVENTS_FOR_MEDIAN_CI} events on. The mean is given where somebody was rated until its end; its band "
        "is what the estimates leave open between check-ins. Where the estimate left 0 to 100 %, its points were moved "
        "back. E2 counts a dose given because symptoms returned as loss."
    )
    return _table("Times", note, ["", *(one.name for one in cohorts)], rows)


def _loss_rows(cohorts: list[_Shown], protocol: Protocol, under: str) -> Rows:
    reached = [one.followed(protocol) >= RMDOR_HOURS for one in cohorts]
    means = [f"{one.estimate.mean_duration.estimate / 24:.1f}" for one in cohorts]
    intervals = [days_words(one.estimate.mean_duration_confidence) for one in cohorts]
    return [
        [f"Median loss{under}", *(median_words(one.estimate.loss_median) for one in cohorts)],
        [f"95 % interval{under}", *(median_interval_words(one.estimate.loss_median) for one in cohorts)],
        [f"Mean days in response, of {RMDOR_HOURS / 24:.0f}{under}", *_where(reached, means)],
        [f"95 % interval{under}", *_where(reached, intervals)],
        [f"Band{under}", *(days_words(one.estimate.mean_duration) for one in cohorts)],
    ]


def _where(known: list[bool], texts: list[str]) -> list[str]:
    return [text if one else UNKNOWN for one, text in zip(known, texts, strict=True)]


def _claims(answer: Answer) -> str:
    found = claims_of(answer)
    rules = answer.question.rules.name
    note = f"Under {rules}; in brackets the 95 % interval. Of a median, and between two check-ins, both ends are told."
    table = _table("What clinics tell patients", note, ["", *found], table_rows(found))
    return table + "".join(f'<p class="quiet">{_text(words)}</p>' for words in beside())


def _tests(answer: Answer) -> str:
    kinds = list(dict.fromkeys(one.test.scores for one in answer.comparisons))
    rows: dict[str, list[str]] = {}
    for one in answer.comparisons:
        first, second = (answer.name_of(one.instrument, group) for group in (one.group_a, one.group_b))
        counts = f"{one.n_a}, {one.n_b}"
        rows.setdefault(f"{one.event}: {first}, {second}", [counts]).append(_test(one.test.z, one.test.p))
    return _table(
        "Two-sample tests",
        f"Weighted log-rank tests; z above 0 says earlier in the first group. Sun's is the test, the others show how "
        f"far it depends on its scores; p is not adjusted for their number. "
        f"{UNKNOWN}: nothing to compare, or fewer than {SMALLEST_COHORT} in a group.",
        ["Event and groups", "n", *(kind.capitalize() for kind in kinds)],
        [[title, *cells] for title, cells in rows.items()],
    )


def _statuses(answer: Answer) -> str:
    names = ["instrument", "status", "reason"]
    counts = Counter(zip(*(answer.outcomes[name].tolist() for name in names), strict=True))
    order = STATUSES.tolist()
    rows = [
        [
            f"{status} ({reason})".replace(" ()", "").replace("_", " "),
            instrument,
            str(counts[instrument, status, reason]),
        ]
        for instrument, status, reason in sorted(counts, key=lambda one: (one[0], -order.index(one[1]), one[2]))
    ]
    return _table(
        "Status", "Every outcome in the file, also of later treatments.", ["", "Instrument", "Outcomes"], rows
    )


def _missingness(answer: Answer) -> str:
    names = [answer.name_of(cohort.instrument, cohort.group) for cohort in answer.cohorts]
    rows = [
        [check_in.name, *(_of(int(cohort.answered[at]), int(cohort.due[at])) for cohort in answer.cohorts)]
        for at, check_in in enumerate(answer.question.protocol.check_ins)
    ]
    return _table("Check-ins answered", "Of those due before the next treatment.", ["Check-in", *names], rows)


def _table(title: str, note: str, header: Sequence[str], rows: Rows) -> str:
    """Return an accessible table whose first column heads its rows; wide ones scroll on their own."""
    name = title.lower().replace(" ", "-")
    corner, *titles = (_text(text) for text in header)
    head = f"<th>{corner}</th>" if corner else "<td></td>"
    head += "".join(f'<th scope="col">{text}</th>' for text in titles)
    lines = "".join(
        f'<tr><th scope="row">{_text(first)}</th>{"".join(f"<td>{_text(cell)}</td>" for cell in cells)}</tr>\n'
        for first, *cells in rows
    )
    return (
        f'<h3 id="{name}">{_text(title)}</h3>\n<p class="quiet">{_text(note)}</p>\n'
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{name}">'
        f'<table aria-labelledby="{name}">\n<thead><tr>{head}</tr></thead>\n<tbody>{lines}</tbody></table></div>'
    )


def _share(cohort: _Shown, at: int) -> str:
    if at > cohort.population.check_ins_followed:
        return UNKNOWN
    curve = cohort.estimate.in_response
    low, high = curve.confidence.lower[at], curve.confidence.upper[at]
    interval = f" ({100 * low:.0f} to {100 * high:.0f})" if high > low else ""
    return f"{100 * curve.estimate[at]:.0f} %{interval}"


def _test(z: float | None, p: float | None) -> str:
    if z is None or p is None:
        return UNKNOWN
    return f"z {z:.2f}, p {p:.2f}" if p >= SMALL_P else f"z {z:.2f}, p {p:.1g}"


def _of(answered: int, due: int) -> str:
    return f"{answered} of {due}" if due else UNKNOWN
