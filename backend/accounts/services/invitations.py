"""A patient's way in: a code shown once, which links their record to the account of whoever proved their address.

An invitation opens no account that is there already. Its holder signs in as anybody does, by a code sent to the address
they give, and only then takes the record: what they hold is the record, what they prove is the account.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts import audit
from backend.accounts.models import Clinic, Invitation, Membership, Patient, Person
from backend.accounts.refusals import Refused
from backend.accounts.services import patients, people

VALID_DAYS = 7  # [design] from a visit to the next one
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter that is taken for a digit, and no U
OPENS_NOTHING = gettext_lazy(
    "This code opens nothing. It may be mistyped, or too old, or used already. Please try again, or ask your clinic"
    " for a new one."
)
LENGTH, GROUP = 12, 4  # 60 bits: guessing one is hopeless even without a limit on trying
_MISREAD = str.maketrans("OIL", "011", " -\N{EN DASH}\N{NON-BREAKING HYPHEN}")


@dataclass(frozen=True, slots=True)
class Made:
    """A new invitation and its code, which nothing can tell again."""

    invitation: Invitation
    code: str


def normalised(written: str) -> str:
    """Return a code as somebody typed it without what does not matter: small letters, gaps, O for 0, I and L for 1."""
    return written.strip().upper().translate(_MISREAD)


def grouped(code: str) -> str:
    """Return a code as it is read out: 7K3M-Q9TD-20XW."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def open_invitation(written: str) -> Invitation | None:
    """Return the invitation that a code opens now, with its patient; None alike for a wrong, an old and a used one."""
    code = normalised(written)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    waiting = Invitation.objects.open_at(timezone.now()).select_related("patient__clinic")
    return waiting.filter(code_sha256=_fingerprint(code), patient__person=None).first()


def waiting_invitation(patient: Patient) -> Invitation | None:
    """Return the invitation of a patient that nobody has used yet."""
    return Invitation.objects.open_at(timezone.now()).filter(patient=patient).order_by("-pk").first()


@transaction.atomic
def invite(*, actor: Person, patient: Patient) -> Made:
    """Make a code for a patient without a sign-in; one that was made before no longer works.

    `Refused` for a patient who has a sign-in.
    """
    Patient.objects.lock(patient.pk)
    patient.refresh_from_db(fields=["person"])
    if patient.person_id is not None:
        raise Refused("patient", _("This patient has a sign-in already."))
    take_back(actor=actor, patient=patient)
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    now = timezone.now()
    invitation = Invitation.objects.create(
        patient=patient,
        code_sha256=_fingerprint(code),
        made_by=actor,
        made_at=now,
        expires_at=now + timedelta(days=VALID_DAYS),
    )
    audit.record(actor, "invitation.made", invitation, patient=patient)
    return Made(invitation, code)


@transaction.atomic
def take_back(*, actor: Person, patient: Patient) -> None:
    """End the invitations of a patient that nobody has used."""
    now = timezone.now()
    for invitation in Invitation.objects.open_at(now).filter(patient=patient).select_for_update():
        invitation.ended_at = now
        invitation.save(update_fields=["ended_at"])
        audit.record(actor, "invitation.ended", invitation, patient=patient)


@transaction.atomic
def open_account(*, invitation: Invitation, email: str) -> None:
    """Let an address be signed in with, if nobody has it yet; whose it is shows when a code sent there comes back.

    The account is nobody's patient until then, and one that is there already stays as it is.
    """
    Invitation.objects.select_for_update().get(pk=invitation.pk)  # two taps on one button make one account
    people.create_person(actor=None, email=email)


def has_accepted(person: Person, written: str) -> bool:
    """Tell whether it was this person who used the invitation of a code."""
    used = Invitation.objects.filter(code_sha256=_fingerprint(normalised(written)), used_at__isnull=False)
    return used.filter(patient__person=person).exists()


@transaction.atomic
def accept(*, actor: Person, code: str, name: str = "", language: str = "") -> Patient:
    """Link the patient of an invitation to somebody who has just signed in; it works once.

    A name or language is kept where the account has none. `Refused` for a code that opens nothing, for who works at
    that clinic, and for who is a patient of it already.
    """
    found = open_invitation(code)
    if found is None:
        raise Refused("code", str(OPENS_NOTHING))
    # Two at once must not both be the first. The patient before the invitation, as whoever makes one anew locks them.
    Clinic.objects.select_for_update(no_key=True).get(pk=found.patient.clinic_id)
    Patient.objects.lock(found.patient_id)
    now = timezone.now()
    if Membership.objects.active().filter(clinic=found.patient.clinic_id, person=actor).exists():
        told = _("You work at this clinic. Please sign out and let the patient use their own address.")
        raise Refused("actor", told)
    known = Patient.objects.filter(clinic=found.patient.clinic_id, person=actor).first()
    if known == found.patient:  # a button tapped twice
        return known
    if known:
        raise Refused("person", _("This account is already a patient of this clinic. Please ask your clinic."))
    if not Invitation.objects.open_at(now).filter(pk=found.pk, patient__person=None).update(used_at=now):
        raise Refused("code", str(OPENS_NOTHING))
    patients.change_patient(actor=actor, patient=found.patient, fields={"person": actor})
    said = {"name": name, "language": language}
    new = {field: text for field, text in said.items() if text and not getattr(actor, field)}
    people.change_person(actor=actor, person=actor, fields=new)
    audit.record(actor, "invitation.used", found, patient=found.patient)
    return found.patient


def _fingerprint(code: str) -> str:
    return sha256(code.encode()).hexdigest()
