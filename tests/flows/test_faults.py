"""The promises under faults: the whole product as `make run` starts it, with processes killed and frozen under it."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from config.embedded import state
from config.embedded.servers import free_port
from tests.live import until
from tests.notifications.receivers import Receiver, receiver

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.xdist_group("faults")  # they share one copy
PATIENCE = 60.0  # seconds until everything has healed, on a busy machine


@dataclass
class Product:
    """A running copy, an agent whose webhooks come to `hook`, and a reviewer."""

    web: str
    data_dir: Path
    environ: dict[str, str]
    hook: Receiver
    secret: str = ""
    agent: str = ""
    reviewer: str = ""

    def manage(self, *arguments: str) -> dict[str, str]:
        command = [sys.executable, "manage.py", *arguments, "--json"]
        done = subprocess.run(command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=True)
        return dict(json.loads(done.stdout))

    def pid(self, name: str) -> int:
        return state.read(self.data_dir).alive()[name].pid

    def call(self, key: str, method: str, path: str, **body: Any) -> dict[str, Any]:
        """One call, repeated with the same Idempotency-Key until it is answered."""
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid.uuid4())}
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = requests.request(method, self.web + path, json=body, headers=headers, timeout=10)
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code < 500:
                assert answer.status_code < 300, answer.text
                return dict(answer.json())
            assert time.monotonic() < deadline, f"{method} {path} was never answered"
            time.sleep(0.2)

    def ask(self) -> str:
        return str(self.call(self.agent, "POST", "/api/escalations", issue_description="May I?")["id"])

    def answer(self, escalation: str) -> None:
        self.call(self.reviewer, "PATCH", f"/api/escalations/{escalation}/resolve", resolution_notes="Yes.")

    def told(self) -> set[str]:
        """The escalations whose verified answer has arrived."""
        verify = Webhook(self.secret).verify
        return {verify(got.body.decode(), dict(got.headers))["data"]["id"] for got in list(self.hook.received)}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("faults")
    port = free_port()
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG", "TMPDIR") if name in os.environ}
    environ = {**kept, "DATA_DIR": str(folder / "data"), "PORT": str(port), "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
    log = folder / "log"
    with receiver() as hook, log.open("w") as output:
        command = [sys.executable, "-m", "config.embedded"]
        supervisor = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
        try:
            until(lambda: "The desk is at" in log.read_text() or supervisor.poll() is not None, 120)
            assert supervisor.poll() is None, log.read_text()
            running = Product(f"http://127.0.0.1:{port}", folder / "data", environ, hook)
            new = running.manage("create_agent", "fault-bot", "--webhook-url", hook.url)
            running.agent, running.secret = new["api_key"], new["webhook_secret"]
            running.reviewer = running.manage("create_reviewer", "ada@example.com")["api_key"]
            yield running
        finally:
            supervisor.send_signal(signal.SIGINT)
            supervisor.wait(60)


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """It accepts connections, and never answers."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def answered_between(product: Product, faults: list[Callable[[], None]]) -> set[str]:
    """Ask and answer, with a fault after each question; the escalations that were accepted."""
    asked = set()
    for fault in faults:
        escalation = product.ask()
        asked.add(escalation)
        fault()
        product.answer(escalation)
    return asked


def test_killing_any_process_loses_no_question_and_no_answer(product: Product) -> None:
    def kill(name: str) -> Callable[[], None]:
        return lambda: os.kill(product.pid(name), signal.SIGKILL)

    names = [
        name for name in ("worker", "web", "drain", "postgres", "redis") if name in state.read(product.data_dir).alive()
    ]
    asked = answered_between(product, [kill(name) for name in names])
    until(lambda: asked <= product.told(), PATIENCE)


def test_a_frozen_redis_stops_neither_answers_nor_webhooks(product: Product) -> None:
    if "redis" not in state.read(product.data_dir).alive():
        pytest.skip("no Redis on this machine")
    until(lambda: "redis" in state.read(product.data_dir).alive())
    with frozen(product.pid("redis")):
        asked = answered_between(product, [lambda: None] * 5)
        until(lambda: asked <= product.told(), PATIENCE)


def test_each_answer_keeps_one_id_however_often_it_is_sent(product: Product) -> None:
    ids = [got.headers["webhook-id"] for got in list(product.hook.received)]
    assert len(set(ids)) == len(product.told())
