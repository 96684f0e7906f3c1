"""Clinics and the people who work there."""

from collections.abc import Collection
from functools import cache
from typing import Self
from zoneinfo import available_timezones

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils import timezone

from backend.accounts.models.people import Person
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
    phone = models.CharField(max_length=40, blank=True, default="")  # as patients dial it; shown to them
    # Whether its patients may see their sessions compared.
    compares_sessions = models.BooleanField(default=False, verbose_name="patients see their sessions side by side")
    # PHQ-9 asks about thoughts of death: only where somebody named reads the answer and knows what to do about it.
    item9_owner = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="who reads PHQ-9 item 9"
    )
    item9_plan = models.TextField(blank=True, default="", verbose_name="what they do about it")
    offered_protocols = models.JSONField(default=list, blank=True)  # slugs to choose from; empty: all of them
    left_out_instruments = models.JSONField(default=list, blank=True)  # slugs its patients are not asked
    retention_months = models.PositiveSmallIntegerField(null=True, blank=True)  # after a patient's last treatment
    version = models.PositiveIntegerField(default=1)  # goes up with every change; a form says which one it read
    created_at = models.DateTimeField(default=timezone.now)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        """What must never be true of a clinic."""

        constraints = (
            CheckConstraint(
                condition=Q(item9_owner=None, item9_plan="") | (Q(item9_owner__isnull=False) & ~Q(item9_plan="")),
                name="clinic_item9_owner_and_plan_come_together",
                violation_error_message="PHQ-9 item 9 needs both somebody who reads it and what they do about it",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def asks_item9(self) -> bool:
        """Tell whether its patients are given PHQ-9 in place of PHQ-8: it has an owner and a plan for item 9."""
        return self.item9_owner_id is not None


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
