"""Every test here starts with all its attempts left."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_limits_from_before(db):
    cache.clear()
