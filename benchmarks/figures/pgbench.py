"""The baseline: the same work as plain SQL, driven by PostgreSQL's own benchmark program."""

import re
import subprocess
import tempfile
from pathlib import Path

from django.conf import settings

from benchmarks.figures.report import Broken
from config.embedded import binaries

RESULT = re.compile(r"number of failed transactions: 0 .*^tps = ([\d.]+)", re.DOTALL | re.MULTILINE)


def rate(script: str, *, clients: int, limit: list[str], values: dict[str, object]) -> float:
    """Transactions per second. `limit` is pgbench's own (`-T` seconds or `-t` transactions per client).

    In the script `:'name'` stands for a value, as a literal; pgbench itself only knows numbers.
    """
    for name, value in values.items():
        literal = str(value).replace("'", "''")
        script = script.replace(f":'{name}'", f"'{literal}'")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "script.sql")
        path.write_text(script)
        command = ["-n", "-c", str(clients), "-j", "2", *limit, "-f", str(path), settings.DATABASE_URL]
        done = subprocess.run(
            [binaries.postgres("pgbench"), *command], capture_output=True, text=True, timeout=600, check=False
        )
    found = RESULT.search(done.stdout)
    if done.returncode != 0 or found is None:
        raise Broken(f"pgbench failed: {done.stderr.strip() or done.stdout.strip()}")
    return float(found[1])
