"""The one figure of each measure, for a time: what the tiles and the weekly report tell and compare."""

from dataclasses import dataclass

from metrics import cells, measures
from metrics.measures import AgentRate, Share, Shares, Spread, Webhooks
from metrics.models import Length
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
    """The same as each measure tells, in a statement for all lengths and one for all counts."""
    tally, lengths = cells.tally(scope), cells.histograms(list(Length), scope)
    took = {length: found[None].spread() if None in found else NOTHING for length, found in lengths.items()}
    arrived = took[Length.DELIVERY].count
    return Totals(
        scope=scope,
        assignment=took[Length.ASSIGNMENT],
        claim=took[Length.CLAIM],
        resolution=took[Length.RESOLUTION],
        shares=Shares.of(tally),
        agents=measures.escalation_rate(scope),
        webhooks=Webhooks(Share(arrived, arrived + tally.undelivered), took[Length.DELIVERY]),
    )
