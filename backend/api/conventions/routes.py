"""What a route does before its own work."""

from typing import Any, ClassVar, cast

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from backend.accounts.models import Person
from backend.api.conventions.parsing import shown


class Route(APIView):
    """Refuses query parameters it does not know."""

    query_parameters: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - parts of the address
        """Check the query once it is clear that the person may ask."""
        super().initial(request, *args, **kwargs)
        unknown = [name for name in request.query_params if name not in self.query_parameters]
        if unknown:
            raise ValidationError({shown(name): ["This query parameter is unknown."] for name in unknown})

    @property
    def person(self) -> Person:
        """Return who asks: nobody else gets past the permissions."""
        return cast("Person", self.request.user)


class RowRoute(Route, RetrieveAPIView[Any]):
    """Shows one row."""


class ListRoute(Route, ListAPIView[Any]):
    """Shows rows in pages."""

    query_parameters = frozenset({"cursor"})


class NotHere(APIView):
    """Whatever stands under /api/ and is no route."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG002 - as above
        """Say so, whatever the method."""
        raise NotFound
