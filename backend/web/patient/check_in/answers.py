"""The questions of one instrument as a form, one a screen, and storing what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.instruments import PRIMARY, Instrument, spoken
from backend.language import current
from backend.tracking.models import Amendment, Rating, Respondent
from backend.tracking.services.entries import Entry
from backend.tracking.services.rating.ratings import log_rating
from backend.tracking.services.refusals import KeyReused, Refused
from backend.web.moments import instant
from backend.web.patient.check_in.asked import Asked

NOT_CHOSEN = gettext_lazy("Choose a number first, then tap Save.")


class InstantField(forms.CharField):
    """What a device's clock said; None where it said nothing that can be read."""

    widget = forms.HiddenInput

    def clean(self, value: object) -> datetime | None:
        """Return an instant with its offset: a clock that cannot be read is no reason to lose an answer."""
        return instant(value)


@dataclass(frozen=True, slots=True)
class Screen:
    """One question. Those before and after it, by number, are 0 where there is none."""

    number: int
    of: int
    question: forms.BoundField
    is_shown: bool  # where somebody starts; from there they go on and back by the address alone

    @property
    def preceding(self) -> int:
        """Return the number of the question before."""
        return self.number - 1

    @property
    def following(self) -> int:
        """Return the number of the question after."""
        return self.number + 1 if self.number < self.of else 0


class AnswerForm(forms.Form):
    """The items of one instrument. All but the first question of a check-in may be left blank."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    instrument = forms.CharField(widget=forms.HiddenInput)
    device_at = InstantField(required=False)
    device_sent_at = InstantField(required=False)
    device_tz = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, instrument: Instrument, sent: dict[str, str] | None = None) -> None:
        super().__init__(sent, initial={"client_uuid": uuid4(), "instrument": instrument.slug}, label_suffix="")
        self.asked = instrument = spoken(instrument)
        self.may_be_blank = instrument.slug != PRIMARY
        values = range(instrument.answer_minimum, instrument.answer_maximum + 1)
        for number, item in enumerate(instrument.items, start=1):
            self.fields[f"item_{number}"] = forms.TypedChoiceField(
                label=item.text,
                choices=[(str(value), instrument.anchors.get(value, "")) for value in values],
                coerce=int,
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
    def screens(self) -> list[Screen]:
        """Return the questions one by one; the first without a good answer is where somebody starts."""
        items = self.items
        unanswered = (place for place, one in enumerate(items) if one.errors or not self.data.get(one.html_name))
        start = next(unanswered, len(items) - 1)
        return [Screen(place + 1, len(items), one, is_shown=place == start) for place, one in enumerate(items)]

    @property
    def has_screens(self) -> bool:
        """Tell whether there is more than one question."""
        return len(self.asked.items) > 1

    @property
    def is_foreign(self) -> bool:
        """Tell whether the questions are not in the language of the page: it has no wording of them to be trusted."""
        return self.asked.language != current()

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

        `then` is the button tapped: "pass" leaves the question blank that it stands under, the last one, and "blank"
        all of them, whatever was chosen.
        """
        if not self.is_valid():
            return None
        if then == "blank" and self.may_be_blank:
            return [None] * len(self.asked.items)
        chosen = [self.cleaned_data[item.name] for item in self.items]
        passes = then == "pass" and self.may_be_blank
        if not passes and all(one is None for one in chosen):
            self.add_error(None, _("Nothing is chosen yet. Choose an answer, or skip."))
            return None
        return chosen


def store(asked: Asked, form: AnswerForm, answers: Sequence[int | None]) -> bool:
    """Store the answers of a valid form once; False if other answers had been stored from the same form before."""
    now, person, check_in = timezone.now(), asked.person, asked.check_in
    cleaned = form.cleaned_data
    by_server = Entry(cleaned["client_uuid"], form.asked.slug, answers, device_at=now, check_in=check_in)
    if asked.is_lent:
        by_server = replace(by_server, respondent=Respondent.PATIENT)
    entry = _by_device(cleaned, by_server)
    try:
        try:
            log_rating(actor=person, treatment=check_in.treatment, entry=entry)
        except Refused as refusal:
            if not refusal.field.startswith("device_"):
                raise
            log_rating(actor=person, treatment=check_in.treatment, entry=by_server)
    except KeyReused:  # the same form again, a moment later or by way of the back button
        kept = Rating.objects.with_last_amendment()
        first = kept.get(patient=check_in.treatment.patient, client_uuid=entry.client_uuid)
        undone = first.amended_kind == Amendment.Kind.WITHDRAW  # then it is asked again, under a new key
        return undone or (first.instrument, first.answers) == (entry.instrument, list(answers))
    return True


def _by_device(cleaned: dict[str, datetime | str | None], by_server: Entry) -> Entry:
    """Return the entry by the device's clock, if that said anything."""
    at, sent_at = cleaned["device_at"], cleaned["device_sent_at"]
    if not isinstance(at, datetime) or not isinstance(sent_at, datetime):
        return by_server
    zone = str(cleaned["device_tz"])
    return replace(by_server, device_at=at, device_tz=zone, device_sent_at=sent_at, came_as_sent=True)
