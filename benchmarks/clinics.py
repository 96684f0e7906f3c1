"""Clinics to measure pages with: a busy one with every rating, a small and a large one with their outcomes alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import TypeVar
from uuid import uuid4

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from backend.accounts.models import Clinic, Membership, Patient, Person, Role
from backend.analysis.cohorts.counts import bits, members
from backend.analysis.cohorts.population import on_grid
from backend.analysis.conclude import ALGORITHM_VERSION
from backend.analysis.outcomes.kernel import outcomes_of
from backend.analysis.outcomes.rules import rule_set
from backend.analysis.outcomes.study import Series, episodes_per_treatment, study_of
from backend.analysis.outcomes.table import REASONS, STATUSES
from backend.analysis.schedule import DEFAULT_PROTOCOL, protocol
from backend.analysis.simulation import simulate
from backend.instruments import get
from backend.tracking import estimation
from backend.tracking.models import CheckIn, Outcome, Rating, Stratum, Treatment, Unit
from backend.tracking.services.treating.check_ins import check_ins_of

SMALL, LARGE = 1_000, 97_000  # index treatments; with the busy clinic's there are 100,000
PATIENTS, TREATMENTS_EACH, RATINGS_EACH = 200, 10, 25  # of the busy clinic: 50,000 ratings
DAYS_APART = 35
GIVEN = (("ketamine", "iv"), ("esketamine", "intranasal"), ("ketamine", "im"))
INDICATIONS = ("gad", "sad", "ptsd")
MONTHS = 24
CLAIMED = ("R50C-L50", "R30F-L30")  # the rule sets that cohort pages read
PRIMARY = "nrs-anxiety"
A_BATCH = 2_000

Row = TypeVar("Row")
_numbers = count(1)


@dataclass(frozen=True)
class Clinics:
    """Whose pages are measured: a clinician of each clinic, and one patient of the busy one."""

    busy: Person
    small: Person
    large: Person
    patient: Patient


def build() -> Clinics:
    """Store all three clinics and count their strata."""
    busy, patient = _busy_clinic()
    small, large = (_clinic_of(size) for size in (SMALL, LARGE))
    for stratum in Stratum.objects.needing_count().values_list("pk", flat=True):
        estimation.count(stratum)
    return Clinics(busy, small, large, patient)


def _new_clinic() -> tuple[Clinic, Person]:

    number = next(_numbers)
    clinic = Clinic.objects.create(name=f"Clinic {number}", time_zone="Europe/London", country="GB")
    person = Person.objects.create_user(f"clinician{number}@clinic.example")
    Membership.objects.create(person=person, clinic=clinic, role=Role.OWNER)
    TOTP.activate(person, generate_totp_secret())
    return clinic, person


def _patients(clinic: Clinic, how_many: int) -> list[Patient]:

    made = (
        Patient(clinic=clinic, code=f"P{number:06}", time_zone="Europe/London", calendar_secret=f"{clinic.pk}-{number}")
        for number in range(how_many)
    )
    return _stored(made, Patient.objects.bulk_create)


def _stored(rows: Iterator[Row], store: Callable[[list[Row]], list[Row]]) -> list[Row]:
    """Store rows a batch at a time, so that no transaction is long."""
    kept: list[Row] = []
    while batch := list(islice(rows, A_BATCH)):
        kept += store(batch)
    return kept


def _treatment(patient: Patient, number: int, started_at: datetime) -> Treatment:

    drug, route = GIVEN[number % len(GIVEN)]
    return Treatment(
        patient=patient,
        drug=drug,
        route=route,
        dose_mg=40,
        weight_kg=80,
        indication=INDICATIONS[number // len(GIVEN) % len(INDICATIONS)],
        state="started",
        started_at=started_at,
        ended_at=started_at + timedelta(minutes=40),
        protocol=DEFAULT_PROTOCOL,
        ratings_version=1,
    )


# One treatment each, its outcomes computed all at once


def _clinic_of(size: int) -> Person:
    """Store a clinic of as many patients, dosed once over two years, without their ratings."""
    clinic, person = _new_clinic()
    patients = _patients(clinic, size)
    begin = datetime(2024, 1, 10, 9, tzinfo=UTC)
    dosed = (
        _treatment(one, at // MONTHS, begin + timedelta(days=30.4 * (at % MONTHS))) for at, one in enumerate(patients)
    )
    treatments = _stored(dosed, Treatment.objects.bulk_create)
    _stored(_outcomes(clinic, treatments), Outcome.objects.bulk_create)
    return person


def _outcomes(clinic: Clinic, treatments: Sequence[Treatment]) -> Iterator[Outcome]:

    plan, now = protocol(DEFAULT_PROTOCOL), timezone.now()
    study = study_of(simulate(len(treatments), plan, seed=5).ratings, PRIMARY)
    episodes = episodes_per_treatment(study, {PRIMARY: Series.of(get(PRIMARY))}).episodes
    strata: dict[tuple[object, ...], Stratum] = {}
    for name in CLAIMED:
        rules = rule_set(name)
        found = outcomes_of(episodes, rules)
        grids = (on_grid(episodes, rules, plan, redose_is_loss=under_e2) for under_e2 in (False, True))
        for at, (treatment, member) in enumerate(zip(treatments, members(*grids), strict=True)):
            yield Outcome(
                treatment=treatment,
                unit=Unit.TREATMENT,
                instrument=PRIMARY,
                rule_set=name,
                status=str(STATUSES[found.status[at]]),
                reason=str(REASONS[found.reason[at]]),
                n_ratings=int(found.n_ratings[at]),
                last_dose_hours=0.0,
                sentence="",
                grid_place=member.place,
                grid_due=bits(member.due),
                grid_answered=bits(member.answered),
                stratum=_stratum(strata, clinic, treatment),
                ratings_version=1,
                rule_set_version=rules.version,
                instrument_version=1,
                algorithm_version=ALGORITHM_VERSION,
                input_sha256="0" * 64,
                computed_at=now,
            )


def _stratum(strata: dict[tuple[object, ...], Stratum], clinic: Clinic, treatment: Treatment) -> Stratum:

    month = treatment.started_at.date().replace(day=1)
    key = (month, treatment.drug, treatment.route, treatment.indication)
    if key not in strata:
        strata[key] = Stratum.objects.create(
            clinic=clinic,
            month=month,
            drug=treatment.drug,
            route=treatment.route,
            indication=treatment.indication,
            protocol=treatment.protocol,
            unit=Unit.TREATMENT,
            outcomes_version=1,
        )
    return strata[key]


# Ten treatments each, with every check-in and rating, concluded by the jobs themselves


def _busy_clinic() -> tuple[Person, Patient]:
    """Store the busy clinic; the latest treatment of its first patients is still going on."""
    clinic, person = _new_clinic()
    patients = _patients(clinic, PATIENTS)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    dosed = (
        _treatment(one, at, now - timedelta(hours=2 + at, days=DAYS_APART * ago))
        for at, one in enumerate(patients)
        for ago in reversed(range(TREATMENTS_EACH))
    )
    treatments = _stored(dosed, Treatment.objects.bulk_create)
    check_ins = _stored((one for each in treatments for one in check_ins_of(each)), CheckIn.objects.bulk_create)
    asked: dict[int, list[CheckIn]] = {}
    for one in check_ins:
        asked.setdefault(one.treatment_id, []).append(one)
    rated = (one for each in treatments for one in _ratings(each, asked[each.pk], person))
    _stored(rated, Rating.objects.bulk_create)
    for one in treatments:
        for stratum in estimation.refresh(one.pk).strata:
            estimation.count(stratum)
    return person, patients[0]


def _ratings(treatment: Treatment, check_ins: Sequence[CheckIn], person: Person) -> Iterator[Rating]:
    """Yield two ratings at most check-ins: relief from the first hour on, lost after three weeks."""
    moments = [(treatment.started_at - timedelta(minutes=15), None, 8)]
    moments += [(one.due_at, one, 3 if one.number < RATINGS_EACH // 4 else 7) for one in check_ins if one.nominal_hours]
    both = [(at, one, score, slug) for at, one, score in moments for slug in (PRIMARY, "now4")]
    for at, one, score, slug in both[:RATINGS_EACH]:
        yield _rating(treatment, one, at, (slug, score), person)


def _rating(
    treatment: Treatment, check_in: CheckIn | None, at: datetime, rated: tuple[str, int], person: Person
) -> Rating:

    slug, score = rated
    answers = [score] if slug == PRIMARY else [score // 3] * 4
    return Rating(
        patient=treatment.patient,
        treatment=treatment,
        check_in=check_in,
        instrument=slug,
        instrument_version=get(slug).version,
        answers=answers,
        total=sum(answers),
        answered=len(answers),
        client_uuid=uuid4(),
        payload_sha256="0" * 64,
        respondent="patient",
        entered_by=person,
        device_at=at,
        device_utc_offset_minutes=0,
        effective_at=at,
        received_at=at,
        timing="live",
    )
