"""Clinics, the people who work or are treated there, and what is written down about them once and for all."""

from backend.accounts.models.alert_plans import EVERY_DAY, AlertPlan
from backend.accounts.models.audit import AuditEntry
from backend.accounts.models.clinics import (
    RECORDING_ROLES,
    Clinic,
    Membership,
    MembershipQuerySet,
    Role,
    is_protocol,
    is_time_zone,
    time_zones,
)
from backend.accounts.models.invitations import Invitation, InvitationQuerySet
from backend.accounts.models.patients import Consent, Patient, PatientQuerySet
from backend.accounts.models.people import DataKey, Person, PersonManager

__all__ = [
    "EVERY_DAY",
    "RECORDING_ROLES",
    "AlertPlan",
    "AuditEntry",
    "Clinic",
    "Consent",
    "DataKey",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Patient",
    "PatientQuerySet",
    "Person",
    "PersonManager",
    "Role",
    "is_protocol",
    "is_time_zone",
    "time_zones",
]
