"""Posting, reading and amending ratings."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import Person
from backend.accounts.reading import note_reading
from backend.api.conventions.fields import AnswerList, Instant, Key, RowId, RowSerializer, StrictSerializer, Text
from backend.api.conventions.routes import ListRoute, Route, RowRoute
from backend.api.conventions.writes import read, stored, writable
from backend.tracking.anchoring import withheld_from
from backend.tracking.models import Amendment, Rating, Treatment
from backend.tracking.services.entries import Entry
from backend.tracking.services.rating.ratings import Change, amend_rating, log_rating


class NewRating(StrictSerializer):
    """A completed instrument, as a device sends it."""

    client_uuid = Key()
    treatment = RowId()
    instrument = Text()
    answers = AnswerList()
    device_at = Instant()
    check_in = RowId(required=False, allow_null=True)
    device_tz = Text(required=False, allow_blank=True)
    device_sent_at = Instant(required=False, allow_null=True)
    respondent = Text(required=False, allow_blank=True)


class StoredRating(RowSerializer):
    """A rating as it was entered."""

    class Meta:
        """Every stored column."""

        model = Rating
        fields = (
            "id",
            "client_uuid",
            "payload_sha256",
            "patient",
            "treatment",
            "check_in",
            "instrument",
            "instrument_version",
            "answers",
            "total",
            "answered",
            "prorated",
            "respondent",
            "entered_by",
            "device_at",
            "device_utc_offset_minutes",
            "device_tz",
            "device_sent_at",
            "received_at",
            "skew_ms",
            "effective_at",
            "timing",
        )


class StoredAmendment(RowSerializer):
    """What was changed of a rating, and why."""

    class Meta:
        """Every stored column."""

        model = Amendment
        fields = (
            "id",
            "client_uuid",
            "payload_sha256",
            "rating",
            "kind",
            "answers",
            "total",
            "reason",
            "made_by",
            "made_at",
        )


class AmendedRating(RowSerializer):
    """A rating as it was entered, with its amendments in order: the last one counts."""

    amendments = StoredAmendment(many=True)

    class Meta:
        """Every stored column, and what stands beside it."""

        model = Rating
        fields = (*StoredRating.Meta.fields, "amendments")


class NewAmendment(StrictSerializer):
    """A correction with its answers, or a withdrawal without."""

    client_uuid = Key()
    kind = Text()
    reason = Text(allow_blank=True, max_length=2000)
    answers = AnswerList(required=False, allow_null=True)


def readable(person: Person) -> QuerySet[Rating]:
    """Return the ratings a person may see now, with their amendments; a patient's own are withheld on a dose day."""
    withheld = withheld_from(person, timezone.now())
    mine = Rating.objects.visible_to(person).exclude(patient__in=withheld)
    return mine.select_related("patient").prefetch_related("amendments")


class Ratings(ListRoute):
    """`ratings/`: read those one may see, post one for a treatment one may write for."""

    serializer_class = AmendedRating

    def get_queryset(self) -> QuerySet[Rating]:
        """Return them with their amendments."""
        return readable(self.person)

    def paginate_queryset(self, queryset: QuerySet[Any] | Sequence[Any]) -> list[Any] | None:
        """Return one page, and note whose ratings the person has read with it."""
        page = super().paginate_queryset(queryset)
        note_reading(reader=self.person, patients=[one.patient for one in page or ()])
        return page

    def post(self, request: Request) -> Response:
        """Store a rating once per client key: 201 the first time, 200 with the same body ever after."""
        fields = read(NewRating, request)
        treatment = writable(
            Treatment.objects.recorded_by(self.person).select_related("patient"), fields.pop("treatment"), "treatment"
        )
        if fields.get("check_in") is not None:
            fields["check_in"] = writable(treatment.check_ins.all(), fields["check_in"], "check_in")
        logged = log_rating(actor=self.person, treatment=treatment, entry=Entry(**fields))
        location = reverse("api-rating", args=[logged.rating.pk])
        return stored(StoredRating(logged.rating).data, location=location, replayed=logged.replayed)


class OneRating(RowRoute):
    """`ratings/{id}/`."""

    serializer_class = AmendedRating

    def get_queryset(self) -> QuerySet[Rating]:
        """Return those the person may see."""
        return readable(self.person)

    def get_object(self) -> Rating:
        """Return the one asked for, and note that the person has read it."""
        rating: Rating = super().get_object()
        note_reading(reader=self.person, patients=[rating.patient])
        return rating


class Amendments(Route):
    """`ratings/{id}/amendments/`."""

    def post(self, request: Request, pk: int) -> Response:
        """Store an amendment once per client key, as with ratings."""
        rating = get_object_or_404(Rating.objects.recorded_by(self.person).select_related("patient"), pk=pk)
        change = Change(**read(NewAmendment, request))
        amendment, replayed = amend_rating(actor=self.person, rating=rating, change=change)
        return stored(StoredAmendment(amendment).data, replayed=replayed)
