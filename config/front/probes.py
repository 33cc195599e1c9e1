"""What load balancers and supervisors ask; answered without Django, so that a busy pool of threads does not matter."""

from collections.abc import Awaitable, Callable

from config.front import answers
from config.front.answers import Answer
from config.readiness import probe


async def livez() -> Answer:
    """The process answers. Nothing else is asked: a database that is away is no reason to start us again."""
    return answers.of_json(200, {"status": "alive"})


async def readyz() -> Answer:
    missing = await probe.missing_soon()
    if not missing:
        return answers.of_json(200, {"status": "ready"})
    answer = answers.of_json(503, {"status": "not ready", "detail": missing})
    answer.headers.append((b"retry-after", b"1"))
    return answer


PROBES: dict[str, Callable[[], Awaitable[Answer]]] = {"/livez": livez, "/readyz": readyz}
