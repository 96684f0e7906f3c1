"""What the demo clinic's staff saw after doses and wrote down, each row once: they follow from the treatments alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from backend.accounts.models import Patient, Person
from backend.tracking.demo.answering import key_of
from backend.tracking.demo.clinic import Opened
from backend.tracking.demo.named import AFTERNOON, COURSE
from backend.tracking.models import Dissociation, Observation, Sedation, Treatment
from backend.tracking.services.notes import Draft, write_note
from backend.tracking.services.observations import Correction, Seen, correct_observation, record_observation

LOST = "demo-006"  # whose spray was watched, and one look written down for somebody else
WATCHED = (COURSE, AFTERNOON, LOST)
WRITING = timedelta(minutes=1)  # from looking to writing down
# Minutes since the start, mmHg above the first pressure, sedation, dissociation.
LOOKS = (
    (-10, 0, Sedation.AWAKE, Dissociation.NONE),
    (40, 16, Sedation.DROWSY, Dissociation.MODERATE),
    (80, 9, Sedation.DROWSY, Dissociation.MILD),
    (120, 3, Sedation.AWAKE, Dissociation.NONE),
)
MISTYPED = 40  # mmHg too many, in one look of the course's last spray
NOTES = {
    COURSE: ("Comes with his sister, who drives.", "Asked for a darker room next time."),
    LOST: ("Says that the second week was the best one in years.",),
    "demo-016": ("Took lorazepam the night before; knows now to tell us.",),
    "demo-018": ("Asked for larger numbers on the phone; showed how to enlarge the text.",),
}


def watch(opened: Opened, *, now: datetime) -> None:
    """Store what was seen and noted until now, unless it is there already."""
    patients = {one.code: one for one in Patient.objects.filter(clinic=opened.clinic, code__in={*WATCHED, *NOTES})}
    for code in WATCHED:
        started = Treatment.objects.started().filter(patient=patients[code]).order_by("started_at")
        for treatment in started.select_related("patient__clinic"):
            _watch_one(treatment, opened.clinician, now)
    for code, texts in NOTES.items():
        _note(patients[code], texts, opened.clinician, now)


def _watch_one(treatment: Treatment, by: Person, now: datetime) -> None:
    last = treatment.patient.treatments.started().order_by("started_at").last()
    is_corrected = treatment.patient.code == COURSE and treatment == last
    for minutes, seen in _seen(treatment, now):
        wrong = is_corrected and minutes == LOOKS[1][0]
        typed = replace(seen, systolic=(seen.systolic or 0) + MISTYPED) if wrong else seen
        row = _record(treatment, typed, by, f"{minutes} min")
        if wrong:
            _correct(row, seen, "Mistyped: read again from the monitor.", by)
    if treatment.patient.code == LOST:
        strange = Seen(_at(treatment, 95), 151, 94)
        _correct(_record(treatment, strange, by, "95 min"), None, "Written down for the patient in the next room.", by)


def _seen(treatment: Treatment, now: datetime) -> Iterator[tuple[int, Seen]]:
    draw = Random(key_of(treatment, "watched", "observation").int)  # noqa: S311 - a made-up patient is no secret
    systolic, diastolic, pulse = draw.randint(116, 132), draw.randint(72, 84), draw.randint(64, 78)
    for minutes, higher, sedation, dissociation in LOOKS:
        oxygen = draw.randint(96, 99)
        seen = Seen(
            _at(treatment, minutes),
            systolic + higher,
            diastolic + higher // 2,
            pulse + higher // 2,
            oxygen,
            sedation.value,
            dissociation.value,
        )
        if seen.at + WRITING <= now:
            yield minutes, seen


def _record(treatment: Treatment, seen: Seen, by: Person, what: str) -> Observation:
    key = key_of(treatment, what, "observation")
    return record_observation(actor=by, treatment=treatment, seen=seen, client_uuid=key, now=seen.at + WRITING)[0]


def _correct(row: Observation, seen: Seen | None, reason: str, by: Person) -> None:
    key = key_of(row.treatment, row.at.isoformat(), "correction")
    correction = Correction(key, seen, reason)
    correct_observation(actor=by, observation=row, correction=correction, now=row.recorded_at + WRITING)


def _note(patient: Patient, texts: tuple[str, ...], by: Person, now: datetime) -> None:
    """Store notes about a patient's first treatments, one each, three hours after its start."""
    started = Treatment.objects.started().filter(patient=patient).order_by("started_at").select_related("patient")
    for text, treatment in zip(texts, started, strict=False):
        written_at = _at(treatment, 180)
        if written_at <= now:
            draft = Draft(key_of(treatment, text, "note"), text, treatment)
            write_note(actor=by, patient=patient, draft=draft, now=written_at)


def _at(treatment: Treatment, minutes: int) -> datetime:
    if treatment.started_at is None:
        raise ValueError(f"treatment {treatment.pk} has not started, expected one that has")
    return treatment.started_at + timedelta(minutes=minutes)
