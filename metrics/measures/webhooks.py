"""How answers get to agents."""

from metrics import cells
from metrics.models import Length
from metrics.scope import Scope
from metrics.shapes import Share, Spread, Webhooks


def webhooks(scope: Scope) -> Webhooks:
    """Of the messages to agents that are decided (delivered, or given up), how many were delivered, and the time from
    what they tell of until the receiver took them; of the escalations created in the scope."""
    tally = cells.tally(scope)
    lag = cells.spreads(Length.DELIVERY, scope).get(None, Spread(0))
    return Webhooks(Share(lag.count, lag.count + tally.undelivered), lag)
