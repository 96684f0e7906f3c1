"""The marks that make a rating, or an outcome, worth a second look."""

from enum import IntFlag


class Flag(IntFlag):
    """One bit a mark; the names are those of the exports."""

    during_acute_effects = 1
    during_administration = 2
    after_rescue = 4
    late = 8
    offline = 16
    suspect_time = 32
    amended = 64
    lookback_overlaps_dose = 128
    equal_instants = 256
    unsettled_baseline = 512


ACUTE_HOURS = 2.0  # [design] the drug's own effect can still be at work this long after the start of a dose


def flag_text(bits: int) -> str:
    """Return the names of the set bits, joined by semicolons."""
    return ";".join(flag.name or "" for flag in Flag if flag & bits)
