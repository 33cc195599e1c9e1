"""A language model, as a real server on 127.0.0.1 that keeps what it is asked and answers as a test says."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def money(_text: str) -> dict[str, Any]:
    return {"reason": "money", "confidence": 0.9}


@dataclass
class FakeModel:
    """`label` answers for each text; `content` instead of all of it. `pace` is the seconds between two bytes."""

    label: Callable[[str], dict[str, Any]] = money
    content: str | None = None
    body: bytes | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    pace: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)
    sent: int = 0  # bytes of answers that were taken
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def texts(self) -> list[str]:
        return [text["text"] for body in self.asked for text in _texts(body)]

    def answer(self, asked: dict[str, Any]) -> bytes:
        if self.body is not None:
            return self.body
        labels = [{"id": text["id"], **self.label(text["text"])} for text in _texts(asked)]
        content = json.dumps({"labels": labels}) if self.content is None else self.content
        message = {"role": "assistant", "content": content}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        return json.dumps(answer | {"usage": {"total_tokens": 1000}}).encode()


def _texts(asked: dict[str, Any]) -> list[dict[str, Any]]:
    return json.loads(asked["messages"][-1]["content"])["texts"]  # type: ignore[no-any-return] # any JSON


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    model: FakeModel


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        model = self.server.model
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model.asked.append(asked | {"path": self.path, "key": self.headers["Authorization"]})
        if model.hangs:
            model.over.wait(30)
            return
        with suppress(OSError):
            self._send(model, model.answer(asked))

    def _send(self, model: FakeModel, content: bytes) -> None:
        self.send_response(model.status)
        for name, value in (model.headers | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        step = 1 if model.pace else 64 * 1024
        for start in range(0, len(content), step):
            model.sent += self.wfile.write(content[start : start + step])
            if model.pace and model.over.wait(model.pace):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        pass


@contextmanager
def answering() -> Iterator[FakeModel]:
    model = FakeModel()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.model = model
    model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield model
    finally:
        model.over.set()
        server.shutdown()
        server.server_close()


def took(call: Callable[[], object]) -> float:
    """Seconds."""
    began = time.monotonic()
    call()
    return time.monotonic() - began
