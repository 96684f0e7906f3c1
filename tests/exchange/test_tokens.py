"""Tokens are shown once, kept as a hash, and every making and revoking is on record."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from backend.accounts.models import AuditEntry
from backend.exchange.models import ApiToken
from backend.exchange.tokens import create_token, recognise, revoke_token


def made(person, **options):
    return create_token(actor=person, person=person, **{"scopes": ["read"]} | options)


def test_a_token_is_recognised_by_its_text(clinician):
    token, text = made(clinician)
    assert recognise(text) == token
    assert recognise(text[:-1]) is None
    assert text.startswith(token.prefix)
    assert len(text) - len(token.prefix) > 40


def test_no_table_holds_what_opens_the_door(clinician):
    token, text = made(clinician)
    secret = text.removeprefix(token.prefix)
    for model in (ApiToken, AuditEntry):
        assert secret not in str(list(model.objects.values()))


def test_scopes_stand_in_one_order_and_once(clinician):
    assert made(clinician, scopes=["export", "read", "read"])[0].scopes == ["read", "export"]


@pytest.mark.parametrize("wrong", [{"scopes": ["admin"]}, {"scopes": []}, {"days": 0}, {"days": 367}])
def test_a_token_for_nothing_known_or_for_ever_is_refused(clinician, wrong):
    with pytest.raises(ValueError, match="expected"):
        made(clinician, **wrong)
    assert not ApiToken.objects.exists()


def test_use_is_noted_once_a_minute(clinician):
    _, text = made(clinician)
    recognise(text)
    first = ApiToken.objects.get().last_used_at
    recognise(text)
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=1))
    recognise(text)
    assert ApiToken.objects.get().last_used_at >= first


def test_a_token_is_made_and_revoked_on_record_once(clinician):
    token, text = made(clinician)
    revoke_token(actor=clinician, token=token)
    revoke_token(actor=clinician, token=token)
    assert recognise(text) is None
    told = AuditEntry.objects.filter(target_type="exchange.apitoken").values_list("action", "actor", "target_id")
    assert list(told.order_by("pk")) == [
        ("token.created", clinician.pk, str(token.pk)),
        ("token.revoked", clinician.pk, str(token.pk)),
    ]


def test_the_command_prints_the_token_and_nothing_else(clinician):
    out = StringIO()
    call_command("create_token", clinician.email.upper(), "--scopes", "read, write", "--days", "30", stdout=out)
    token = recognise(out.getvalue().removesuffix("\n"))
    assert token is not None
    assert (token.person, token.scopes) == (clinician, ["read", "write"])
    assert timedelta(days=29) < token.expires_at - timezone.now() < timedelta(days=31)


@pytest.mark.parametrize(
    "wrong",
    [["nobody@clinic.example"], ["{}", "--scopes", "admin"], ["{}", "--days", "0"], ["{}", "--scopes", ""]],
)
def test_the_command_says_in_one_line_what_was_wrong(clinician, wrong):
    with pytest.raises(CommandError) as refused:
        call_command("create_token", *[word.format(clinician.email) for word in wrong])
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert not ApiToken.objects.exists()
