"""Superusers see tokens in the admin and revoke them there."""

import pytest
from django.urls import reverse

from backend.accounts.models import AuditEntry
from backend.exchange.models import ApiToken
from backend.exchange.tokens import create_token, recognise
from tests import make

pytestmark = pytest.mark.django_db


def test_a_token_is_shown_without_its_hash_and_can_be_revoked(client, clinician):
    token, text = create_token(actor=None, person=clinician, scopes=["read"])
    administrator = make.member(is_staff=True, is_superuser=True)
    client.force_login(administrator)
    shown = client.get(reverse("admin:exchange_apitoken_change", args=[token.pk]))
    assert shown.status_code == 200
    assert token.sha256 not in shown.content.decode()
    chosen = {"action": "revoke", "_selected_action": [token.pk]}
    client.post(reverse("admin:exchange_apitoken_changelist"), chosen)
    assert ApiToken.objects.get().revoked_at is not None
    assert recognise(text) is None
    assert AuditEntry.objects.get(action="token.revoked").actor == administrator
