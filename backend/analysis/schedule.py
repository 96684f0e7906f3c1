"""The planned occasions to rate after a dose, read from the protocols that ship as data."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from backend.analysis.arrays import Floats, Ints

DEFAULT_PROTOCOL = "hourly-weekly"
PROTOCOLS = ("hourly-weekly", "hourly-bridged-weekly", "weekly")
COURSE_GAP_HOURS = 14 * 24  # [design] a planned treatment at most this long after the one before continues its course


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One planned occasion, in hours since the start of the dose: due at `nominal`, open in [opens, closes)."""

    name: str
    nominal: float
    opens: float
    closes: float


@dataclass(frozen=True, slots=True)
class Protocol:
    """A named, versioned series of check-ins in order of time, their windows apart from each other."""

    slug: str
    version: int
    title: str
    description: str
    limits: str
    check_ins: tuple[CheckIn, ...]

    def __post_init__(self) -> None:
        end = 0.0
        for check_in in self.check_ins:
            if not end <= check_in.opens <= check_in.nominal < check_in.closes:
                raise ValueError(f"{self.slug}: the window of {check_in.name} does not follow the one before it")
            end = check_in.closes

    @property
    def nominal_hours(self) -> Floats:
        """Return when each check-in is due."""
        return np.array([check_in.nominal for check_in in self.check_ins], dtype=float)

    @property
    def grid_hours(self) -> Floats:
        """Return the times that a cohort's spans end at: 0, when each check-in is due, and inf."""
        return np.concatenate([[0.0], self.nominal_hours, [np.inf]])

    def check_in_at(self, hours: Floats) -> Ints:
        """Return the number of the check-in whose window holds each time, -1 where none does."""
        opens = np.array([check_in.opens for check_in in self.check_ins])
        closes = np.array([check_in.closes for check_in in self.check_ins])
        last_opened = np.searchsorted(opens, hours, side="right") - 1
        return np.where((last_opened >= 0) & (hours < closes[last_opened]), last_opened, -1)


@cache
def protocol(slug: str) -> Protocol:
    """Return the protocol of that name; ValueError lists the known ones."""
    if slug not in PROTOCOLS:
        raise ValueError(f"no protocol {slug!r}; expected one of {', '.join(PROTOCOLS)}")
    text = resources.files("backend.analysis").joinpath("protocols", f"{slug}.toml").read_text("utf-8")
    content = tomllib.loads(text)
    check_ins = tuple(CheckIn(**entry) for entry in content.pop("check_ins"))
    return Protocol(**content, check_ins=check_ins)
