"""The demo clinic itself, those who work there, and the patients who can sign in."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from backend.accounts import audit
from backend.accounts.models import AuditEntry, Clinic, Person, Role
from backend.accounts.services import clinics, people, staff
from backend.tracking.demo.named import AFTERNOON, AT_HOME, COURSE, DUE, NEW, WELL
from backend.tracking.demo.stories import PROTOCOL, TIME_ZONE

SEEDED = "demo.seeded"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who can sign in by password; `sees`: what they find then."""

    address: str
    name: str
    sees: str
    role: Role | None = None  # None: a patient


CLINICIAN = SignIn(
    "clinician@example.org", "Demo clinician", "every patient, response curves and cohort curves", Role.CLINICIAN
)
SIGN_INS = (
    CLINICIAN,
    SignIn("owner@example.org", "Demo owner", "the same, as the clinic's owner", Role.OWNER),
    SignIn("researcher@example.org", "Demo researcher", "the same, to read only", Role.RESEARCHER),
    SignIn(f"{DUE}@example.org", "", "a patient with a check-in to answer now"),
    SignIn(f"{AFTERNOON}@example.org", "", "a patient on the day of a dose, between hourly check-ins"),
    SignIn(f"{COURSE}@example.org", "", "a patient in a course of sprays, the next one planned"),
    SignIn(f"{WELL}@example.org", "", "a patient whose relief has held since a dose last month"),
    SignIn(f"{NEW}@example.org", "", "a patient without a treatment yet"),
    SignIn(f"{AT_HOME}@example.org", "", "a patient about to take a dose at home"),
)


class NotADemo(Exception):  # noqa: N818 - named as what was found
    """The database belongs to a clinic with real patients."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The clinic, a clinician who records, and what its patients are drawn from: the same at every later run."""

    clinic: Clinic
    clinician: Person
    seed: int
    now: datetime


@transaction.atomic
def open_clinic(*, seed: int, now: datetime) -> Opened:
    """Return the demo clinic with its clinician, made now unless it is there; `NotADemo` beside a real clinic."""
    real = Clinic.objects.filter(demo=False).first()
    if real is not None:
        raise NotADemo(f"This database holds the clinic {real.name!r}, which is no demo: nothing was added to it.")
    clinic = Clinic.objects.filter(demo=True).first() or _new_clinic(seed, now)
    clinician = people.create_person(actor=None, email=CLINICIAN.address, name=CLINICIAN.name)
    staff.add_member(actor=None, clinic=clinic, person=clinician, role=Role.CLINICIAN)
    told = AuditEntry.objects.filter(clinic=clinic, action=SEEDED).first()
    return Opened(clinic, clinician, told.changes["seed"][1] if told else seed, clinic.created_at)


def _new_clinic(seed: int, now: datetime) -> Clinic:
    clinic = clinics.create_clinic(
        actor=None, name="Demo clinic", time_zone=TIME_ZONE, country="GB", default_protocol=PROTOCOL, demo=True
    )
    clinic.created_at = now  # an interrupted seeding goes on as of then
    clinic.save(update_fields=["created_at"])
    # So that there is one of each to see; nobody is ever given that number.
    clinics.change_clinic(actor=None, clinic=clinic, fields={"compares_sessions": True, "phone": "+44 20 7946 0000"})
    audit.record(None, SEEDED, clinic, clinic=clinic, changes={"seed": [None, seed]})
    return clinic


def let_in(clinic: Clinic, sign_in: SignIn, password: str) -> None:
    """Give somebody who can sign in this password, and staff their role."""
    hashed = make_password(password)  # which takes long, so not while the database waits
    with transaction.atomic():
        person = people.create_person(actor=None, email=sign_in.address, name=sign_in.name)
        person.password = hashed
        person.save(update_fields=["password"])
        audit.record(None, "person.password_set", person, clinic=clinic)
        if sign_in.role is not None:
            staff.add_member(actor=None, clinic=clinic, person=person, role=sign_in.role)
