"""The measures: one function each, whose docstring is its definition. Sandbox escalations never count.

Figures of a period come from roll-ups (`metrics/rollups.py`), within 2 % for percentiles and exact otherwise; those of
now from the indexes of open work. None reads the history. `metrics/scan.py` has the same figures from the history.
"""

from metrics.measures.agents import escalation_rate, inflation
from metrics.measures.definitions import DEFINITIONS
from metrics.measures.durations import first_assignment, in_time, time_to_claim, time_to_resolution
from metrics.measures.flows import Step, flow, heat
from metrics.measures.people import gini, load
from metrics.measures.present import backlog_by_age, waiting_now
from metrics.measures.reasons import reasons
from metrics.measures.shares import Shares, inversions, loops, recurrence, replayed, shares, usefulness
from metrics.measures.webhooks import webhooks
from metrics.shapes import (
    Age,
    AgentRate,
    By,
    Flow,
    Inflation,
    Key,
    Load,
    ReasonCount,
    Share,
    Spread,
    Tally,
    Waiting,
    Webhooks,
)

__all__ = [
    "DEFINITIONS",
    "Age",
    "AgentRate",
    "By",
    "Flow",
    "Inflation",
    "Key",
    "Load",
    "ReasonCount",
    "Share",
    "Shares",
    "Spread",
    "Step",
    "Tally",
    "Waiting",
    "Webhooks",
    "backlog_by_age",
    "escalation_rate",
    "first_assignment",
    "flow",
    "gini",
    "heat",
    "in_time",
    "inflation",
    "inversions",
    "load",
    "loops",
    "reasons",
    "recurrence",
    "replayed",
    "shares",
    "time_to_claim",
    "time_to_resolution",
    "usefulness",
    "waiting_now",
    "webhooks",
]
