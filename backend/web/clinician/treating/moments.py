"""Times of day as staff type them, by the patient's clock; hours that a clock change skips or repeats are said."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.tracking.services.entries import EARLIEST, FUTURE_TOLERATED_MINUTES, LATEST
from backend.tracking.services.refusals import Overlapping, Refused
from backend.web.clinician.conflicts import tell_refusal
from backend.web.moments import stamp

BY_THE_MINUTE = "%Y-%m-%dT%H:%M"
TREATED_YEARS = range(EARLIEST.year, LATEST.year)


class WallTimeField(forms.DateTimeField):
    """A time by the minute, in the zone that is current; what was stored to the second stays so when left as it was."""

    stored: datetime | None = None  # given by the form

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - whatever a field takes
        widget = forms.DateTimeInput({"type": "datetime-local"}, format=BY_THE_MINUTE)
        super().__init__(input_formats=[BY_THE_MINUTE], widget=widget, **options)

    def to_python(self, value: Any) -> datetime | None:  # noqa: ANN401 - Django's signature
        """Return the instant; ValidationError for a time that is none, or two."""
        if self.stored is not None and value == timezone.localtime(self.stored).strftime(BY_THE_MINUTE):
            return self.stored
        try:
            return super().to_python(value)
        except ValidationError as problem:
            if problem.code == "ambiguous_timezone":
                raise ValidationError(_why_unclear(datetime.strptime(value, BY_THE_MINUTE))) from problem  # noqa: DTZ007 - by the wall
            raise

    def validate(self, value: datetime | None) -> None:
        """Refuse a year in which nobody is treated; what is stored may stay."""
        super().validate(value)
        if value is not None and value != self.stored and value.year not in TREATED_YEARS:
            told = {"first": TREATED_YEARS[0], "last": TREATED_YEARS[-1]}
            raise ValidationError(_("Choose a day in the years %(first)s to %(last)s.") % told)


def _why_unclear(wall: datetime) -> str:
    zone = timezone.get_current_timezone()
    if _exists(wall, zone):
        return _(
            "That night the clocks go back and this time comes twice. Choose a time before or after that hour, or "
            "start the dose with one press when it begins."
        )
    return _("That night the clocks go forward and skip this time. Choose one before or after.")


def _exists(wall: datetime, zone: tzinfo) -> bool:
    back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) == wall


def not_to_come(moment: datetime) -> datetime:
    """Return when something happened; ValidationError while it is still to come."""
    if moment > timezone.now() + timedelta(minutes=FUTURE_TOLERATED_MINUTES):
        raise ValidationError(_("This time is still to come."))
    return moment


def add_refusal(form: forms.Form, refusal: Refused, zone: str) -> None:
    """Say why a write was refused beside its field, or above the form; an overlap by the patient's clock."""
    by_the_clock = isinstance(refusal, Overlapping) and refusal.in_words(lambda moment: stamp(moment, zone))
    tell_refusal(form, refusal, by_the_clock or str(refusal))
