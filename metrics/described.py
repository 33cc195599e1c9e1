"""What the OpenAPI description says about the measures."""

from drf_spectacular.types import OpenApiTypes

from escalations.api.described import Description, answers, query
from escalations.api.shapes import COMPONENTS, MOMENT, TEXT, WHOLE, Shape, described, exactly, to

SECONDS = {"type": ["number", "null"]}


def _by_priority(description: str, shape: Shape) -> Shape:
    return exactly(description, urgent=shape, high=shape, medium=shape, low=shape)


COMPONENTS["Spread"] = exactly(
    "How long something took. Without a single case there is no figure.",
    count=WHOLE,
    mean_seconds=SECONDS,
    median_seconds=SECONDS,
    p95_seconds=SECONDS,
)
_WAITING = exactly(open=WHOLE, assigned=WHOLE, overdue=described(WHOLE, "Of both: unfinished past due_at."))
COMPONENTS["Metrics"] = exactly(
    "How it goes. All figures but `now` are of the escalations created in the time asked for.",
    since=MOMENT,
    until=MOMENT,
    time_to_first_assignment=described(to("Spread"), "From creation until somebody was first chosen for it."),
    resolution_time=_by_priority("From creation to the answer that stands.", to("Spread")),
    escalations_per_agent={
        "type": "array",
        "description": "The busiest first.",
        "items": exactly(source_agent=TEXT, created=WHOLE, resolved=WHOLE),
    },
    now=_by_priority("What is unfinished at this moment.", _WAITING),
)

METRICS: Description = {
    "operation_id": "metrics",
    "tags": ["Everybody"],
    "summary": "How it goes",
    "description": "Figures of what the key may see: an agent's are its own. Sandbox escalations never count.",
    "parameters": [
        query("since", "Created at or after this moment; by default 30 days before `until`.", OpenApiTypes.DATETIME),
        query("until", "Created before this moment; by default now.", OpenApiTypes.DATETIME),
        query("pool", "The name of a pool."),
        query("agent", "The name of an agent."),
    ],
    "responses": answers({200: ("The figures.", "Metrics")}),
}
