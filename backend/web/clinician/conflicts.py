"""What a form says when what was sent is not stored: it was refused, or somebody else changed its row meanwhile.

What was typed stays, and what is stored stands beside it.

    form = PatientForm(request.POST)                    # a VersionedForm
    try:
        change_patient(..., expected_version=form.cleaned_data["version"])
    except Refused as refusal:
        tell_refusal(form, refusal)
    except Conflict:
        now = Patient.objects.get(pk=patient.pk)
        tell_conflict(form, stored=initial_of(now), version=now.version)
        return render(request, TEMPLATE, {"form": form}, status=HTTPStatus.CONFLICT)

The template prints `{{ form.version }}`, `form.non_field_errors` and the errors of each field, as it does anyway.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from backend.accounts.refusals import Refused
from backend.charts.words import number
from backend.web.moments import stamp

NO_VERSION = 0  # rows start at 1: a form that does not say what it read is told what is stored


class VersionField(forms.IntegerField):
    """Which version of its row a form has read; whatever is no number counts as none, and so as overtaken."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> int:  # noqa: ANN401 - Django's signature
        """Return the version."""
        try:
            return super().clean(value) or NO_VERSION
        except ValidationError:
            return NO_VERSION


class VersionedForm(forms.Form):
    """A form on a row that counts its versions; `initial` gives the one that was read."""

    version = VersionField()


def tell_refusal(form: forms.Form, refusal: Refused, text: str = "") -> None:
    """Say why a write was refused beside its field, or above the form where it has none; `text` in other words."""
    form.add_error(refusal.field if refusal.field in form.fields else None, text or str(refusal))


def tell_conflict(form: forms.Form, *, stored: Mapping[str, object], version: int) -> None:
    """Keep what was typed into a valid form, say beside each field that differs what is stored, and read that version.

    `stored`: the row's values now by the names of fields. Sending the form once more overwrites them knowingly.
    """
    form.data = {**_sent(form), form.add_prefix("version"): str(version)}
    form.add_error(
        None,
        _(
            "Somebody else changed this while you were typing, so nothing was saved. What you typed is still here; "
            "where it differs, what is stored now stands beside it. Saving again replaces that with yours."
        ),
    )
    for name, now in _differing(form, stored):
        form.add_error(name, _("Stored now: %(stored)s") % {"stored": now})


def in_words(field: forms.Field, value: object) -> str:
    """Return a value of a form's field as a person reads it, instants in the zone the page is in."""
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        chosen = value if isinstance(value, list | tuple | set) else ["" if value is None else value]
        choices: Any = field.choices  # pairs, or groups of them, however they were given
        pairs: Any = flatten_choices(choices)
        offered = {str(key): str(words) for key, words in pairs}
        keys = [str(getattr(one, "pk", one)) for one in chosen]  # a choice among rows is a row
        return ", ".join(sorted(offered.get(key, key) for key in keys)) or _("nothing")
    return _plain(value) or _("nothing")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return stamp(value, timezone.get_current_timezone_name())
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Decimal | float):
        return number(float(value))
    return "" if value is None else str(value)


def _sent(form: forms.Form) -> dict[str, Any]:
    """Return what was sent, lists for the fields that take several values."""
    read: dict[str, Any] = {}
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        read[key] = field.widget.value_from_datadict(form.data, form.files, key)
    return dict(form.data.items()) | {key: sent for key, sent in read.items() if sent is not None}


def _differing(form: forms.Form, stored: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the name of each field that reads otherwise than what is stored, and that in words."""
    sent = dict(form.cleaned_data)
    for name, value in stored.items():
        field = form.fields.get(name)
        if field is None or isinstance(field, VersionField):
            continue
        now = in_words(field, value)
        if in_words(field, sent.get(name)) != now:
            yield name, now
