"""Make the database refuse to change or delete what was rated, skipped, seen or noted, and to delete treatments."""

from django.db import migrations

from backend.accounts.protection import protect


class Migration(migrations.Migration):

    dependencies = [("tracking", "0001_initial")]

    operations = [
        protect("tracking_rating"),
        protect("tracking_amendment"),
        protect("tracking_skip"),
        protect("tracking_step"),
        protect("tracking_observation"),
        protect("tracking_note"),
        protect("tracking_treatment", update=False),
        protect("tracking_previoustreatment", update=False),
        protect("tracking_alertrule", update=False),
        protect("tracking_alert", update=False),
    ]
