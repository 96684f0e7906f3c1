"""Instruments and protocols as they ship: public, the same for everybody."""

from dataclasses import asdict
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from backend.analysis.schedule import PROTOCOLS, Protocol, protocol
from backend.api.conventions.routes import Route
from backend.instruments import Instrument, get, known

Json = dict[str, Any]


class Definitions(Route):
    """What anybody may read without signing in."""

    authentication_classes = ()
    permission_classes = ()


class Instruments(Definitions):
    """`instruments/`."""

    def get(self, request: Request) -> Response:  # noqa: ARG002 - Django REST framework's signature
        """Return all of them in the order people see them."""
        return Response(_one_page([instrument_told(one) for one in known()]))


class OneInstrument(Definitions):
    """`instruments/{slug}/`."""

    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - as above
        """Return one."""
        try:
            return Response(instrument_told(get(slug)))
        except ValueError:
            raise Http404 from None


class Protocols(Definitions):
    """`protocols/`."""

    def get(self, request: Request) -> Response:  # noqa: ARG002 - as above
        """Return all of them with their check-ins."""
        return Response(_one_page([protocol_told(protocol(slug)) for slug in PROTOCOLS]))


def instrument_told(one: Instrument) -> Json:
    """Return an instrument as JSON."""
    names = (
        "slug",
        "version",
        "title",
        "role",
        "label",
        "recall",
        "recall_hours",
        "stem",
        "answer_minimum",
        "answer_maximum",
        "total_minimum",
        "total_maximum",
        "baseline_window_hours",
        "minimum_baseline",
        "reliable_change",
        "mcid",
        "licence",
    )
    told = {name: getattr(one, name) for name in names}
    return told | {
        "items": [{"number": number, **asdict(item)} for number, item in enumerate(one.items, start=1)],
        "anchors": {str(answer): label for answer, label in one.anchors.items()},
        "bands": [asdict(band) for band in one.bands],
        "sources": dict(one.sources),
    }


def protocol_told(one: Protocol) -> Json:
    """Return a protocol as JSON."""
    told: Json = {name: getattr(one, name) for name in ("slug", "version", "title", "description", "limits")}
    check_ins = [
        {"name": each.name, "nominal_hours": each.nominal, "opens_hours": each.opens, "closes_hours": each.closes}
        for each in one.check_ins
    ]
    return told | {"check_ins": check_ins}


def _one_page(results: list[Json]) -> Json:
    return {"next": None, "previous": None, "results": results}
