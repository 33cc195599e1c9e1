"""`make run`: everything the product needs, from one command, until Ctrl-C."""

import contextlib
import errno
import http.client
import os
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from config import environment
from config.embedded import folder, leash, leftovers, postgres, redis
from config.embedded.output import say, show
from config.embedded.programs import NEED_REDIS, Program, environment_of, procfile
from config.embedded.supervisor import Supervisor
from config.embedded.trouble import CannotStart


def main(read_lines: Callable[[], Mapping[str, str]] = procfile) -> None:
    if os.environ.get("MAKELEVEL"):
        leash.follow_parent()  # killing make is meant for us
    try:
        data_dir = environment.data_dir()
        folder.prepare(data_dir)
        with folder.held(data_dir):
            leftovers.end(data_dir)
            _refuse_a_taken_port()
            _run(data_dir, read_lines())
    except CannotStart as trouble:
        sys.exit(str(trouble))


def _run(data_dir: Path, lines: Mapping[str, str]) -> None:
    supervisor = Supervisor(data_dir)
    try:
        settings = _serve(supervisor, data_dir)
        programs = [Program(name, line, settings) for name, line in lines.items()]
        welcome = "".join(supervisor.run_once(each) for each in programs if each.name == "release")
        if supervisor.is_stopping:
            return
        supervisor.keep(kept(programs, settings))
        supervisor.watch(until=_web_answers)
        show(f"{welcome}\nThe desk is at {environment.public_url()}/ (Ctrl-C stops it)\n")
        supervisor.watch()
    finally:
        say("run", "stopping")
        supervisor.stop()


def _serve(supervisor: Supervisor, data_dir: Path) -> dict[str, str]:
    """Start the servers whose addresses are not given. Returns the environment of the processes."""
    if not environment.text("SECRET_KEY"):
        folder.secret(data_dir)
    settings = {"DATA_DIR": str(data_dir), "PORT": str(environment.port())}
    settings |= {name: environment.text(name) for name in ("DATABASE_URL", "REDIS_URL")}
    if not settings["DATABASE_URL"]:
        say("run", f"starting PostgreSQL in {data_dir}")
        server = postgres.server(data_dir)
        supervisor.serve(server)
        settings["DATABASE_URL"] = server.url
    if not settings["REDIS_URL"] and (hints := redis.server(data_dir)):
        supervisor.serve(hints)
        settings["REDIS_URL"] = hints.url
    return environment_of(settings, is_private=not environment.text("DATABASE_URL"))


def kept(programs: Iterable[Program], settings: Mapping[str, str]) -> list[Program]:
    """Those that run on and on; without Redis some have nothing to listen to."""
    lasting = [each for each in programs if each.name != "release"]
    if settings["REDIS_URL"]:
        return lasting
    left_out = " and ".join(each.name for each in lasting if each.name in NEED_REDIS)
    say("run", f"no Redis: {left_out} are not started, drain does their work (redis-server on the PATH would help)")
    return [each for each in lasting if each.name not in NEED_REDIS]


def _refuse_a_taken_port() -> None:
    host, port = environment.bind(), environment.port()
    if environment.problems:
        raise CannotStart("\n".join(str(problem) for problem in environment.problems))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(f"Port {port} is taken. Give another one: PORT={port + 1} make run") from error
        raise CannotStart(f"{host}:{port} cannot be used (BIND, PORT): {error.strerror}.") from error


def _web_answers() -> bool:
    """Whether the web process says it is alive."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(environment.bind(), environment.bind())  # noqa: S104 (read, not used)
    with contextlib.closing(http.client.HTTPConnection(host, environment.port(), timeout=1)) as connection:
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False


if __name__ == "__main__":
    main()
