"""Static files under names that carry a hash, so that browsers keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Statics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """A file that was not collected, as in tests, keeps its plain name instead of failing the page that needs it."""

    def stored_name(self, name: str) -> str:
        clean: str = self.clean_name(name)
        hashed: str | None = self.hashed_files.get(self.hash_key(clean))
        return hashed or clean
