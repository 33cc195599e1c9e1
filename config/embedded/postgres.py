"""The private PostgreSQL: a cluster under DATA_DIR, run in the foreground as a child of whoever asks for it."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.embedded import binaries, folder
from config.embedded.leash import leashed, ordinary_account
from config.embedded.servers import Server, free_port
from config.embedded.trouble import CannotStart

NAME = "escalations"  # of the role and of the database
PASSWORD = "postgres_password"  # noqa: S105 (the name of a file)
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    "jit": "off",
    "random_page_cost": "1.1",
    "autovacuum_naptime": "20s",
    "tcp_keepalives_idle": "10",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # errors reach the client; here they would only show people's data
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    "log_line_prefix": "",
}


@dataclass(frozen=True)
class Runner:
    """As whom, and from which folder, PostgreSQL's programs are run; they refuse to run as root."""

    user: str = ""
    bin: Path = Path()
    copied_to: Path | None = None

    @property
    def account(self) -> pwd.struct_passwd | None:
        """The account whose files the cluster must be, where it is not our own."""
        return pwd.getpwnam(self.user) if self.user not in {"", "mapped"} else None

    def owner(self) -> int:
        return self.account.pw_uid if self.account else os.geteuid()

    def path(self, cluster: Path) -> str:
        """How the program names the cluster: another account may not enter DATA_DIR, only stand in the cluster."""
        return "/proc/self/cwd" if self.account else str(cluster)

    def run(self, program: str, *arguments: str, cluster: Path, given: str = "") -> None:
        """Run a program to its end inside the cluster's folder. Raises CannotStart with its last words."""
        done = subprocess.run(
            leashed([str(self.bin / program), *arguments], end_with=signal.SIGKILL, user=self.user),
            cwd=cluster,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            words = (done.stderr or done.stdout).strip().splitlines() or [f"code {done.returncode}"]
            raise CannotStart(f"PostgreSQL's {program} failed: {words[-1]}")

    def clean_up(self) -> None:
        if self.copied_to is not None:
            shutil.rmtree(self.copied_to, ignore_errors=True)


def server(data_dir: Path, settings: Mapping[str, str] | None = None, *, runner: Runner | None = None) -> Server:
    """The server of the cluster in this DATA_DIR, which is made on the first call. Raises CannotStart.

    Whoever runs it holds the folder's lock (`folder.held`).
    """
    cluster = data_dir / "postgres"
    _refuse_another_major(cluster)
    runner = runner or choose_runner()
    password = folder.secret(data_dir, PASSWORD)
    if not cluster.exists():
        make_cluster(cluster, password, runner)
    _hand_over(cluster, runner)
    port = free_port()
    url = f"postgresql://{NAME}:{quote(password)}@127.0.0.1:{port}/{NAME}"
    options = {**SETTINGS, "port": str(port), **(settings or {})}
    return Server(
        name="postgres",
        url=url,
        program=(
            str(runner.bin / "postgres"),
            "-D",
            runner.path(cluster),
            *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
        ),
        stops_with=signal.SIGINT,
        answers=lambda: _says_it_is_ready(cluster) and answers(url),
        user=runner.user,
        folder=cluster,
        prepare=partial(_forget_a_dead_postmaster, cluster),
        clean_up=runner.clean_up,
    )


def make_cluster(cluster: Path, password: str, runner: Runner) -> None:
    """Initialise beside the final place and move it there when it is complete: a cluster that exists is a whole one."""
    draft = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    _hand_over(draft, runner)
    place = runner.path(draft)
    runner.run(
        "initdb",
        *("-D", place, "-U", "postgres", "--auth=reject", "--data-checksums", "--no-instructions"),
        *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        cluster=draft,
    )
    runner.run("postgres", "--single", "-D", place, "postgres", cluster=draft, given=_first_statements(password))
    (draft / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
    draft.rename(cluster)


def _first_statements(password: str) -> str:
    """The product's role owns its database and may make others (restore, tests); it is no superuser."""
    return (
        f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD '{password}'\n"
        f"CREATE DATABASE {NAME} OWNER {NAME}\n"
        f"ALTER ROLE postgres PASSWORD '{password}'\n"
    )


def answers(url: str) -> bool:
    """Whether a connection is accepted now."""
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _says_it_is_ready(cluster: Path) -> bool:
    """As pg_ctl sees it; whoever connects earlier leaves a frightening line in the log."""
    try:
        return (cluster / "postmaster.pid").read_text().rstrip().endswith("ready")
    except (OSError, UnicodeError):
        return False


def choose_runner() -> Runner:
    """As ourselves; for root, in a user namespace; where that is refused, a copy run as an account without rights."""
    place = binaries.postgres("postgres").parent
    if os.geteuid() != 0:
        return Runner(bin=place)
    tried = leashed(["/bin/true"], end_with=signal.SIGKILL, user="mapped")
    if subprocess.run(tried, capture_output=True, check=False).returncode == 0:
        return Runner("mapped", place)
    return copied_runner()


def copied_runner() -> Runner:
    """The programs in a folder that an account without rights reaches; they go when the server stops."""
    place = binaries.postgres("postgres").parent
    copy = Path(tempfile.mkdtemp(prefix="escalations-postgres-"))
    package = binaries.package()
    for part in (place.parent, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, copy / part.relative_to(package.parent), ignore=shutil.ignore_patterns("include"))
    copy.chmod(0o755)
    return Runner(ordinary_account().pw_name, copy / place.relative_to(package.parent), copy)


def _hand_over(cluster: Path, runner: Runner) -> None:
    """Give the files to whom PostgreSQL runs as; only root ever has to."""
    owner = runner.owner()
    if cluster.stat().st_uid == owner:
        return
    group = runner.account.pw_gid if runner.account else os.getegid()
    for path in (cluster, *cluster.rglob("*")):
        os.chown(path, owner, group, follow_symlinks=False)


def _refuse_another_major(cluster: Path) -> None:
    if not cluster.exists():
        return
    try:
        major = (cluster / "PG_VERSION").read_text().strip()
    except OSError:
        raise CannotStart(f"{cluster} is not a PostgreSQL data folder. Move it away and start again.") from None
    if major != str(binaries.MAJOR):
        raise CannotStart(
            f"{cluster} holds data of PostgreSQL {major}, and this is PostgreSQL {binaries.MAJOR}. "
            "To move it: with the release that wrote it run `python manage.py backup FILE`, "
            f"move {cluster} away, and here run `python manage.py restore FILE`."
        )


def _forget_a_dead_postmaster(cluster: Path) -> None:
    """Remove a postmaster.pid that is cut short, or whose pid is something else's now: PostgreSQL trips over it."""
    lock = cluster / "postmaster.pid"
    if not lock.exists():
        return
    first = lock.read_text(errors="replace").partition("\n")[0].strip()
    if not (first.isdecimal() and _is_postmaster(int(first), cluster)):
        lock.unlink(missing_ok=True)


def _is_postmaster(pid: int, cluster: Path) -> bool:
    """A postmaster works inside its data folder."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(cluster)
    except OSError:
        return Path("/proc").exists() is False and pid > 0
