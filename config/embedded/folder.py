"""DATA_DIR: one owner, closed to everybody else, used by one copy of the product at a time."""

import fcntl
import os
import pwd
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.trouble import CannotStart

LOCK = "lock"
SECRET_KEY = "secret_key"  # noqa: S105 (the name of a file)
# How the names of what the product puts there begin. With only other things in it the folder is somebody's own.
OURS = (
    *(LOCK, SECRET_KEY, "guests", "media", "postgres", "redis", "state.json", "static", "tests"),
    *(".secret-", ".state-"),
)


def prepare(data_dir: Path) -> None:
    """Make the folder, or check that it is ours, and close it to other users. Raises CannotStart."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = data_dir.stat().st_uid
        if owner != os.geteuid():
            raise CannotStart(
                f"DATA_DIR {data_dir} belongs to {_name(owner)} and this is {_name(os.geteuid())}. "
                f"Run it as {_name(owner)}, or give another DATA_DIR."
            )
        names = [entry.name for entry in data_dir.iterdir()]
        if names and not any(name.startswith(OURS) for name in names):
            raise CannotStart(f"DATA_DIR {data_dir} holds other files. Give a folder of its own.")
        data_dir.chmod(0o700)
    except OSError as error:
        raise CannotStart(f"DATA_DIR {data_dir} cannot be used: {error.strerror}. Give another DATA_DIR.") from error


class Taken(CannotStart):
    """Another copy, or a command, uses the folder."""


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Keep every other copy out of the folder; the kernel lets go of it when this process ends, however it ends."""
    with (data_dir / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken(
                f"Another copy (or a command) already runs in DATA_DIR {data_dir}. "
                "Stop it, or give this one another PORT and DATA_DIR."
            ) from None
        yield


def secret(data_dir: Path, name: str = SECRET_KEY) -> str:
    """A random secret of 256 bits, made on the first call and the same ever after, even if two ask at once."""
    path = data_dir / name
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=data_dir, prefix=".secret-")  # made with mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text().strip()


def _name(uid: int) -> str:
    try:
        return f"the user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"the user number {uid}"
