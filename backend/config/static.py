"""Names of static files: hashed once they were collected, plain before that."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """Hashed, compressed files, which a browser may keep for ever."""

    def stored_name(self, name: str) -> str:
        """Return the hashed name; where nothing was collected, as in tests, the name as it is."""
        return str(super().stored_name(name)) if self.hashed_files else name
