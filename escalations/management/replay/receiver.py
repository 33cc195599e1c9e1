"""The agents' side of a webhook: a small server on loopback that checks every signature as a receiver should."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from escalations.management.replay.ledger import Ledger

RESOLVED = "escalation.resolved"


class Receiver(ThreadingHTTPServer):
    """Listens at one address for each agent, so that each message is checked with the secret of the one it is for."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, secrets: list[str], ledger: Ledger) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secrets = secrets
        self.ledger = ledger

    def url(self, agent: int) -> str:
        return f"http://127.0.0.1:{self.server_port}/agents/{agent}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the library's signature
        if not isinstance(sys.exception(), OSError):  # a sender that was killed in the middle will come again
            super().handle_error(request, client_address)


@contextmanager
def listening(secrets: list[str], ledger: Ledger) -> Iterator[Receiver]:
    with Receiver(secrets, ledger) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self._answer(204 if self._take(body) else 400)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """The progress line is all that is shown."""

    def _take(self, body: bytes) -> bool:
        agent = self.path.removeprefix("/agents/")
        if not agent.isdecimal() or int(agent) >= len(self.server.secrets):
            self.server.ledger.forged(f"a webhook at {self.path}, which is nobody's address")
            return False
        try:
            message: dict[str, Any] = Webhook(self.server.secrets[int(agent)]).verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError) as error:
            self.server.ledger.forged(f"a webhook that does not verify: {error}")
            return False
        if message["type"] == RESOLVED:
            self.server.ledger.arrived(message)
        return True

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
