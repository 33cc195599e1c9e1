"""Bring the database and the static files to this version, and make the first login and the first agent."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from escalations import agents
from escalations.management import first_call
from escalations.models import Agent
from reviewers import people
from reviewers.models import Reviewer, Role

ADMIN = "admin@localhost"
AGENT = "first-agent"
ONE_AT_A_TIME = 7_201_931  # advisory lock: two machines may be released at the same moment


class Command(BaseCommand):
    help = "Run before the processes of a new version start: checks, migrations, static files, first rows."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        self.check()
        self.check(databases=["default"])
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = '5min'")
            cursor.execute("SET idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        self._migrate()
        call_command("collectstatic", interactive=False, verbosity=0)
        self._welcome(**_first_rows())
        connection.close()  # frees the lock, and the settings made above

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        call_command("migrate", interactive=False, verbosity=0)
        self.stderr.write(f"{missing} migrations were applied" if missing else "the database is up to date")

    def _welcome(self, *, password: str = "", api_key: str = "") -> None:
        """Secrets are shown here and nowhere else, on stdout; everything else a release says goes to stderr."""
        lines = []
        if password:
            lines.append(f"Sign in    {settings.PUBLIC_URL}/  as  {ADMIN}  with  {password}")
        if api_key:
            lines += [
                f"Agent      {AGENT}  has the key  {api_key}",
                "",
                "Ask a person something:",
                "",
                first_call.curl(api_key),
            ]
        if lines:
            self.stdout.write("\n".join(["", "The first start. These are shown once, so keep them:", "", *lines, ""]))


@transaction.atomic
def _first_rows() -> dict[str, str]:
    made = {}
    if not Reviewer.objects.exists():
        made["password"] = people.create(ADMIN, name="Admin", role=Role.ADMIN).password
    if not Agent.objects.exists():
        made["api_key"] = agents.create(AGENT).api_key
    return made
