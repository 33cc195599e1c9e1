"""How many runs agents make, as they say themselves: what their escalations are measured against."""

from datetime import datetime

from django.db import connection
from django.db.models import Sum

from escalations.models import Agent
from metrics.models import Runs
from metrics.scope import Scope, floor

AT_MOST = 1_000_000_000  # in one report

_REPORT = """
    INSERT INTO metrics_runs AS r (agent_id, hour, count) VALUES (%s, %s, %s)
    ON CONFLICT (agent_id, hour) DO UPDATE SET count = r.count + excluded.count"""


def report(agent: Agent, *, count: int, at: datetime) -> None:
    """The agent made so many more runs in the hour of that moment."""
    with connection.cursor() as cursor:
        cursor.execute(_REPORT, [agent.pk, floor(at), count])


def counted(scope: Scope) -> dict[int, int]:
    """How many each agent reported for the hours of the scope; who reported none is not there."""
    told = Runs.objects.filter(hour__gte=scope.since, hour__lt=scope.until)
    told = told if scope.agent is None else told.filter(agent=scope.agent)
    return dict(told.values_list("agent").annotate(count=Sum("count")).order_by())
