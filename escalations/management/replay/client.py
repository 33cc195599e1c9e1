"""A client of the API that does not give up while the product is being restarted."""

import threading
import time
from dataclasses import dataclass
from typing import Any

import requests

TIMEOUT = (5, 30)  # seconds to connect, and to answer
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds before a call is tried again
TRY_AGAIN = {408, 429}


class Refused(Exception):
    """The product has answered, and trying again would not help."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}" if code else f"{status}: {detail}")
        self.status = status
        self.code = code


class Silent(Exception):
    """No answer for as long as was agreed; the text says what came instead."""


@dataclass(frozen=True)
class Answer:
    body: dict[str, Any]
    seconds: float  # of the try that was answered


class Client:
    """`patience` is how many seconds a call is tried again before it raises Silent; `over` ends it at once."""

    def __init__(self, origin: str, patience: float, over: threading.Event) -> None:
        self._origin = origin
        self._patience = patience
        self._over = over
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the shell's has no part in this

    def call(
        self, method: str, path: str, *, key: str, body: dict[str, Any] | None = None, idempotency: str = ""
    ) -> Answer:
        """The answer to a call, tried again as long as that can help. Raises Refused or Silent."""
        headers = {"Authorization": f"Bearer {key}"} | ({"Idempotency-Key": idempotency} if idempotency else {})
        deadline, pause = time.monotonic() + self._patience, FIRST_PAUSE
        while True:
            answer, trouble, wanted = self._try(method, path, headers, body)
            if answer:
                return answer
            if time.monotonic() > deadline or self._over.wait(max(pause, wanted)):
                raise Silent(trouble)
            pause = min(pause * 2, LONGEST_PAUSE)

    def is_alive(self) -> bool:
        try:
            return self._session.get(f"{self._origin}/livez", timeout=TIMEOUT).status_code == 200
        except requests.RequestException:
            return False

    def _try(
        self, method: str, path: str, headers: dict[str, str], body: dict[str, Any] | None
    ) -> tuple[Answer | None, str, float]:
        """An answer, or what was wrong and after how many seconds to come back. Raises Refused."""
        began = time.monotonic()
        try:
            response = self._session.request(
                method, f"{self._origin}{path}", headers=headers, json=body, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            return None, type(error).__name__, 0.0
        content = _json(response)
        if response.status_code < 300 and isinstance(content, dict):
            return Answer(content, time.monotonic() - began), "", 0.0
        refused = _refused(response, content)
        if (
            response.status_code < 500
            and response.status_code not in TRY_AGAIN
            and refused.code != "idempotency_key_busy"
        ):
            raise refused
        return None, str(refused), _wanted(response)


def _json(response: requests.Response) -> Any:  # noqa: ANN401 - any JSON
    try:
        return response.json()
    except ValueError:
        return None


def _refused(response: requests.Response, content: Any) -> Refused:  # noqa: ANN401 - any JSON
    if not isinstance(content, dict):
        return Refused(response.status_code, "", "the answer is not JSON, so this may be another program")
    return Refused(response.status_code, str(content.get("code", "")), str(content.get("detail", "")))


def _wanted(response: requests.Response) -> float:
    seconds = response.headers.get("Retry-After", "")
    return min(float(seconds), 30.0) if seconds.isdecimal() else 0.0
