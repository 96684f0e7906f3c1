"""Run by a test in a process of its own: a patient whose treatment began nine days and an hour ago.

Prints as JSON the session they are signed in with, and their check-ins by name.
"""

import json
import os
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.test import Client  # noqa: E402 - Django first
from django.utils import timezone  # noqa: E402 - Django first

from tests import make  # noqa: E402 - Django first

clinic = make.clinic(name="Harbour Clinic")
person = make.person(email="pat@clinic.example", password="a long enough password")  # noqa: S106 - a made-up person's
patient = make.patient(at=clinic, person=person)
began = timezone.now() - timedelta(days=9, hours=1.1)
treatment = make.treatment(of=patient, by=make.member(at=clinic), started_at=began)
client = Client()
client.force_login(person)
told = {
    "session": client.cookies[settings.SESSION_COOKIE_NAME].value,
    "check_ins": {one.name: [one.pk, one.due_at.isoformat()] for one in treatment.check_ins.all()},
}
print(json.dumps(told))  # noqa: T201 - its whole purpose
