"""One treatment of a file as a response curve."""

import math

import numpy as np

from backend.analysis.arrays import Floats
from backend.analysis.cli.csv_file import BadInputError
from backend.analysis.cli.pictures import NO_ORDER
from backend.analysis.cli.ratings_file import RatingsFile
from backend.analysis.cohorts.telling.notes import under_e1
from backend.analysis.outcomes.flags import flag_text
from backend.analysis.outcomes.kernel import Outcomes, Status, outcomes_of
from backend.analysis.outcomes.rules import RuleSet
from backend.analysis.outcomes.sentences import Told, sentence
from backend.analysis.outcomes.study import Labelled, episodes_per_treatment
from backend.analysis.schedule import Protocol
from backend.charts import Band, Dose, Miss, Point, ResponseCurve
from backend.instruments import Instrument, known


def response_curve(
    file: RatingsFile, rules: RuleSet, protocol: Protocol, *, patient: str | None, treatment: str | None
) -> ResponseCurve:
    """Return the curve of the named treatment, in the first instrument of the file that it was rated with.

    `BadInputError` when the names do not single out one treatment, or its ratings have no outcome.
    """
    row = _row(file, patient, treatment)
    slug = _slug(file, row)
    labelled = episodes_per_treatment(file.study, {slug: file.series[slug]})
    at = int(np.argmax(labelled.labels["treatment"] == row))
    outcomes = outcomes_of(labelled.episodes, rules)
    baseline = float(outcomes.baseline[at])
    known_baseline = None if math.isnan(baseline) else baseline
    scale = {one.slug: one for one in known()}.get(slug)
    ratings = file.study.ratings.query("at == @row and instrument == @slug").sort_values("hours")
    chosen = file.study.treatments.iloc[row]
    return ResponseCurve(
        title=f"{chosen['patient']}, treatment {chosen['treatment']}",
        instrument=scale.title if scale else slug,
        minimum=scale.total_minimum if scale else 0.0,
        maximum=scale.total_maximum if scale else float(ratings["score"].max()) or 1.0,
        points=_points(ratings["hours"].to_numpy(), ratings["score"].to_numpy(), labelled, at),
        misses=_misses(labelled, at, protocol),
        doses=(Dose(0.0, "dose"),),
        baseline=known_baseline,
        response_at=None if known_baseline is None else baseline * rules.response_at_most_percent / 100,
        lost_above=None if known_baseline is None else baseline * rules.lost_above_percent / 100,
        onset=_band(outcomes, "onset", at),
        loss=_band(outcomes, "loss", at),
        sentence=sentence(Told.of(outcomes, at), rules),
        notes=_notes(rules, scale, starts_known=file.study.has_starts),
    )


def _row(file: RatingsFile, patient: str | None, treatment: str | None) -> int:
    treatments = file.study.treatments
    fits = np.ones(len(treatments), dtype=bool)
    for column, name in (("patient", patient), ("treatment", treatment)):
        if name is not None:
            fits &= (treatments[column] == name).to_numpy()
    if fits.sum() != 1:
        raise BadInputError(
            f"{file.path}: {int(fits.sum())} treatments fit; expected --patient and --treatment to name one"
        )
    return int(np.argmax(fits))


def _slug(file: RatingsFile, row: int) -> str:
    rated = set(file.study.ratings["instrument"][file.study.ratings["at"] == row])
    for slug in file.series:
        if slug in rated:
            return slug
    raise BadInputError(f"{file.path}: that treatment has no ratings of {', '.join(file.series)}; expected some")


def _points(hours: Floats, score: Floats, labelled: Labelled, at: int) -> tuple[Point, ...]:
    """Return every rating in the file; those of the follow-up with the flags that they carry."""
    episodes = labelled.episodes
    mine = slice(episodes.start[at], episodes.start[at + 1])
    flags = dict(zip(episodes.hours[mine].tolist(), map(flag_text, episodes.flags[mine].tolist()), strict=True))
    return tuple(
        Point(hour, total, tuple(filter(None, flags.get(hour, "").replace("_", " ").split(";"))))
        for hour, total in zip(hours.tolist(), score.tolist(), strict=True)
    )


def _misses(labelled: Labelled, at: int, protocol: Protocol) -> tuple[Miss, ...]:
    """Return the check-ins that closed unanswered before the last rating; of later ones a file says nothing."""
    episodes = labelled.episodes
    hours = episodes.hours[episodes.start[at] : episodes.start[at + 1]]
    last = hours.max(initial=0.0)
    answered = set(protocol.check_in_at(hours).tolist())
    return tuple(
        Miss(check_in.nominal)
        for number, check_in in enumerate(protocol.check_ins)
        if check_in.closes <= last and number not in answered
    )


def _band(outcomes: Outcomes, event: str, at: int) -> Band | None:
    lower, upper = (float(getattr(outcomes, f"{event}_{end}")[at]) for end in ("lower", "upper"))
    unknown = math.isnan(lower) or (event == "onset" and outcomes.status[at] == Status.not_evaluable)
    return None if unknown else Band(lower, upper)


def _notes(rules: RuleSet, scale: Instrument | None, *, starts_known: bool) -> tuple[str, ...]:
    return (
        rules.in_words(),
        under_e1() if starts_known else NO_ORDER,
        *([scale.label] if scale and scale.label else []),
    )
