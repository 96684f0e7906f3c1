"""People who are treated at a clinic, and what they consented to."""

import secrets
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone

from backend.accounts.encryption import EncryptedTextField
from backend.accounts.models.clinics import RECORDING_ROLES, Clinic, Membership, MembershipQuerySet, is_time_zone
from backend.accounts.models.people import Person


def new_secret() -> str:
    """Return a random text that nobody can guess, safe in an address."""
    return secrets.token_urlsafe(24)


class PatientQuerySet(models.QuerySet["Patient"]):
    """Where reading and writing start."""

    def visible_to(self, person: Person | AnonymousUser) -> Self:
        """Return the patients a person may read about: themselves, and those of the clinics they work at."""
        return self._own_or_at(person, Membership.objects.held_by(person))

    def recorded_by(self, person: Person | AnonymousUser) -> Self:
        """Return the patients a person may write about: themselves, and those of clinics where they treat."""
        return self._own_or_at(person, Membership.objects.held_by(person, RECORDING_ROLES))

    def treated_by(self, person: Person | AnonymousUser) -> Self:
        """Return the patients of the clinics where the person treats: whose treatments they plan and record."""
        return self.filter(clinic__in=Clinic.objects.staffed_by(person, RECORDING_ROLES))

    def lock(self, patient_id: int) -> None:
        """Let every other write that asks for this patient's lock wait for the end of the transaction."""
        self.select_for_update(no_key=True).get(pk=patient_id)

    def _own_or_at(self, person: Person | AnonymousUser, memberships: MembershipQuerySet) -> Self:
        return self.filter(Q(person_id=person.pk or 0) | Q(clinic__in=memberships.values("clinic")))


class Patient(models.Model):
    """Somebody treated at a clinic, under the clinic's own reference; without a person they have no sign-in."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="patients")
    person = models.ForeignKey(Person, models.PROTECT, related_name="patients", null=True, blank=True)
    code = models.CharField(max_length=64)
    time_zone = models.CharField(max_length=64, validators=[is_time_zone])
    help_country = models.CharField(max_length=2, blank=True, default="")  # whose help numbers; empty: the clinic's
    phone = EncryptedTextField(blank=True, default="")  # for reminders by text message
    wants_email = models.BooleanField(default=True)  # reminders by e-mail
    wants_sms = models.BooleanField(default=False)  # reminders by text message
    # Links that were sent out, and the calendar's address, hold as long as these stay the same.
    link_secret = models.CharField(max_length=40, default=new_secret, editable=False)
    calendar_secret = models.CharField(max_length=40, default=new_secret, editable=False, unique=True)
    indication = models.CharField(max_length=20, blank=True, default="")  # what treatments are planned for
    version = models.PositiveIntegerField(default=1)  # goes up with every change; a form says which one it read
    created_at = models.DateTimeField(default=timezone.now)

    objects = PatientQuerySet.as_manager()

    class Meta:
        """What must never be true of a patient."""

        constraints = (
            UniqueConstraint(fields=["clinic", "code"], name="patient_code_once_per_clinic"),
            UniqueConstraint(
                fields=["person", "clinic"], condition=~Q(person=None), name="patient_person_once_per_clinic"
            ),
            CheckConstraint(condition=~Q(code=""), name="patient_has_a_code"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def country(self) -> str:
        """Return the country whose help numbers the patient is shown."""
        return self.help_country or self.clinic.country

    def current_consent(self) -> "Consent | None":
        """Return what the patient said last about taking part, or None before they said anything."""
        return self.consents.order_by("-at", "-pk").first()


class Consent(models.Model):
    """That a patient consented, or withdrew, and to which text. Never changed: the latest one counts."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="consents")
    given = models.BooleanField()  # False: withdrawn
    version = models.CharField(max_length=32)
    language = models.CharField(max_length=16)
    text_sha256 = models.CharField(max_length=64)
    on_paper = models.BooleanField(default=False)  # signed by hand; `recorded_by` has seen it
    signed_on = models.DateField(null=True, blank=True)  # the day that stands on the paper
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        """What must never be true of a consent."""

        constraints = (
            CheckConstraint(
                condition=Q(on_paper=False, signed_on=None) | Q(on_paper=True, signed_on__isnull=False),
                name="consent_on_paper_has_a_day",
            ),
        )

    def __str__(self) -> str:
        return f"{'given' if self.given else 'withdrawn'} by {self.patient_id}"
