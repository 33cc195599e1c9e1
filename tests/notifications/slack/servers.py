"""Slack, as a real server on 127.0.0.1 that keeps what it is asked and answers as a test says."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass
class Asked:
    method: str
    token: str
    arguments: dict[str, Any]


@dataclass
class FakeSlack:
    """`answers` are by method; what is not named is done, and answered by `{"ok": true}`.

    It `hangs` until the test is over; it `cuts` the connection after it has done what was asked. `standing` are the
    messages, each with its channel and `ts`.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    hangs: bool = False
    cuts: bool = False
    standing: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def arguments(self, method: str) -> list[dict[str, Any]]:
        return [each.arguments for each in self.asked if each.method == method]

    def answer(self, method: str, arguments: dict[str, Any]) -> bytes:
        if self.body is not None:
            return self.body
        done = {"ok": True} if method in self.answers or self.status != 200 else self._do(method, arguments)
        return json.dumps({"ok": True} | done | self.answers.get(method, {})).encode()

    def _do(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "chat.postMessage":
                place = {"channel": _conversation(given["channel"]), "ts": f"{time.time():.6f}"}
                self.standing.append(given | place)
                return place
            case "chat.update":
                found = [
                    each for each in self.standing if (each["channel"], each["ts"]) == (given["channel"], given["ts"])
                ]
                for each in found:
                    each.update(given)
                return {} if found or not self.standing else {"ok": False, "error": "message_not_found"}
            case "conversations.open":
                return {"channel": {"id": _conversation(given["users"])}}
            case "conversations.history":
                there = [each for each in self.standing if each["channel"] == given["channel"]]
                return {"messages": [each for each in there if float(each["ts"]) > float(given["oldest"])][::-1]}
        return {}


def _conversation(channel: str) -> str:
    """Messages to a person stand in the conversation with them."""
    return f"D{channel[1:]}" if channel.startswith("U") else channel


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    slack: FakeSlack


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        slack, method = self.server.slack, self.path.rpartition("/")[2]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_json = self.headers["Content-Type"].startswith("application/json")
        arguments = json.loads(body) if is_json else dict(parse_qsl(body.decode()))
        slack.asked.append(Asked(method, self.headers["Authorization"], arguments))
        if slack.hangs:
            slack.over.wait(20)
            return
        content = slack.answer(method, arguments)
        if slack.cuts:
            return
        with suppress(OSError):
            self.send_response(slack.status)
            for name, value in (slack.headers | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        pass


@contextmanager
def playing() -> Iterator[FakeSlack]:
    slack = FakeSlack()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.slack = slack
    slack.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        slack.over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
