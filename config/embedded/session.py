"""The database of one `manage.py` command: the one given, the one that runs already, or one started for the command."""

import fcntl
import os
import time
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config import environment
from config.embedded import folder, leftovers, postgres, state

WITHOUT_DATABASE = {
    *("help", "version", "check", "makemigrations", "collectstatic", "findstatic", "diffsettings", "spectacular"),
    *("compilemessages", "makemessages", "sendtestemail", "startapp", "startproject"),
}
HELP = {"-h", "--help", "--version"}
GUESTS = "guests"  # locked, shared, by every command that uses a database another one has started
PATIENCE = 60.0  # seconds to wait for a copy that is just starting


@contextmanager
def database(arguments: Sequence[str], environ: MutableMapping[str, str] = os.environ) -> Iterator[None]:
    """Put DATABASE_URL (and REDIS_URL) into the environment for this command. Raises CannotStart."""
    if environ.get("DATABASE_URL") or not needs_database(arguments):
        yield
        return
    data_dir = environment.data_dir()
    folder.prepare(data_dir)
    folder.secret(data_dir)
    forget_client_settings(environ)
    with ExitStack() as kept:
        _find_or_start(data_dir, environ, kept)
        yield


def _find_or_start(data_dir: Path, environ: MutableMapping[str, str], kept: ExitStack) -> None:
    """Whoever holds the folder is starting or stopping a server: look again until it is there, or the folder free."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with ExitStack() as attempt:
            try:
                if not attempt.enter_context(_found(data_dir, environ)):
                    attempt.enter_context(_started(data_dir, environ))
                kept.push(attempt.pop_all())
                return
            except folder.Taken:
                if time.monotonic() > deadline:
                    raise
        time.sleep(0.1)


def needs_database(arguments: Sequence[str]) -> bool:
    if not arguments or HELP & set(arguments):
        return False
    return arguments[0] not in WITHOUT_DATABASE or "--database" in arguments


def forget_client_settings(environ: MutableMapping[str, str]) -> None:
    """Drop PGHOST, PGSSLMODE and the like: they are meant for another server and would bend connections to ours."""
    for name in [name for name in environ if name.startswith("PG")]:
        del environ[name]


@contextmanager
def _found(data_dir: Path, environ: MutableMapping[str, str]) -> Iterator[bool]:
    """Use what runs already, and keep it while it is used."""
    with ExitStack() as book:
        book.enter_context(_guest_book(data_dir, fcntl.LOCK_SH))
        known = state.read(data_dir)
        if url := known.url("postgres"):
            environ["DATABASE_URL"] = url
            if redis := known.url("redis"):
                environ.setdefault("REDIS_URL", redis)
        else:
            book.close()
        yield bool(url)


@contextmanager
def _started(data_dir: Path, environ: MutableMapping[str, str]) -> Iterator[None]:
    with folder.held(data_dir), (data_dir / "postgres.log").open("wb") as log:
        leftovers.end(data_dir)
        server = postgres.server(data_dir)
        with server.running(output=log.fileno()) as child:
            owner = state.Running.of(os.getpid())
            state.write(data_dir, state.State({"owner": owner, "postgres": state.Running.of(child.pid, server.url)}))
            environ["DATABASE_URL"] = server.url
            try:
                yield
            finally:
                del environ["DATABASE_URL"]
                with _guest_book(data_dir, fcntl.LOCK_EX):
                    state.clear(data_dir)


@contextmanager
def _guest_book(data_dir: Path, kind: int) -> Iterator[None]:
    with (data_dir / GUESTS).open("a") as file:
        fcntl.flock(file, kind)
        yield
