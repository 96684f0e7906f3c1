"""The Celery application: `celery -A backend.config worker` finds it here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

app = Celery("ebb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
