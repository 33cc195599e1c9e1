"""A trace goes on from the agent's request to the webhook, and whoever collects it can do no harm."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.factories import agent_headers, make_agent
from tests.flows.observed import Product
from tests.live import until
from tests.notifications.receivers import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True)

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@dataclass
class Collector:
    """Takes spans by OTLP over HTTP, as it is told to."""

    status: int = 200
    gate: threading.Event = field(default_factory=threading.Event)
    calls: int = 0
    spans: list[Span] = field(default_factory=list)
    url: str = ""

    def named(self, name: str) -> Span:
        (found,) = [span for span in self.spans if span.name == name]
        return found


class _Handler(BaseHTTPRequestHandler):
    collector: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.collector.calls += 1
        self.collector.gate.wait(30)
        if self.collector.status == 200 and self.path == "/v1/traces":
            asked = ExportTraceServiceRequest.FromString(body)
            scopes = [scope for resource in asked.resource_spans for scope in resource.scope_spans]
            self.collector.spans += [span for scope in scopes for span in scope.spans]
        self.send_response(self.collector.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        pass


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    collector.gate.set()
    handler = type("Handler", (_Handler,), {"collector": collector})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.gate.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def ask(product: Product, key: dict[str, str]) -> requests.Response:
    headers = key | {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    url, asked = f"{product.address}/api/escalations", {"issue_description": "May I?"}
    return requests.post(url, json=asked, headers=headers, timeout=20)


def told(span: Span) -> dict[str, object]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_a_trace_goes_on_from_the_request_to_the_webhook(
    tmp_path: Path, collector: Collector, server: Receiver
) -> None:
    key = agent_headers(make_agent(webhook_url=server.url), sandbox=True)
    with Product(tmp_path, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}).served() as product:
        created = ask(product, key).json()
        product.drain()
        product.drain()
        until(lambda: "POST api/escalations" in [span.name for span in collector.spans], seconds=20)
    request, delivery = collector.named("POST api/escalations"), collector.named("deliver webhook")
    assert request.trace_id.hex() == delivery.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == PARENT
    assert delivery.parent_span_id == request.span_id
    assert told(request)["http.response.status_code"] == 201
    assert (told(delivery)["escalation"], told(delivery)["outcome"]) == (created["id"], "delivered")
    (got,) = server.received
    assert got.headers["traceparent"] == f"00-{TRACE}-{delivery.span_id.hex()}-01"
    sweeps = [span for span in collector.spans if span.name == "sweep deliveries"]
    assert len(sweeps) == 2
    assert sweeps[0].trace_id.hex() != TRACE


@pytest.mark.parametrize("how", ["away", "hangs", "fails"])
def test_no_trouble_of_the_collector_does_harm(how: str, tmp_path: Path, server: Receiver) -> None:
    key = agent_headers(make_agent(webhook_url=server.url), sandbox=True)
    with collecting() as collector:
        if how == "hangs":
            collector.gate.clear()
        collector.status = 500
        address = "http://127.0.0.1:9" if how == "away" else collector.url
        product = Product(tmp_path, {"OTEL_EXPORTER_OTLP_ENDPOINT": address})
        with product.served():
            assert [ask(product, key).status_code for _ in range(3)] == [201] * 3
            started = time.monotonic()
            product.drain()
            product.drain()
            took = time.monotonic() - started
        assert len(server.received) == 3
        assert took < 60  # two starts, and two waits of three seconds at most
        assert product.lines("drain", message="attempt", outcome="delivered")
        assert {line["level"] for line in product.lines("drain", logger="config.spans")} <= {"WARNING"}


def test_without_a_collector_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    product = Product(tmp_path, {"OTEL_EXPORTER_OTLP_ENDPOINT": ""})
    script = "import sys, config.asgi; sys.exit(bool({'config.spans', 'opentelemetry.exporter'} & set(sys.modules)))"
    assert product.run(script) == 0
