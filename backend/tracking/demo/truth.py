"""What is true of the finished demo patients, as a file that no estimate has touched, for curves to be held against."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.analysis.schedule import protocol
from backend.tracking.demo.finished import Finished
from backend.tracking.demo.shapes import SHAPES, Shape


def write(path: Path, everybody: Sequence[Finished], *, seed: int, now: datetime) -> None:
    """Write JSON: by group its shape and the true shares at each check-in, then every patient. Infinity is null."""
    groups = {shape.slug: _group(shape, [one for one in everybody if one.shape is shape]) for shape in SHAPES}
    content = {"seed": seed, "now": now.isoformat(), "groups": groups, "patients": [_patient(one) for one in everybody]}
    path.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", "utf-8")


def _group(shape: Shape, patients: Sequence[Finished]) -> dict[str, Any]:
    """Return the shape and, of evaluable patients, who is in relief and whose relief had begun at each check-in."""
    evaluable = [one.truth for one in patients if one.evaluable]
    hours = [one.nominal for one in protocol(shape.protocol).check_ins]
    return {
        "shape": asdict(shape),
        "n": len(evaluable),
        "hours": hours,
        "begun": [_share(one.onset_hours <= at for one in evaluable) for at in hours],
        "in_relief": [_share(one.in_relief(at) for one in evaluable) for at in hours],
    }


def _patient(one: Finished) -> dict[str, Any]:
    waits = {
        "onset_hours": one.truth.onset_hours,
        "loss_hours": one.truth.loss_hours,
        "redosed_hours": one.redosed_hours,
    }
    return {
        "code": one.story.code,
        "group": one.shape.slug,
        "indication": one.indication,
        "evaluable": one.evaluable,
        "responds": one.truth.responds,
        **{name: wait if math.isfinite(wait) else None for name, wait in waits.items()},
    }


def _share(held: Iterable[bool]) -> float | None:
    """Return the share of those of whom it holds, None where there is nobody."""
    answers = list(held)
    return sum(answers) / len(answers) if answers else None
