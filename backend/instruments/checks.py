"""What must hold between the fields of an instrument, whoever wrote its file."""

import re

from backend.instruments.instrument import Instrument
from backend.instruments.table import mistake

OWN_MARK = "[own]"  # opens the source of a translation that is ours; whoever reads the questions is told
DESIGN_MARK = "[design]"  # opens the reason for a number that we chose and no publication gives

_NEEDED = {"outcome": ("baseline_window_hours", "minimum_baseline"), "flag": ("flag_from",), "change": ()}
_CHANGES = ("reliable_change", "mcid", "unsettled_baseline_change")
_ONLY_FOR = dict.fromkeys((*_NEEDED["outcome"], *_CHANGES), "outcome") | dict.fromkeys(_NEEDED["flag"], "flag")

_LOINC_TERM = re.compile(r"\d+-\d")
_LOINC_ANSWER = re.compile(r"LA\d+-\d")


def check(instrument: Instrument) -> None:
    """Raise ValueError naming slug, field, finding and expectation for the first thing that does not hold."""
    _check_plain_numbers(instrument)
    _check_role(instrument)
    _check_anchors(instrument)
    _check_thresholds(instrument)
    _check_bands(instrument)
    _check_sources(instrument)
    _check_loinc(instrument)
    _check_given(instrument)
    _check_wording(instrument)


def _check_plain_numbers(instrument: Instrument) -> None:
    if instrument.version < 1:
        raise mistake(instrument.slug, "version", instrument.version, "1 or more")
    if instrument.recall_hours < 0:
        raise mistake(instrument.slug, "recall_hours", instrument.recall_hours, "0 (right now) or more")
    window = instrument.baseline_window_hours
    if window is not None and window[1] > 0:
        raise mistake(
            instrument.slug, "baseline_window_hours", list(window), "an end not after the treatment's start, 0"
        )
    if instrument.role == "outcome" and instrument.answer_minimum != 0:
        # Response is a share of baseline, which means nothing where the best rating is not zero.
        answers = [instrument.answer_minimum, instrument.answer_maximum]
        raise mistake(instrument.slug, "answer_range", answers, "a range from 0, since the role is outcome")


def _check_role(instrument: Instrument) -> None:
    for name in _NEEDED[instrument.role]:
        if getattr(instrument, name) is None:
            raise ValueError(f"{instrument.slug}: {name} is missing, expected since the role is {instrument.role}")
    for name, role in _ONLY_FOR.items():
        found = getattr(instrument, name)
        if found is not None and instrument.role != role:
            raise mistake(instrument.slug, name, found, f"to be left out, since the role is {instrument.role}")


def _check_anchors(instrument: Instrument) -> None:
    lowest, highest = instrument.answer_minimum, instrument.answer_maximum
    for answer in instrument.anchors:
        if not lowest <= answer <= highest:
            raise mistake(instrument.slug, "a key of anchors", answer, f"an answer from {lowest} to {highest}")
    if not {lowest, highest} <= instrument.anchors.keys():
        raise mistake(
            instrument.slug, "anchors", dict(instrument.anchors), f"labels for both ends, {lowest} and {highest}"
        )


def _check_thresholds(instrument: Instrument) -> None:
    lowest, highest = instrument.total_minimum, instrument.total_maximum
    limits = {
        "minimum_baseline": (lowest, highest),
        "flag_from": (lowest, highest),
        "prorate_from": (0, len(instrument.items) - 1),
    } | dict.fromkeys(_CHANGES, (0, highest - lowest))
    for name, (above, up_to) in limits.items():
        found = getattr(instrument, name)
        if found is not None and not above < found <= up_to:
            raise mistake(instrument.slug, f"{name}.value", found, f"a number above {above} and up to {up_to}")


def _check_bands(instrument: Instrument) -> None:
    if not instrument.bands:
        return
    expected = instrument.total_minimum
    for place, band in enumerate(instrument.bands, start=1):
        field = f"bands.ranges[{place}]"
        if band.minimum != expected:
            wanted = f"{expected}: bands start at the lowest total, in order, without gap or overlap"
            raise mistake(instrument.slug, f"{field}.minimum", band.minimum, wanted)
        if not band.minimum <= band.maximum <= instrument.total_maximum:
            wanted = f"a total from {band.minimum} to {instrument.total_maximum}"
            raise mistake(instrument.slug, f"{field}.maximum", band.maximum, wanted)
        expected = band.maximum + 1
    if expected <= instrument.total_maximum:
        wanted = f"{instrument.total_maximum}: the last band ends at the highest total"
        raise mistake(instrument.slug, f"{field}.maximum", band.maximum, wanted)


def _check_sources(instrument: Instrument) -> None:
    stated = [(f"{name}.source", text) for name, text in instrument.basis.items()]
    stated += [("bands.source", band.source) for band in instrument.bands]
    for field, text in stated:
        reason = text.removeprefix(DESIGN_MARK)
        is_design = reason != text and bool(reason.strip())
        if not is_design and not any(citation in text for citation in instrument.sources):
            wanted = f"a citation listed under sources, or {DESIGN_MARK} and the reason"
            raise mistake(instrument.slug, field, text, wanted)


def _check_loinc(instrument: Instrument) -> None:
    if instrument.loinc is None:
        return
    terms = [instrument.loinc.panel, instrument.loinc.total, *(item.loinc for item in instrument.items)]
    for code in filter(None, terms):
        if not _LOINC_TERM.fullmatch(code):
            raise mistake(instrument.slug, "a code of loinc", code, "a LOINC term such as 70274-6")
    for code in instrument.loinc.answers.values():
        if not _LOINC_ANSWER.fullmatch(code):
            raise mistake(instrument.slug, "a code of loinc.answers", code, "a LOINC answer such as LA6568-5")


def _check_given(instrument: Instrument) -> None:
    given = instrument.given
    if given is None:
        return
    if given.baseline and instrument.role != "outcome":
        raise mistake(
            instrument.slug, "given.baseline", given.baseline, f"to be left out, since the role is {instrument.role}"
        )
    if given.every_weeks is not None and given.every_weeks < 1:
        raise mistake(instrument.slug, "given.every_weeks", given.every_weeks, "1 or more")
    if given.every_weeks is not None and given.from_hours is not None:
        raise mistake(instrument.slug, "given.from_hours", given.from_hours, "to be left out beside every_weeks")


def _check_wording(instrument: Instrument) -> None:
    if not instrument.wording:
        return
    field = f"translations.{instrument.language}.source"
    if instrument.wording.startswith(OWN_MARK):
        if instrument.label is None:
            raise ValueError(f"{instrument.slug}: {field} says it is ours, expected a label beside it that says so too")
    elif not any(citation in instrument.wording for citation in instrument.sources):
        wanted = f"a citation listed under sources, or {OWN_MARK} and by whom"
        raise mistake(instrument.slug, field, instrument.wording, wanted)
