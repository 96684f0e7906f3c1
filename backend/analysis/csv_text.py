"""Tables as CSV text."""

import csv
import io
from collections.abc import Iterable, Sequence

Row = Sequence[object]


def csv_text(header: Sequence[str], rows: Iterable[Row]) -> str:
    """Return rows as CSV text with a header, lines ending in a newline."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
