"""What the OpenAPI description says about the measures and the counts of runs."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers as framework

from escalations.api import serializers
from escalations.api.described import IDEMPOTENCY_KEY, Description, answers, query
from escalations.api.shapes import (
    COMPONENTS,
    ID,
    MOMENT,
    TEXT,
    TEXT_OR_NULL,
    WHOLE,
    Shape,
    described,
    exactly,
    or_null,
    to,
)
from escalations.models import Priority
from metrics.runs import AT_MOST

NUMBER: Shape = {"type": "number"}
NUMBER_OR_NULL: Shape = {"type": ["number", "null"]}
WHOLE_OR_NULL: Shape = {"type": ["integer", "null"]}


def _by_priority(description: str, shape: Shape) -> Shape:
    return exactly(description, urgent=shape, high=shape, medium=shape, low=shape)


def _list(description: str, item: Shape) -> Shape:
    return {"type": "array", "description": description, "items": item}


COMPONENTS["Spread"] = exactly(
    "How long something took. Without a single case there is no figure. Percentiles are within 2 %, all else is exact.",
    count=WHOLE,
    mean_seconds=NUMBER_OR_NULL,
    median_seconds=NUMBER_OR_NULL,
    p95_seconds=NUMBER_OR_NULL,
)
COMPONENTS["Share"] = exactly(
    "Of how many it is true. Of nothing there is no share.", part=WHOLE, whole=WHOLE, share=NUMBER_OR_NULL
)
_WAITING = exactly(
    open=WHOLE, assigned=WHOLE, overdue=described(WHOLE, "Of both: past due_at and not waiting on the agent.")
)
_AGENT = exactly(
    source_agent=TEXT,
    created=WHOLE,
    resolved=WHOLE,
    runs=described(WHOLE_OR_NULL, "As the agent reported them; null: it did not, or the figures are narrowed."),
    per_100_runs=described(NUMBER_OR_NULL, "Escalations per 100 runs."),
    per_day=described(NUMBER, "Escalations per day."),
)
_REASON = exactly(
    slug=described(TEXT_OR_NULL, "Null: not categorised."),
    name=TEXT,
    count=WHOLE,
    before=described(WHOLE, "In the period of the same length just before."),
)
_PERSON = exactly(reviewer=ID, name=TEXT, assigned=WHOLE, claimed=WHOLE, resolved=WHOLE, open_now=WHOLE)
_PEOPLE = _list("What each person was given, took, answered, and has now.", _PERSON)
COMPONENTS["Metrics"] = exactly(
    "How it goes. All figures but `now` and `open_now` are of the escalations created in the time asked for, and "
    "`flow` tells answers by when they were given.",
    since=MOMENT,
    until=MOMENT,
    time_to_first_assignment=described(to("Spread"), "From creation until somebody was first chosen for it."),
    time_to_claim=described(to("Spread"), "From creation until a person first took it."),
    claim_time=_by_priority("The same by priority.", to("Spread")),
    resolution_time=_by_priority(
        "From creation to the person's answer that stands, without the time in which it waited on the agent.",
        to("Spread"),
    ),
    in_time=_by_priority("Answered by due_at, of those answered or run out of time after it.", to("Share")),
    recurrence=described(to("Share"), "Asked again by the same agent within 7 days: same dedupe_key or same words."),
    loops=described(to("Share"), "The third or a later one of the same run_id."),
    replayed=described(to("Share"), "Answered with what a person said before."),
    inversions=described(to("Share"), "Taken while one before it in the queue of its pool waited."),
    avoidable=described(to("Share"), "The agent should have solved it itself, of those where the reviewer told."),
    webhooks=described(to("Share"), "Messages that arrived, of those that arrived or were given up."),
    webhook_lag=described(to("Spread"), "From what a message tells of until it arrived."),
    escalations_per_agent=_list("The busiest first.", _AGENT),
    reasons=_list("The ten most frequent, then what is not categorised.", _REASON),
    flow=_list("For each day (UTC).", exactly(at=MOMENT, opened=WHOLE, resolved=WHOLE)),
    reviewers=described(or_null(_PEOPLE), "Null for an agent's key."),
    fairness=described(NUMBER_OR_NULL, "The Gini coefficient of what people answered: 0 is evenly."),
    now=_by_priority("What is unfinished at this moment.", _WAITING),
)

METRICS: Description = {
    "operation_id": "metrics",
    "tags": ["Everybody"],
    "summary": "How it goes",
    "description": "Figures of what the key may see: an agent's are its own. Sandbox escalations never count. "
    "The figures of a period follow within half a minute.",
    "parameters": [
        query(
            "since",
            "Created at or after this moment, widened to a whole hour; by default 30 days before `until`.",
            OpenApiTypes.DATETIME,
        ),
        query("until", "Created before this moment, widened to a whole hour; by default now.", OpenApiTypes.DATETIME),
        query("pool", "The name of a pool."),
        query("agent", "The name of an agent."),
        query("priority", "A priority.", enum=Priority.values),
    ],
    "responses": answers({200: ("The figures.", "Metrics")}),
}


class Whole(framework.IntegerField):
    """A whole number as JSON has it: no text, no 5.0 and no true."""

    def to_internal_value(self, data: Any) -> int:  # noqa: ANN401 - any JSON
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class ReportRuns(serializers.Strict):
    runs = Whole(min_value=1, max_value=AT_MOST, help_text="How many more runs there were.")
    at = serializers.Text(
        64, required=False, allow_null=True, help_text="In the hour of which moment, of the last 90 days; else now."
    )


REPORT: Description = {
    "operation_id": "report_runs",
    "tags": ["Agents"],
    "summary": "Tell how many runs you made",
    "description": "So that your escalations can be told per 100 runs. What you report is added up by the hour.",
    "request": ReportRuns,
    "parameters": [IDEMPOTENCY_KEY],
    "responses": answers({204: ("Counted.", None)}, 409, 413, 415, 422),
}
REPORT_RUNS = ReportRuns()
