"""The two-sample tests of two groups as a page tells them: Sun's first, others for who wants to know."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.analysis.cohorts.comparison import Comparison
from backend.analysis.cohorts.estimate import SMALLEST_COHORT
from backend.charts.words import decimal_mark
from backend.tracking.cohorts import Compared
from backend.web.clinician.cohorts.numbers import NOTHING, datum

EVENTS = {"onset": gettext_lazy("Onset"), "loss": gettext_lazy("Loss")}
SCORES = {"sun": "Sun", "finkelstein": "Finkelstein", "wilcoxon": "Wilcoxon"}
SMALL_P = 0.001  # below it p is told as smaller than that
THREE_DECIMALS_P = 0.1


@dataclass(frozen=True, slots=True)
class Test:
    """One event under one kind of score: what it says in words, z and p."""

    event: str
    scores: str
    is_main: bool
    words: str
    z: SafeString
    p: SafeString


def tests_of(found: Compared, names: dict[str, str]) -> list[Test]:
    """Return the tests of two groups."""
    return [
        Test(
            event=str(EVENTS[one.event]),
            scores=SCORES[one.test.scores],
            is_main=one.test.scores == "sun",
            words=_words(one, names),
            z=NOTHING if one.test.z is None else datum(one.test.z, _decimal(f"{one.test.z:.2f}".replace("-", "−"))),
            p=NOTHING if one.test.p is None else datum(one.test.p, _p(one.test.p)),
        )
        for one in found.tests
    ]


def _words(one: Comparison, names: dict[str, str]) -> str:
    if min(one.n_a, one.n_b) < SMALLEST_COHORT:
        return _("not tested: fewer than {smallest} in a group").format(smallest=SMALLEST_COHORT)
    if one.test.z is None:
        return _("not tested: nothing differs")
    if one.test.z == 0:
        return _("neither earlier")
    return _("earlier in: {group}").format(group=names[one.group_a if one.test.z > 0 else one.group_b])


def _p(p: float) -> str:
    return (
        f"< {_decimal(str(SMALL_P))}" if p < SMALL_P else _decimal(f"{p:.3f}" if p < THREE_DECIMALS_P else f"{p:.2f}")
    )


def _decimal(text: str) -> str:
    return text.replace(".", decimal_mark())
