"""The one figure of each measure, for a time: what the tiles and the weekly report tell and compare."""

from dataclasses import dataclass

from metrics import measures
from metrics.measures import AgentRate, Shares, Spread, Webhooks
from metrics.scope import Scope

NOTHING = Spread(0)


@dataclass(frozen=True)
class Totals:
    scope: Scope
    assignment: Spread
    claim: Spread
    resolution: Spread
    shares: Shares
    agents: list[AgentRate]
    webhooks: Webhooks

    @property
    def opened(self) -> int:
        return sum(each.created for each in self.agents)

    @property
    def resolved(self) -> int:
        return sum(each.resolved for each in self.agents)

    @property
    def rated(self) -> list[AgentRate]:
        """The agents that report how often they run."""
        return [each for each in self.agents if each.runs]

    @property
    def runs(self) -> int:
        return sum(each.runs or 0 for each in self.rated)

    @property
    def per_100_runs(self) -> float | None:
        return 100 * sum(each.created for each in self.rated) / self.runs if self.runs else None

    @property
    def per_day(self) -> float:
        return sum(each.per_day for each in self.agents)


def of(scope: Scope) -> Totals:
    return Totals(
        scope=scope,
        assignment=measures.first_assignment(scope).get(None, NOTHING),
        claim=measures.time_to_claim(scope).get(None, NOTHING),
        resolution=measures.time_to_resolution(scope).get(None, NOTHING),
        shares=measures.shares(scope),
        agents=measures.escalation_rate(scope),
        webhooks=measures.webhooks(scope),
    )
