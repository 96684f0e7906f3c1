"""Who at a clinic hears of severe scores, when, and what they do: without a plan nobody is told anything."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import CheckConstraint, F, Q

from backend.accounts.models.clinics import Clinic
from backend.accounts.models.people import Person

EVERY_DAY = "1234567"  # ISO weekdays, Monday first


class AlertPlan(models.Model):
    """The plan of one clinic; alerts are off where there is none. Times of day are the clinic's own.

    `second` hears of an alert that nobody acknowledged in `escalate_after_minutes`. Within `repeat_after_hours` of an
    alert about the same patient another one is listed, but nobody is written to again.
    """

    clinic = models.OneToOneField(Clinic, models.CASCADE, related_name="alert_plan")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True, blank=True)
    days = models.CharField(max_length=7, default=EVERY_DAY)
    from_time = models.TimeField()
    until_time = models.TimeField()
    action_plan = models.TextField()
    escalate_after_minutes = models.PositiveSmallIntegerField(default=60)
    repeat_after_hours = models.PositiveSmallIntegerField(default=12)

    class Meta:
        """What must never be true of a plan."""

        constraints = (
            CheckConstraint(condition=~Q(action_plan=""), name="alert_plan_says_what_is_done"),
            CheckConstraint(condition=~Q(days=""), name="alert_plan_has_days"),
            CheckConstraint(condition=Q(from_time__lt=F("until_time")), name="alert_plan_hours_are_in_order"),
            CheckConstraint(condition=Q(second=None) | ~Q(second=F("owner")), name="alert_plan_second_is_another"),
        )

    def __str__(self) -> str:
        return f"alert plan of {self.clinic_id}"

    def is_attended(self, moment: datetime) -> bool:
        """Tell whether an instant lies within the hours of the plan, by the clinic's clock."""
        there = moment.astimezone(ZoneInfo(self.clinic.time_zone))
        return str(there.isoweekday()) in self.days and self.from_time <= there.time() < self.until_time
