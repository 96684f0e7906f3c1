"""The Celery application, which `celery -A backend.config worker` finds here, and the sign of life of its workers."""

import os

import celery.app.amqp  # noqa: F401  # a beat that is asked to end while it imports this itself ends with an error
from celery import Celery
from celery.app.utils import Settings
from celery.signals import celeryd_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

WORKER_SOCKET_TIMEOUT = 5  # seconds; a broker held up by its disk must not cost a worker its connection and its tasks

app = Celery("ebb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task(name="heartbeat")
def heartbeat() -> None:
    """Leave a sign that scheduled work is sent, received and done."""
    settings.HEARTBEAT_FILE.touch()


@celeryd_init.connect
def be_patient(conf: Settings, **_: object) -> None:
    """Let a worker wait longer for its broker than a request may."""
    conf.broker_transport_options = {**conf.broker_transport_options, "socket_timeout": WORKER_SOCKET_TIMEOUT}
