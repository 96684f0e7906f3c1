"""A form that asks before it takes something unlikely: the question stands beside the field, with a box to tick."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.functional import Promise

SURE = "sure"
LONG_TEXT = 200  # characters; texts that may be so long have the whole width


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the answer holds for what was typed when it was given, and for nothing else."""

    field: str
    yes: str
    about: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One field with the questions about it; `kind` says how it is laid out."""

    field: BoundField
    questions: list[Question]
    kind: str


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together."""

    title: str | Promise
    rows: list[Row]


class AskingForm(forms.Form):
    """A form whose `clean` may ask."""

    layout: tuple[tuple[str | Promise, tuple[str, ...]], ...] = ()  # each section with its fields

    def __init__(self, sent: QueryDict | None, initial: Mapping[str, Any]) -> None:
        super().__init__(sent, initial=dict(initial), label_suffix="")
        self._sure = set(sent.getlist(SURE)) if sent is not None else set()
        self.questions: list[Question] = []

    def ask(self, field: str, text: str, yes: str, about: Iterable[object]) -> None:
        """Say beside a field why it is doubted; with its box ticked for the same values it is taken."""
        key = "|".join([field, *(str(one) for one in about)])
        self.questions.append(Question(field, yes, key, is_ticked=key in self._sure))
        if key not in self._sure:
            self.add_error(field, text)

    def sections(self) -> list[Section]:
        """Return what to show, in order."""
        shown = []
        for title, names in self.layout:
            rows = [self._row(name) for name in names if name in self.fields]
            if rows:
                shown.append(Section(title, rows))
        return shown

    def _row(self, name: str) -> Row:
        questions = [one for one in self.questions if one.field == name]
        return Row(self[name], questions, _kind(self.fields[name]))


def _kind(field: forms.Field) -> str:
    """Return how a field is laid out: a box to tick, choices side by side, a line of text, or half a line."""
    if isinstance(field.widget, forms.CheckboxInput):
        return "box"
    if isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "text" if isinstance(field, forms.CharField) and (field.max_length or 0) >= LONG_TEXT else "line"
