"""The parts of a replay: its file, its patient client, its receiver, its figures."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from escalations.agents import new_webhook_secret
from escalations.management.replay import receiver, report
from escalations.management.replay.client import Client, Refused, Silent
from escalations.management.replay.handoffs import BadFile, Handoff, canonical, read
from escalations.management.replay.ledger import Ledger
from escalations.models.escalation import uuid7

LINE = {"source_agent": "refunds", "issue_description": "Refund?"}
SECRET = new_webhook_secret()


def file_of(folder: Path, content: str | bytes) -> Path:
    file = folder / "handoffs.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "holds no hand-off"),
        ("\n \n", "holds no hand-off"),
        (f"{json.dumps(LINE)}\n{{", "line 2: this is not valid JSON"),
        ("[" * 100_000, "line 1: this is not valid JSON"),
        ('["refunds"]', "line 1: give a JSON object"),
        ('{"source_agent": 7, "issue_description": "x"}', "line 1: source_agent must be a text"),
        ('{"source_agent": "a", "issue_description": " "}', "line 1: issue_description must be a text"),
        (b"\xff\xfe\x00", "is not a text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_refused_with_the_line(
    tmp_path: Path, content: str | bytes, reason: str
) -> None:
    with pytest.raises(BadFile, match=reason):
        read(file_of(tmp_path, content))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read: No such file"):
        read(tmp_path / "nothing.jsonl")


def test_labels_of_a_data_set_are_left_out(tmp_path: Path) -> None:
    [handoff] = read(file_of(tmp_path, json.dumps(LINE | {"issue": "r-1", "attempt": 3, "priority": "low"}) + "\n"))
    assert handoff.body == LINE | {"priority": "low"}


def test_lines_are_counted_with_the_empty_ones(tmp_path: Path) -> None:
    [handoff] = read(file_of(tmp_path, "\n\n" + json.dumps(LINE)))
    assert handoff.line == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
        (1000.0, 1e3),
        (1.0, 1),
        ([{"é": [None, True, "\u2028"]}], [{"\u00e9": [None, True, "\u2028"]}]),
    ],
)
def test_the_same_json_has_one_canonical_form(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"), [([1, 2], [2, 1]), (1, "1"), (0.1, 0.10000000000000002), (True, 1), ({}, [])]
)
def test_different_json_has_different_forms(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


def test_keys_are_sorted_by_their_utf_16_units() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'


def test_percentiles_are_nearest_ranks() -> None:
    values = [float(n) for n in range(1, 21)]
    assert (report.percentile(values, 0.5), report.percentile(values, 0.95)) == (10.0, 19.0)
    assert report.percentile([3.0], 0.95) == 3.0


@contextmanager
def answering(*answers: tuple[int, dict[str, str], bytes] | None) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that gives these answers in turn (None: it hangs up), and the headers of what it was asked."""
    asked: list[dict[str, str]] = []
    turns = iter(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            asked.append(dict(self.headers))
            turn = next(turns, answers[-1])
            if turn is None:
                self.connection.close()
                return
            self.send_response(turn[0])
            for name, value in turn[1].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(turn[2])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):
                self.close_connection = True

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join(5)


def post(origin: str, patience: float = 5.0) -> dict[str, Any]:
    client = Client(origin, patience, threading.Event())
    return client.call("POST", "/api/escalations", key="k", body={}, idempotency="once").body


def test_a_product_that_is_restarted_is_asked_again_with_the_same_idempotency_key() -> None:
    with answering(None, (503, {}, b"{}"), (201, {}, b'{"id": "x"}')) as (origin, asked):
        assert post(origin) == {"id": "x"}
    assert [headers["Idempotency-Key"] for headers in asked] == ["once"] * 3


@pytest.mark.parametrize(("status", "code"), [(429, "too_many_requests"), (409, "idempotency_key_busy")])
def test_what_passes_is_waited_for(status: int, code: str) -> None:
    with answering((status, {}, json.dumps({"code": code}).encode()), (201, {}, b"{}")) as (origin, asked):
        post(origin)
    assert len(asked) == 2


def test_what_is_refused_is_not_tried_again() -> None:
    problem = b'{"code": "too_long", "detail": "Shorter."}'
    with answering((422, {}, problem)) as (origin, asked), pytest.raises(Refused, match=r"^422 too_long: Shorter\.$"):
        post(origin)
    assert len(asked) == 1


def test_another_program_is_told_apart() -> None:
    with answering((404, {}, b"<h1>Hello</h1>")) as (origin, _), pytest.raises(Refused, match="another program"):
        post(origin)


def test_patience_ends() -> None:
    with answering((503, {}, b"{}")) as (origin, _), pytest.raises(Silent):
        post(origin, patience=0.2)


def ledger_with(context: Any) -> tuple[Ledger, str]:
    ledger = Ledger([Handoff(1, "refunds", LINE | {"context_data": context})])
    moment = datetime.now(UTC).isoformat()
    escalation = {"id": str(uuid7()), "assigned_to": "ada", "created_at": moment, "assigned_at": moment}
    ledger.created(ledger.entries[0], escalation, 0.01)
    return ledger, escalation["id"]


def send(ledger: Ledger, id_: str, context: Any, *, secret: str = SECRET) -> int:
    data = {"id": id_, "context_data": context, "resolved_at": datetime.now(UTC).isoformat()}
    body = json.dumps({"type": "escalation.resolved", "data": data})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body),
    }
    with receiver.listening([SECRET], ledger) as listener:
        return requests.post(listener.url(0), data=body, headers=headers, timeout=5).status_code


def test_a_signed_webhook_is_taken() -> None:
    ledger, id_ = ledger_with({"a": 1, "b": 2.0})
    assert send(ledger, id_, {"b": 2, "a": 1}) == 204
    assert (ledger.entries[0].is_verified, ledger.entries[0].is_equal) == (True, True)


def test_a_forged_webhook_is_refused_and_reported() -> None:
    ledger, id_ = ledger_with({})
    assert send(ledger, id_, {}, secret=new_webhook_secret()) == 400
    assert not ledger.entries[0].is_verified
    assert "does not verify" in report.troubles(ledger)[-1]


def test_a_changed_context_is_reported() -> None:
    ledger, id_ = ledger_with({"amount": 10})
    send(ledger, id_, {"amount": 11})
    ledger.took(ledger.entries[0], "claim", 0.01)
    ledger.took(ledger.entries[0], "resolve", 0.01)
    assert report.troubles(ledger) == [f"line 1: context_data came back changed in the webhook for {id_}"]
    assert not report.is_complete(ledger)


def test_a_webhook_that_comes_twice_counts_once() -> None:
    ledger, id_ = ledger_with({})
    send(ledger, id_, {})
    send(ledger, id_, {})
    assert ledger.entries[0].arrivals == 2
    assert ledger.summary() == "create 1/1, assign 1/1, claim 0/1, resolve 0/1, webhook 1/1"
