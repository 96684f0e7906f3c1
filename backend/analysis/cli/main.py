"""The command line: read a file, analyse it, write the results."""

import argparse
import gc
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from backend.analysis.cli.csv_file import BadInputError
from backend.analysis.cli.intervals_file import npmle_json, read_intervals
from backend.analysis.cli.one_treatment import response_curve
from backend.analysis.cli.pictures import standalone_svgs
from backend.analysis.cli.ratings_file import read_ratings
from backend.analysis.cli.report import report_html
from backend.analysis.cli.run import Question, answer
from backend.analysis.cli.tables import comparison_csv, curves_csv, npmle_csv, outcomes_csv
from backend.analysis.cli.writing import print_all, write_together
from backend.analysis.intervals.npmle import GAP_TOLERANCE
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET, RULE_SETS, rule_set
from backend.analysis.schedule import DEFAULT_PROTOCOL, PROTOCOLS, protocol
from backend.charts import response_svg

BAD_INPUT = 2
INTERRUPTED = 130  # what shells say of Ctrl-C
USUAL_COLUMNS, USUAL_ROWS = 80, 24
STEPS = 6  # reading, outcomes, cohorts, comparisons, report, writing
SOMETIMES_WRITTEN = re.compile(r"comparison\.csv|(in_response|onset|loss)(-\d+)?\.svg")


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {' '.join(message.split())}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after one line on standard error when the input cannot be used."""
    chosen = _parser().parse_args(arguments)
    try:
        chosen.run(chosen)
    except BadInputError as reason:
        _complain(str(reason))
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _complain(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 -- this is the command line's voice


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m backend.analysis", description="How fast relief came, and how long it lasted.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    outcomes = commands.add_parser("outcomes", help="ratings in; outcomes, cohort curves and a report out")
    _add_common(outcomes)
    outcomes.add_argument("--out", type=_place, required=True, metavar="DIR", help="folder for the results")
    outcomes.add_argument("--by", metavar="COLUMN", help="form cohorts by this column and compare them")
    outcomes.add_argument("--unit", choices=("treatment", "course"), default="treatment", help="what an outcome is of")
    outcomes.add_argument("--exclude-flagged", action="store_true", help="leave out ratings worth a second look")
    outcomes.set_defaults(run=_outcomes)

    curve = commands.add_parser("curve", help="ratings in; the picture of one treatment out")
    _add_common(curve)
    curve.add_argument("--out", type=_place, required=True, metavar="FILE.svg", help="the picture")
    curve.add_argument("--patient", help="whose treatment")
    curve.add_argument("--treatment", help="which treatment")
    curve.set_defaults(run=_curve)

    npmle = commands.add_parser("npmle", help="intervals in; the estimated distribution as JSON out")
    npmle.add_argument("file", type=Path, metavar="INTERVALS.csv", help="left, right and optional weight, group")
    npmle.add_argument("--tol", type=_positive, default=GAP_TOLERANCE, help="largest gap of the certificate")
    npmle.set_defaults(run=_npmle)
    return parser


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="RATINGS.csv", help="one row a rating")
    command.add_argument("--rule-set", choices=RULE_SETS, default=DEFAULT_RULE_SET, help="what counts as response")
    command.add_argument("--protocol", choices=PROTOCOLS, default=DEFAULT_PROTOCOL, help="the planned check-ins")
    command.add_argument("--min-baseline", type=_positive, metavar="B", help="smallest baseline that is evaluated")
    command.add_argument(
        "--confirm-within", type=_positive, metavar="HOURS", help="longest wait for the confirming rating"
    )


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a finite number above 0")
    return number


def _place(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("''; expected a path")
    return Path(text)


def _outcomes(chosen: argparse.Namespace) -> None:
    question = Question(
        rules=rule_set(chosen.rule_set).confirmed_within(chosen.confirm_within),
        protocol=protocol(chosen.protocol),
        by=chosen.by,
        per_course=chosen.unit == "course",
        exclude_flagged=chosen.exclude_flagged,
    )
    texts: list[Future[str]] = []
    with _no_collecting(), _progress() as step, ThreadPoolExecutor(max_workers=1) as meanwhile:
        step("reading")
        file = read_ratings(chosen.file, by=chosen.by, minimum_baseline=chosen.min_baseline)
        if question.per_course and not file.study.has_starts:
            raise BadInputError(f"{chosen.file}, line 1, column treated_at: not there; expected for --unit course")
        found = answer(file, question, step, lambda table: texts.append(meanwhile.submit(outcomes_csv, table)))
        step("report")
        files = {
            "outcomes.csv": texts[0].result(),
            "curves.csv": curves_csv(found),
            "npmle.csv": npmle_csv(found),
            "report.html": report_html(found, chosen.file.name),
            **standalone_svgs(found),
        }
        if chosen.by:
            files["comparison.csv"] = comparison_csv(found)
        step("writing")
        write_together(chosen.out, files, obsolete=SOMETIMES_WRITTEN.fullmatch)


def _curve(chosen: argparse.Namespace) -> None:
    rules = rule_set(chosen.rule_set).confirmed_within(chosen.confirm_within)
    file = read_ratings(chosen.file, minimum_baseline=chosen.min_baseline)
    curve = response_curve(file, rules, protocol(chosen.protocol), patient=chosen.patient, treatment=chosen.treatment)
    write_together(chosen.out.parent, {chosen.out.name: response_svg(curve, standalone=True)})


def _npmle(chosen: argparse.Namespace) -> None:
    groups = read_intervals(chosen.file)
    fits = {name: group.estimate(chosen.tol) for name, group in groups.items()}
    for name, fit in fits.items():
        if fit.gap > chosen.tol:
            _complain(f"{chosen.file}: group {name} reached a gap of {fit.gap:.1e}, not {chosen.tol:g}")
    print_all(npmle_json(groups, fits))


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Do without the cyclic garbage collector: a run makes millions of texts and no cycles worth looking for."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show a bar on standard error while it is a terminal; yield what to call at the start of each step."""
    with tqdm(
        total=STEPS,
        disable=None,
        leave=False,
        bar_format="{desc:<12}|{bar}| {n}/{total} {elapsed}",
        ncols=_terminal_columns(),
        nrows=USUAL_ROWS,
    ) as bar:

        def step(name: str) -> None:
            bar.set_description(name)
            bar.update()

        yield step


def _terminal_columns() -> int:
    """Return how wide standard error is; a terminal that does not know says 0, and would get no bar."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or USUAL_COLUMNS
    except (OSError, ValueError):
        return USUAL_COLUMNS
