"""What the OpenAPI description says about deliveries."""

from drf_spectacular.utils import OpenApiParameter

from escalations.api import serializers
from escalations.api.described import Description, answers, query
from escalations.api.shapes import (
    COMPONENTS,
    ID,
    ID_OR_NULL,
    MOMENT,
    MOMENT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    URL,
    WHOLE,
    described,
    exactly,
    one_of,
    page_of,
)
from notifications.models import Delivery

WHOLE_OR_NULL = {"type": ["integer", "null"]}
WAITS_FOR = {"type": ["string", "null"], "enum": ["agent_paused", "endpoint_disabled", None]}

ATTEMPT = exactly(
    n=described(WHOLE, "Its number, also sent as X-Attempt."),
    at=MOMENT,
    ms=described(WHOLE_OR_NULL, "How long it took."),
    status_code=described(WHOLE_OR_NULL, "What your receiver answered; null if there was no answer."),
    error=described(TEXT_OR_NULL, "A code; null for a success and for a try that has not ended."),
    detail=TEXT_OR_NULL,
    answer=described(TEXT_OR_NULL, "The beginning of your receiver's answer."),
)
COMPONENTS["Delivery"] = exactly(
    "One message for one webhook URL, with every try to hand it over.",
    id=ID,
    type=described(TEXT, "The event it tells of, or webhook.test."),
    webhook_id=described(TEXT, "The webhook-id header: the same in every try and replay."),
    escalation_id=ID_OR_NULL,
    url=URL,
    status=described(one_of(Delivery.Status.values), "dead: all tries failed. It can be replayed."),
    waits_for=described(WAITS_FOR, "What else it waits for than its time."),
    created_at=MOMENT,
    delivered_at=MOMENT_OR_NULL,
    next_attempt_at=MOMENT_OR_NULL,
    replays=WHOLE,
    replayed_at=MOMENT_OR_NULL,
    attempts={"type": "array", "items": ATTEMPT},
)
COMPONENTS["DeliveryPage"] = page_of("Delivery")


class TestRequest(serializers.Strict):
    webhook_url = serializers.Text(
        serializers.URL_AT_MOST, required=False, allow_null=True, help_text="Where to; else the agent's own URL."
    )


TEST_REQUEST = TestRequest()

_STATUS = f"One or several of {', '.join(Delivery.Status.values)}, with commas."
_PAGE: list[OpenApiParameter] = [
    query("status", _STATUS),
    query("limit", "How many, at most 200.", int),
    query("cursor", "From `next`, as it stands there."),
]

LIST: Description = {
    "operation_id": "deliveries",
    "tags": ["Agents"],
    "summary": "What was sent to your webhooks",
    "description": "Newest first, each with its tries. Follow `next` (or the Link header) for more.",
    "parameters": _PAGE,
    "responses": answers({200: ("A page.", "DeliveryPage")}),
}
GET: Description = {
    "operation_id": "delivery",
    "tags": ["Agents"],
    "summary": "One delivery",
    "description": "With every try to hand it over.",
    "responses": answers({200: ("It, as it is.", "Delivery")}, 404),
}
REPLAY: Description = {
    "operation_id": "replay",
    "tags": ["Agents"],
    "summary": "Send it again",
    "description": "The same bytes under the same webhook-id, at once, with all tries before it.",
    "request": serializers.Nothing,
    "responses": answers({202: ("It is on its way.", "Delivery")}, 404, 413, 415),
}
TEST: Description = {
    "operation_id": "test_webhook",
    "tags": ["Agents"],
    "summary": "Send a test",
    "description": "A signed message of type webhook.test, tried once. Location says where to see how it went.",
    "request": TestRequest,
    "responses": answers({202: ("It is on its way.", "Delivery")}, 413, 415, 422),
}
