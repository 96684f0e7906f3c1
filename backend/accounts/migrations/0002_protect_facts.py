"""Make the database refuse to change or delete consents and audit entries."""

from django.db import migrations

from backend.accounts.protection import protect


class Migration(migrations.Migration):

    dependencies = [("accounts", "0001_initial")]

    operations = [protect("accounts_auditentry"), protect("accounts_consent")]
