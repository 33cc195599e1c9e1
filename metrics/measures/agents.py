"""What each agent asks. Of the escalations created in the scope; the busiest first."""

from escalations.models import Agent
from metrics import cells, runs
from metrics.scope import Scope
from metrics.shapes import AgentRate, Inflation, Share, Tally

DAY = 86400.0  # seconds


def escalation_rate(scope: Scope) -> list[AgentRate]:
    """How many each agent asked, and how many of these a person answered: per 100 runs where the agent tells how many
    runs it made in that time (`POST /api/runs`), and per day in any case. Runs are not told by pool or priority."""
    told = runs.counted(scope) if scope.pool is None and scope.priority is None and scope.pools is None else {}
    days = scope.length.total_seconds() / DAY
    return [
        AgentRate(
            agent_id=agent,
            source_agent=name,
            created=tally.created,
            resolved=tally.answered,
            runs=told.get(agent),
            per_100_runs=100 * tally.created / told[agent] if told.get(agent) else None,
            per_day=tally.created / days,
        )
        for agent, name, tally in _by_agent(scope)
    ]


def inflation(scope: Scope) -> list[Inflation]:
    """The share of each agent's escalations that are urgent or high, beside that of the period before."""
    before = cells.tallies(scope.before(), "agent")
    return [
        Inflation(agent, name, _pressing(tally), _pressing(before.get(agent, Tally())))
        for agent, name, tally in _by_agent(scope)
    ]


def _pressing(tally: Tally) -> Share:
    return Share(tally.pressing, tally.created)


def _by_agent(scope: Scope) -> list[tuple[int, str, Tally]]:
    found = {int(str(agent)): tally for agent, tally in cells.tallies(scope, "agent").items() if tally.created}
    names = dict(Agent.objects.filter(pk__in=found).values_list("pk", "name")) if found else {}
    told = [(agent, names.get(agent, ""), tally) for agent, tally in found.items()]
    return sorted(told, key=lambda each: (-each[2].created, each[1]))
