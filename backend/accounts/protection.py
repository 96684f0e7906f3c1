"""Database triggers that refuse to change or delete what was written once, on SQLite and PostgreSQL.

A later migration that alters a protected table on SQLite must protect it again: SQLite copies the table and drops
its triggers.
"""

import re
from collections.abc import Callable

from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

PREFIX = "append_only"  # of the triggers' names

# The error is an integrity error to Django, as it is on SQLite.
REFUSE = """
    CREATE OR REPLACE FUNCTION append_only_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
EVERY_TRIGGER = {
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 11) = %s",
    "postgresql": """
        SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal AND left(tgname, 11) = %s
    """,
}
DROP = {"sqlite": 'DROP TRIGGER "{name}"', "postgresql": 'DROP TRIGGER "{name}" ON {table}'}


def protect(table: str, *, update: bool = True, delete: bool = True) -> RunPython:
    """Return the migration operation that makes the database refuse UPDATE, DELETE or both, and TRUNCATE."""
    events = [event for event, refused in [("UPDATE", update), ("DELETE", delete)] if refused]

    def forwards(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in STATEMENTS[editor.connection.vendor](table, events):
            editor.execute(statement, None)

    def backwards(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for name, owner, _made in triggers(editor.connection):
            if owner == table:
                editor.execute(DROP[editor.connection.vendor].format(name=name, table=table))

    return RunPython(forwards, backwards)


def triggers(connection: BaseDatabaseWrapper) -> list[tuple[str, str, str]]:
    """Return name, table and CREATE statement of every trigger that protects something."""
    with connection.cursor() as cursor:
        cursor.execute(EVERY_TRIGGER[connection.vendor], [PREFIX])
        return list(cursor.fetchall())


def refusing_update(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the tables whose rows may not change."""
    return {table for _, table, made in triggers(connection) if "UPDATE" in re.split(" BEFORE | ON ", made)[1]}


def remove_protection(connection: BaseDatabaseWrapper) -> list[str]:
    """Drop every such trigger, so that a test database can be emptied; return what `restore_protection` needs."""
    protecting = triggers(connection)
    with connection.cursor() as cursor:
        for name, table, _made in protecting:
            cursor.execute(DROP[connection.vendor].format(name=name, table=table))
    return [made for _name, _table, made in protecting]


def restore_protection(connection: BaseDatabaseWrapper, removed: list[str]) -> None:
    """Create the triggers that `remove_protection` dropped."""
    with connection.cursor() as cursor:
        for made in removed:
            cursor.execute(made)


def _sqlite(table: str, events: list[str]) -> list[str]:
    return [
        f'CREATE TRIGGER "{PREFIX}_{table}_{event.lower()}" BEFORE {event} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for event in events
    ]


def _postgresql(table: str, events: list[str]) -> list[str]:
    by_row = f'CREATE TRIGGER "{PREFIX}_{table}" BEFORE {" OR ".join(events)} ON "{table}" FOR EACH ROW'
    at_once = f'CREATE TRIGGER "{PREFIX}_{table}_truncate" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT'
    return [REFUSE, *(f"{made} EXECUTE FUNCTION append_only_refuse()" for made in (by_row, at_once))]


STATEMENTS: dict[str, Callable[[str, list[str]], list[str]]] = {"sqlite": _sqlite, "postgresql": _postgresql}
