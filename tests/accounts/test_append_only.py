"""What was written once stays as it was written, whoever tries."""

import pytest
from django.db import IntegrityError, connection, transaction

from backend.accounts import audit, protection
from backend.accounts.models import AuditEntry, Clinic, Consent
from backend.accounts.services import consent
from tests import make


@pytest.fixture
def facts(patient, clinician):
    """A consent and the audit entry beside it."""
    consent.give_consent(actor=clinician, patient=patient, version="1", language="en", text="I agree.")
    return [Consent.objects.get(), AuditEntry.objects.get(action="consent.given")]


def refused(write):
    """Whether the database refused a write, and said which table refuses it."""
    with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic():
        write()


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("number", [0, 1], ids=["consent", "audit entry"])
@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda row: row.save(), id="save"),
        pytest.param(lambda row: type(row).objects.update(at=row.at), id="update"),
        pytest.param(lambda row: type(row).objects.bulk_update([row], ["at"]), id="bulk update"),
        pytest.param(lambda row: row.delete(), id="delete"),
        pytest.param(lambda row: type(row).objects.all().delete(), id="delete of many"),
        pytest.param(lambda row: run(f"UPDATE {row._meta.db_table} SET at = at"), id="raw update"),
        pytest.param(lambda row: run(f"DELETE FROM {row._meta.db_table}"), id="raw delete"),
    ],
)
def test_the_database_refuses(facts, number, write):
    refused(lambda: write(facts[number]))
    facts[number].refresh_from_db()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
def test_replacing_is_refused_too(facts):
    table = facts[1]._meta.db_table
    refused(lambda: run(f"REPLACE INTO {table} SELECT * FROM {table}"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's")
def test_truncating_is_refused_too(facts):
    run("SET CONSTRAINTS ALL IMMEDIATE")  # no check is left for later, which would be refused first
    refused(lambda: run(f"TRUNCATE {facts[1]._meta.db_table}"))


def test_tables_that_refuse_updates_are_known(db):
    assert {"accounts_auditentry", "accounts_consent"} <= protection.refusing_update(connection)
    assert "accounts_person" not in protection.refusing_update(connection)


def test_what_may_change_still_does(clinic):
    Clinic.objects.update(name="Other")
    clinic.refresh_from_db()
    assert clinic.name == "Other"


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_is_flushed_and_protected_again(transactional_db, turn):
    assert not AuditEntry.objects.exists()
    audit.record(None, "tested", make.clinic())
    refused(lambda: AuditEntry.objects.all().delete())
