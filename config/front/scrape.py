"""`/metrics` for Prometheus and `/statusz` for people and scripts: answered in seconds, whatever is away.

The database is asked in a thread of its own, by one scraper at a time; whoever asks meanwhile shares the answer.
"""

import asyncio
import hmac
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from asgiref.typing import HTTPScope
from django.conf import settings
from django.db import connection
from django.http.request import split_domain_port

from config.front import answers, proxies
from config.front.answers import Answer, Given
from escalations.api.problems import Problem
from metrics.exposition import page, standing

if TYPE_CHECKING:
    from prometheus_client import Metric

SECONDS = 3.0  # that the database has for all questions
REFUSED = Problem(403, "forbidden", "You may not read this. See METRICS_TOKEN in the manual.")

_pool = ThreadPoolExecutor(1, thread_name_prefix="figures")
_asked: "Future[list[Metric]] | None" = None


async def metrics(scope: HTTPScope, given: Given) -> Answer:
    if not may_read(scope, given):
        return answers.of_problem(REFUSED, scope["path"])
    text = await asyncio.to_thread(page.text, await _figures())
    return answers.of_bytes(200, text, page.MEDIA_TYPE)


async def statusz(scope: HTTPScope, given: Given) -> Answer:
    """The same figures as JSON, and what is wrong in words; 503 while something is."""
    if not may_read(scope, given):
        return answers.of_problem(REFUSED, scope["path"])
    told = standing.overview(await _figures())
    return answers.of_json(503 if told["troubles"] else 200, told)


def may_read(scope: HTTPScope, given: Given) -> bool:
    """With METRICS_TOKEN whoever has it, else who asks from an allowed network, and for themselves."""
    if settings.METRICS_TOKEN:
        told = next((value for name, value in given if name == b"authorization"), b"")
        return hmac.compare_digest(told, b"Bearer " + settings.METRICS_TOKEN.encode())
    address = scope["client"][0] if scope["client"] else ""
    return (
        proxies.is_within(address, settings.METRICS_ALLOWED_NETWORKS)
        and not any(proxies.speaks_for_another(name) for name, _ in given)
        and _is_plain(next((value for name, value in given if name == b"host"), b""))
    )


def _is_plain(host: bytes) -> bool:
    """An address, or a name of ours: a page of another site can lead its own name to an allowed address."""
    name, _port = split_domain_port(host.decode("latin-1"))
    return name in {settings.PUBLIC_HOST, "localhost"} or proxies.is_address(name.strip("[]"))


async def _figures() -> "list[Metric]":
    global _asked
    if _asked is None or _asked.done():
        _asked = _pool.submit(_ask)
    try:
        async with asyncio.timeout(SECONDS):
            return await asyncio.shield(asyncio.wrap_future(_asked))
    except TimeoutError:
        return page.nothing()


def _ask() -> "list[Metric]":
    try:
        return page.by_sql()
    finally:
        connection.close()
