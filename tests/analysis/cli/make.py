"""Files of ratings, made from what a test is about."""

import csv
import io
from datetime import UTC, datetime, timedelta

DOSED_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def ratings(*rows, columns="patient,treatment,hours,score"):
    """Return CSV text; what the csv module would quote is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns.split(","))
    writer.writerows(rows)
    return text.getvalue()


def one(*series, patient="A", treatment="1"):
    """Return one treatment's ratings, given as (hours, score), in the hours form."""
    return ratings(*((patient, treatment, hours, score) for hours, score in series))


def instant(hours, offset_minutes=0):
    """Return the instant that many hours after `DOSED_AT`, written with an offset."""
    zone = timedelta(minutes=offset_minutes)
    local = (DOSED_AT + timedelta(hours=hours) + zone).replace(tzinfo=None).isoformat()
    sign = "-" if offset_minutes < 0 else "+"
    return f"{local}{sign}{abs(offset_minutes) // 60:02}:{abs(offset_minutes) % 60:02}"


def timed(*rows, columns="patient,treatment,treated_at,rated_at,score,redose_reason"):
    """Return CSV text in the form of instants; rows are (patient, treatment, start, hours since it, score, reason)."""
    return ratings(
        *(
            (patient, treatment, instant(start), instant(start + hours), score, reason)
            for patient, treatment, start, hours, score, reason in rows
        ),
        columns=columns,
    )


RELIEVED = ((-1, 8), (1, 3), (2, 3), (3, 3), (4, 3), (168, 3), (336, 8))  # onset (0, 1], loss (168, 336]
UNRELIEVED = ((-1, 8), (1, 8), (2, 8), (3, 8), (4, 8), (168, 8), (336, 8))


def cohort(relieved, unrelieved, *more, name="P"):
    """Return rows of that many patients; `more` are the further fields of every row."""
    series = [RELIEVED] * relieved + [UNRELIEVED] * unrelieved
    return [(f"{name}{number}", "1", hours, score, *more) for number, one in enumerate(series) for hours, score in one]
