"""Names of static files: hashed once they were collected, plain before that."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

MODULES = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns  # noqa: SLF001 - Django's own


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Hashed, compressed files, which a browser may keep for ever."""

    # Django can follow the imports of every script or of none, and fails on one in a comment of django-htmx's.
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("phone/*.js", MODULES[1]))

    def stored_name(self, name: str) -> str:
        """Return the hashed name; where nothing was collected, as in tests, the name as it is."""
        return str(super().stored_name(name)) if self.hashed_files else name
