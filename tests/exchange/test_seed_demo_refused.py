"""`manage.py seed_demo` leaves a database with a real clinic alone."""

import pytest
from django.core.management import CommandError, call_command

from backend.tracking.models import Treatment


def test_beside_a_real_clinic_it_says_so_and_stores_nothing(clinic):
    with pytest.raises(CommandError, match="Harbour Clinic"):
        call_command("seed_demo")
    assert not Treatment.objects.exists()
