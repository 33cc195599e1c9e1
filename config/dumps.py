"""PostgreSQL's own tools (pg_dump, pg_restore, psql of the embedded package) on the database of the settings."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from itertools import islice
from pathlib import Path
from typing import IO

from django.db import connection
from psycopg.conninfo import make_conninfo

from config.embedded import binaries

# What was there goes, inside the transaction that brings the new; also what only a newer version has.
EMPTY = """
DO $$
DECLARE each text; everything text[];
BEGIN
  SELECT array_agg(format('DROP %s IF EXISTS %s CASCADE', kind, name)) INTO everything FROM (
    SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
             ELSE 'TABLE' END, c.oid::regclass::text, c.oid
    FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
    UNION ALL
    SELECT 'ROUTINE', p.oid::regprocedure::text, p.oid FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
  ) found (kind, name, id)
  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = found.id AND d.deptype IN ('e', 'i', 'a'));
  FOREACH each IN ARRAY coalesce(everything, '{}') LOOP EXECUTE each; END LOOP;
END $$;
"""
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND backend_type = 'client backend'
"""
# A line that pg_restore writes for itself and a server before 17 does not know.
UNKNOWN_BEFORE_17 = b"SET transaction_timeout"


# What of the connection's settings the tools need too; our timeouts are not for them.
CARRIED_OVER = ("ssl", "gss", "keepalives", "tcp_", "connect_timeout", "channel_binding", "target_session_attrs")


class ToolFailed(Exception):
    """The message is the tool's own first line of complaint."""


def dump(target: Path) -> None:
    """Write the database to the file, for its owner only; the file is replaced in one step, when it is whole.

    Raises ToolFailed, and OSError when the file cannot be written.
    """
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # made with mode 0600
    os.close(handle)
    try:
        command = [*_tool("pg_dump"), "--format=custom", "--no-owner", "--no-acl", f"--file={draft}"]
        done = subprocess.run(command, capture_output=True, env=_environment(), check=False)
        if done.returncode != 0:
            raise ToolFailed(_first_line(done.stderr))
        Path(draft).replace(target)
    finally:
        Path(draft).unlink(missing_ok=True)


def is_dump(source: Path) -> bool:
    """Whether pg_restore can read its table of contents."""
    command = [str(binaries.postgres("pg_restore")), "--list", str(source)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def load(source: Path) -> None:
    """Replace everything in the database by the dump, in one transaction: it succeeds, or nothing has changed.

    Other connections are ended first; those that return wait until it is over. Raises ToolFailed.
    """
    with connection.cursor() as cursor:
        cursor.execute(END_OTHERS)
    connection.close()
    command = [*_tool("psql"), "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"]
    with tempfile.TemporaryFile() as complaints:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=complaints, env=_environment()) as psql:
            is_whole = _feed(psql.stdin, source) if psql.stdin else False
        complaints.seek(0)
        if psql.returncode != 0:
            raise ToolFailed(_first_line(complaints.read()))
        if not is_whole:
            raise ToolFailed("the file ends too early; nothing was changed")


def _feed(psql: IO[bytes], source: Path) -> bool:
    """Whether the whole file could be read: only then COMMIT is sent."""
    command = [str(binaries.postgres("pg_restore")), "--no-owner", "--no-acl", "--file=-", str(source)]
    with (
        contextlib.suppress(BrokenPipeError),  # psql has ended, and says why
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as script,
    ):
        psql.write(b"BEGIN;\n" + EMPTY.encode())
        if script.stdout:
            psql.writelines(line for line in islice(script.stdout, 100) if not line.startswith(UNKNOWN_BEFORE_17))
            shutil.copyfileobj(script.stdout, psql)
        if script.wait() == 0:
            psql.write(b"COMMIT;\n")
        psql.close()
    return script.returncode == 0


def _tool(name: str) -> list[str]:
    """The tool and where it connects to; the password goes by the environment, which others cannot read."""
    known = connection.settings_dict
    where = {"dbname": known["NAME"], "user": known["USER"], "host": known["HOST"], "port": known["PORT"]}
    where |= {name: value for name, value in known["OPTIONS"].items() if name.startswith(CARRIED_OVER)}
    conninfo = make_conninfo(**{name: value for name, value in where.items() if value})
    return [str(binaries.postgres(name)), f"--dbname={conninfo}"]


def _environment() -> dict[str, str]:
    return {**os.environ, "PGPASSWORD": connection.settings_dict["PASSWORD"]}


def _first_line(complaints: bytes) -> str:
    lines = complaints.decode(errors="replace").strip().splitlines()
    return lines[0] if lines else "it ended without a word"
