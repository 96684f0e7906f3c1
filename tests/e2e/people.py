"""Run by a test in a process of its own: a clinic, its clinician with a token, a patient with a started treatment.

Prints the treatment as JSON, then the token.
"""

import json
import os
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django first
from django.utils import timezone  # noqa: E402 - Django first

from tests import make  # noqa: E402 - Django first

clinic = make.clinic(name="Harbour Clinic")
clinician = make.member(at=clinic, email="clara@clinic.example")
patient = make.patient(at=clinic, sign_in=False)
treatment = make.treatment(of=patient, by=clinician, started_at=timezone.now() - timedelta(days=20))
told = {"treatment": treatment.pk, "started_at": str(treatment.started_at), "ended_at": str(treatment.ended_at)}
print(json.dumps(told))  # noqa: T201 - its whole purpose
call_command("create_token", clinician.email, "--scopes", "read,write", "--days", "1")
