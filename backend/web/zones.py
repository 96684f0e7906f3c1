"""Time zones to choose from."""

from backend.accounts.models import time_zones


def zone_choices(current: str) -> list[tuple[str, str]]:
    """Return the zones that places are called by, and the one in use whatever it is called."""
    places = {name for name in time_zones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))}
    return [(name, name.replace("_", " ")) for name in sorted(places | {current, "UTC"})]
