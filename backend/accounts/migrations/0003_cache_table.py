"""Make the table in which limits of sign-in are counted."""

from django.core.management import call_command
from django.db import migrations

TABLE = "accounts_cache"


def create(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):

    dependencies = [("accounts", "0002_protect_facts")]

    operations = [migrations.RunPython(create, drop)]
