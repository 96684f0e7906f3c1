"""API tokens in Django's own admin: to look at, and to revoke."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.accounts.admin import ReadOnlyAdmin, acting
from backend.exchange.models import ApiToken
from backend.exchange.tokens import revoke_token


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens, without the part that opens anything."""

    exclude = ("sha256",)
    list_display = ("prefix", "person", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("person",)
    ordering = ("-pk",)
    actions = ("revoke",)

    @admin.action(description="Revoke the selected tokens")
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        """Close the door to them from their next request on."""
        for token in tokens:
            revoke_token(actor=acting(request), token=token)
