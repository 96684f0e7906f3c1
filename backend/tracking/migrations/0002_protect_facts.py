"""Make the database refuse to change or delete ratings, amendments, skips and steps, or to delete treatments."""

from django.db import migrations

from backend.accounts.protection import protect


class Migration(migrations.Migration):

    dependencies = [("tracking", "0001_initial")]

    operations = [
        protect("tracking_rating"),
        protect("tracking_amendment"),
        protect("tracking_skip"),
        protect("tracking_step"),
        protect("tracking_treatment", update=False),
    ]
