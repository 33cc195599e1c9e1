"""What load balancers, supervisors and Prometheus ask; answered without Django, so that a busy pool of threads does
not matter."""

from collections.abc import Awaitable, Callable

from asgiref.typing import HTTPScope

from config.front import answers, scrape
from config.front.answers import Answer, Given
from config.readiness import probe


async def livez(_scope: HTTPScope, _given: Given) -> Answer:
    """The process answers. Nothing else is asked: a database that is away is no reason to start us again."""
    return answers.of_json(200, {"status": "alive"})


async def readyz(_scope: HTTPScope, _given: Given) -> Answer:
    missing = await probe.missing_soon()
    if not missing:
        return answers.of_json(200, {"status": "ready"})
    answer = answers.of_json(503, {"status": "not ready", "detail": missing})
    answer.headers.append((b"retry-after", b"1"))
    return answer


PROBES: dict[str, Callable[[HTTPScope, Given], Awaitable[Answer]]] = {
    "/livez": livez,
    "/readyz": readyz,
    "/metrics": scrape.metrics,
    "/statusz": scrape.statusz,
}
