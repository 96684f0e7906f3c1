"""One screen of questions as a form, and storing what was answered on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from backend.accounts.models import Person
from backend.instruments import PRIMARY, Instrument
from backend.tracking.models import CheckIn, Rating
from backend.tracking.services.ratings import SKEW_CORRECTED_HOURS, Entry, log_rating
from backend.tracking.services.refusals import KeyReused, Refused

CLOCK_BELIEVED = timedelta(hours=SKEW_CORRECTED_HOURS)
BLANK = "blank"
NOT_CHOSEN = "Choose a number first, then tap Save."
NOTHING_CHOSEN = "Nothing is chosen yet. Choose an answer, or skip."


class InstantField(forms.CharField):
    """What a device's clock said; None where it said nothing that can be read."""

    widget = forms.HiddenInput

    def clean(self, value: object) -> datetime | None:
        """Return an instant with its offset: a clock that cannot be read is no reason to lose an answer."""
        try:
            moment = parse_datetime(str(value or ""))
        except ValueError:
            return None
        return moment if moment is not None and moment.utcoffset() is not None else None


class AnswerForm(forms.Form):
    """The items of one instrument. All but the first question of a check-in may be left blank."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    instrument = forms.CharField(widget=forms.HiddenInput)
    device_at = InstantField(required=False)
    device_sent_at = InstantField(required=False)
    device_tz = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, instrument: Instrument, sent: dict[str, str] | None = None) -> None:
        super().__init__(sent, initial={"client_uuid": uuid4(), "instrument": instrument.slug}, label_suffix="")
        self.asked = instrument
        self.may_be_blank = instrument.slug != PRIMARY
        for number, item in enumerate(instrument.items, start=1):
            self.fields[f"item_{number}"] = forms.TypedChoiceField(
                label=item.text,
                choices=self._choices(),
                coerce=lambda chosen: None if chosen == BLANK else int(chosen),
                empty_value=None,
                required=not self.may_be_blank,
                widget=forms.RadioSelect,
                error_messages={"required": NOT_CHOSEN, "invalid_choice": NOT_CHOSEN},
            )

    @property
    def items(self) -> list[forms.BoundField]:
        """Return the fields that are questions."""
        return [self[name] for name in self.fields if name.startswith("item_")]

    @property
    def is_scale(self) -> bool:
        """Tell whether only the ends of the range have names, so that the numbers are what is chosen from."""
        return len(self.asked.anchors) <= self.asked.answer_maximum - self.asked.answer_minimum

    @property
    def ends(self) -> tuple[str, str]:
        """Return what the lowest and the highest number mean."""
        anchors = self.asked.anchors
        return anchors.get(self.asked.answer_minimum, ""), anchors.get(self.asked.answer_maximum, "")

    def answers_for(self, then: str) -> list[int | None] | None:
        """Return one answer an item, None where it is left blank; None and an error in the form if nothing was chosen.

        `then` is the button tapped: "blank" leaves all items blank, whatever was chosen.
        """
        if not self.is_valid():
            return None
        if then == BLANK and self.may_be_blank:
            return [None] * len(self.asked.items)
        if not any(self.data.get(item.html_name) for item in self.items):
            self.add_error(None, NOTHING_CHOSEN)
            return None
        return [self.cleaned_data[item.name] for item in self.items]

    def _choices(self) -> list[tuple[str, str]]:
        values = range(self.asked.answer_minimum, self.asked.answer_maximum + 1)
        blank = [(BLANK, "Skip this question")] if self.may_be_blank and len(self.asked.items) > 1 else []
        return [(str(value), self.asked.anchors.get(value, "")) for value in values] + blank


def store(person: Person, check_in: CheckIn, form: AnswerForm, answers: Sequence[int | None]) -> bool:
    """Store the answers of a valid form once; False if other answers had been stored from the same form before."""
    now = timezone.now()
    cleaned = form.cleaned_data
    by_server = Entry(cleaned["client_uuid"], form.asked.slug, answers, device_at=now, check_in=check_in)
    entry = _by_device(cleaned, by_server, now)
    try:
        try:
            log_rating(actor=person, treatment=check_in.treatment, entry=entry)
        except Refused as refusal:
            if not refusal.field.startswith("device_"):
                raise
            log_rating(actor=person, treatment=check_in.treatment, entry=by_server)
    except KeyReused:  # the same form again, a moment later or by way of the back button
        first = Rating.objects.get(patient=check_in.treatment.patient, client_uuid=entry.client_uuid)
        return (first.instrument, first.answers) == (entry.instrument, list(answers))
    return True


def _by_device(cleaned: dict[str, datetime | str | None], by_server: Entry, now: datetime) -> Entry:
    """Return the entry by the device's clock, unless that is too far off to say anything about a page just sent."""
    at, sent_at = cleaned["device_at"], cleaned["device_sent_at"]
    if not isinstance(at, datetime) or not isinstance(sent_at, datetime) or abs(now - sent_at) > CLOCK_BELIEVED:
        return by_server
    return Entry(
        by_server.client_uuid,
        by_server.instrument,
        by_server.answers,
        device_at=at,
        device_tz=str(cleaned["device_tz"]),
        device_sent_at=sent_at,
        check_in=by_server.check_in,
    )
