"""Clinics, the people who work or are treated there, and what is written down about them once and for all."""

from collections.abc import Collection
from functools import cache
from typing import Any, Self
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils import timezone

from backend.accounts.encryption import EmailHashField, EncryptedEmailField, EncryptedTextField
from backend.analysis.schedule import DEFAULT_PROTOCOL, PROTOCOLS


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all IANA time zones; finding them walks a folder, so it is done once."""
    return frozenset(available_timezones())


def is_time_zone(name: str) -> None:
    """Raise a validation error unless `name` is an IANA time zone, such as Europe/Berlin."""
    if name not in time_zones():
        raise ValidationError(f"{name!r} is no time zone, expected a name such as Europe/Berlin")


def is_protocol(slug: str) -> None:
    """Raise a validation error unless a protocol has this name."""
    if slug not in PROTOCOLS:
        raise ValidationError(f"{slug!r} is no protocol, expected one of {', '.join(PROTOCOLS)}")


class Role(models.TextChoices):
    """What a person does in a clinic. Owners and clinicians write, researchers read."""

    CLINICIAN = "clinician"
    RESEARCHER = "researcher"
    OWNER = "owner"


RECORDING_ROLES = [Role.CLINICIAN, Role.OWNER]


class DataKey(models.Model):
    """A key that texts are encrypted with, itself encrypted by a master key that the database never holds."""

    id = models.CharField(primary_key=True, max_length=16)
    master_key = models.CharField(max_length=64)  # its id in ENCRYPTION_KEYS
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.id


class PersonManager(BaseUserManager["Person"]):
    """Makes people; services call it, so that an audit row stands beside it."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":  # noqa: ANN401 - columns
        """Store a person; without a password they sign in by code or passkey."""
        person = self.model(email=email, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":  # noqa: ANN401 - columns
        """Store a person who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in: staff, patient or both."""

    # Unique for forms, which look it up by hash; what keeps two rows apart is the hash.
    email = EncryptedEmailField(unique=True, verbose_name="e-mail address")
    email_hash = EmailHashField()
    name = EncryptedTextField(blank=True, default="")
    language = models.CharField(max_length=16, default="en")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, verbose_name="may open the admin")
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects = PersonManager()

    class Meta:
        """What they are called in the admin."""

        verbose_name_plural = "people"

    def __str__(self) -> str:
        return f"Person {self.pk}"  # never the address: Django's admin log keeps this text

    def save(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - whatever Django passes
        """Store the person; an address never goes without its hash."""
        fields = options.get("update_fields")
        if fields is not None and "email" in fields:
            options["update_fields"] = {*fields, "email_hash"}
        super().save(*args, **options)


class ClinicQuerySet(models.QuerySet["Clinic"]):
    """Which clinics concern a person."""

    def staffed_by(self, person: Person | AnonymousUser, roles: Collection[Role] = tuple(Role)) -> Self:
        """Return the clinics where the person works now in one of the roles."""
        return self.filter(pk__in=Membership.objects.held_by(person, roles).values("clinic"))


class Clinic(models.Model):
    """A place that treats patients."""

    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, validators=[is_time_zone])
    country = models.CharField(max_length=2)  # ISO 3166-1, such as GB
    default_protocol = models.SlugField(default=DEFAULT_PROTOCOL, validators=[is_protocol])
    demo = models.BooleanField(default=False)  # made-up patients; its staff may sign in by password alone
    created_at = models.DateTimeField(default=timezone.now)

    objects = ClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Who works where."""

    def active(self) -> Self:
        """Return the memberships that have not ended."""
        return self.filter(ended_at__isnull=True)

    def held_by(self, person: Person | AnonymousUser, roles: Collection[Role] = tuple(Role)) -> Self:
        """Return the person's active memberships in one of the roles; nobody holds none."""
        return self.active().filter(person_id=person.pk or 0, role__in=roles)


class Membership(models.Model):
    """A person's work at a clinic, from when to when. Asked for at every request, never kept in a session."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        """What must never be true of a membership."""

        constraints = (
            UniqueConstraint(fields=["person", "clinic"], condition=Q(ended_at=None), name="membership_active_once"),
            CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
            CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="membership_ends_after_it_starts"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.person_id} at {self.clinic_id}"


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
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{'given' if self.given else 'withdrawn'} by {self.patient_id}"


class AuditEntry(models.Model):
    """Who did what to which row. Never changed; written by `audit.record` alone."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", null=True)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    action = models.CharField(max_length=64)  # such as rating.logged
    target_type = models.CharField(max_length=64)  # such as tracking.rating
    target_id = models.CharField(max_length=64)
    changes = models.JSONField(default=dict)  # field -> [old, new]
    reason = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        """How they are found."""

        verbose_name_plural = "audit entries"
        indexes = (models.Index(fields=["target_type", "target_id"], name="audit_by_target"),)

    def __str__(self) -> str:
        return f"{self.action} {self.target_id}"
