"""The audit trail's rows."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from backend.accounts.encryption import EncryptedTextField
from backend.accounts.models.clinics import Clinic
from backend.accounts.models.patients import Patient


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
