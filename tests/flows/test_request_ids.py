"""One id leads from the agent's request through every process to the webhook it gets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.factories import agent_headers, make_agent, make_reviewer, reviewer_headers
from tests.flows.observed import Product
from tests.notifications.receivers import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True)

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def test_an_id_leads_from_the_request_to_the_webhook(tmp_path: Path, server: Receiver) -> None:
    agent, ada = make_agent(webhook_url=server.url), make_reviewer("Ada")
    with Product(tmp_path, {}).served() as product:
        created = _post(product, agent_headers(agent), "run-42/step-7")
        sandboxed = _post(product, agent_headers(agent, sandbox=True), "run-43/step-1")
        acting = reviewer_headers(ada) | {"X-Request-Id": "ada-1"}
        answer = {"resolution_notes": "Yes."}
        url = f"{product.address}/api/escalations/{created['id']}/resolve"
        assert requests.patch(url, json=answer, headers=acting, timeout=20).status_code == 200
        product.drain()
        product.drain()
    _follows_who_answered(product, created, server)
    _follows_who_asked(product, sandboxed, server)


def _follows_who_answered(product: Product, created: dict[str, str], server: Receiver) -> None:
    """Both ids lead to what was done: who asked, and who answered."""
    assert [line["path"] for line in product.lines("web", request_id="run-42/step-7")] == ["/api/escalations"]
    assert [line["status"] for line in product.lines("web", request_id="ada-1")] == [200]
    mine = {"escalation": created["id"], "request_id": "ada-1", "asked_by_request": "run-42/step-7"}
    (made,) = product.lines("drain", message="delivery made", type="escalation.resolved", **mine)
    (tried,) = product.lines("drain", message="attempt", **mine)
    assert (tried["outcome"], tried["attempt"], tried["trace_id"]) == ("delivered", 1, TRACE)
    assert tried["delivery"] == made["delivery"]
    got = _webhook(server, tried["webhook_id"])
    assert got["X-Request-Id"] == "run-42/step-7"
    assert got["traceparent"] == TRACEPARENT


def _follows_who_asked(product: Product, sandboxed: dict[str, str], server: Receiver) -> None:
    """What a rule answered follows from the request that asked, and from no other."""
    mine = {"escalation": sandboxed["id"], "request_id": "run-43/step-1"}
    (made,) = product.lines("drain", message="delivery made", **mine)
    (tried,) = product.lines("drain", message="attempt", **mine)
    assert made["delivery"] == tried["delivery"]
    assert _webhook(server, tried["webhook_id"])["X-Request-Id"] == "run-43/step-1"


def _post(product: Product, key: dict[str, str], request_id: str) -> dict[str, str]:
    headers = key | {"X-Request-Id": request_id, "traceparent": TRACEPARENT}
    asked = {"issue_description": "May I refund order 6144?"}
    answer = requests.post(f"{product.address}/api/escalations", json=asked, headers=headers, timeout=20)
    assert answer.status_code == 201
    assert answer.headers["X-Request-Id"] == request_id
    made: dict[str, str] = answer.json()
    return made


def _webhook(server: Receiver, webhook_id: str) -> dict[str, str]:
    (found,) = [each.headers for each in server.received if each.headers["webhook-id"] == webhook_id]
    return dict(found)
