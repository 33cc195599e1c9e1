"""The run itself: posters send each line as its agent, three reviewers answer what they find in their lists."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from escalations.management.replay.cast import Cast, Player
from escalations.management.replay.client import Answer, Client, Refused
from escalations.management.replay.ledger import Entry, Ledger
from escalations.management.replay.receiver import Receiver

POSTERS = 4
LOOK_EVERY = 0.2  # seconds between two looks of a reviewer at an empty list
SHOW_EVERY = 0.1
START_WITHIN = 30.0  # seconds for a product that is just starting


class CannotRun(Exception):
    """The product does not take part; the text says what to do."""


@dataclass(frozen=True)
class Stage:
    """What everybody of the run shares. `over` tells all of them to leave."""

    origin: str
    cast: Cast
    ledger: Ledger
    receiver: Receiver
    patience: float
    over: threading.Event

    def client(self) -> Client:
        return Client(self.origin, self.patience, self.over)


def wait_until_alive(client: Client, origin: str) -> None:
    """Raises CannotRun."""
    deadline = time.monotonic() + START_WITHIN
    while not client.is_alive():
        if time.monotonic() > deadline:
            raise CannotRun(f"The product does not answer at {origin}. Start it, or set PUBLIC_URL to where it is.")
        time.sleep(0.2)


def play(stage: Stage, rate: float, show: Callable[[str], None]) -> None:
    """Post everything, `rate` lines a second, and wait until all is answered, or nothing has moved for too long.

    Raises CannotRun when the product cannot take part at all, and Silent when it has gone.
    """
    first, *rest = stage.ledger.entries
    _post_first(stage, first)
    due = _Turns(rest, rate)
    with _actors(stage) as begin:
        parts = [begin(_post, stage, due) for _ in range(POSTERS)]
        parts += [begin(_review, stage, player) for player in stage.cast.players]
        while not stage.ledger.is_done() and not stage.ledger.is_still(stage.patience):
            show(stage.ledger.summary())
            _raise_from(parts)
            time.sleep(SHOW_EVERY)


class _Turns:
    """Hands out the entries, each when it is due."""

    def __init__(self, entries: list[Entry], rate: float) -> None:
        began = time.monotonic()
        self._due = iter([(began + place / rate, entry) for place, entry in enumerate(entries, 1)])
        self._lock = threading.Lock()

    def take(self, over: threading.Event) -> Entry | None:
        with self._lock:
            at, entry = next(self._due, (0.0, None))
        if entry is None or over.wait(max(0.0, at - time.monotonic())):
            return None
        return entry


@contextmanager
def _actors(stage: Stage) -> Iterator[Callable[..., Future[None]]]:
    """Threads that leave when the run is over, however it ends."""
    with ThreadPoolExecutor(POSTERS + len(stage.cast.players)) as pool:
        try:
            yield pool.submit
        finally:
            stage.over.set()


def _raise_from(parts: list[Future[None]]) -> None:
    for part in parts:
        if part.done():
            part.result()


def _post_first(stage: Stage, entry: Entry) -> None:
    """The first line alone: its answer tells whether this product can play at all."""
    try:
        _create(stage, stage.client(), entry)
    except Refused as refused:
        if reason := _why_it_cannot_play(stage.origin, refused):
            raise CannotRun(reason) from refused
        stage.ledger.failed(entry, f"not created: {refused}")


def _why_it_cannot_play(origin: str, refused: Refused) -> str:
    match refused.status, refused.code:
        case _, "":
            return f"What answers at {origin} is not this product ({refused})."
        case 401, _:
            return f"{origin} does not know the key that was just made: it must be using another database."
        case _, "webhook_url_refused":
            return (
                f"The product at {origin} sends no webhooks to this machine. Set this where it is started, "
                "start it again, and come back:\n\nWEBHOOK_ALLOWED_NETWORKS=127.0.0.0/8"
            )
    return ""


def _post(stage: Stage, turns: _Turns) -> None:
    client = stage.client()
    while entry := turns.take(stage.over):
        try:
            _create(stage, client, entry)
        except Refused as refused:
            stage.ledger.failed(entry, f"not created: {refused}")


def _create(stage: Stage, client: Client, entry: Entry) -> None:
    speaker = stage.cast.speakers[entry.handoff.source_agent]
    body = entry.handoff.body | {"pool": stage.cast.pool.name, "webhook_url": stage.receiver.url(speaker.place)}
    answer = client.call("POST", "/api/escalations", key=speaker.key, body=body, idempotency=str(uuid4()))
    stage.ledger.created(entry, answer.body, answer.seconds)


def _review(stage: Stage, player: Player) -> None:
    """Claim and resolve what the list says is theirs, until the run is over."""
    client = stage.client()
    mine = f"/api/escalations?assigned_to={player.id}&status=assigned&ordering=priority&limit=50"
    while not stage.over.is_set():
        found: list[dict[str, Any]] = client.call("GET", mine, key=player.key).body["results"]
        entries = [entry for row in found if (entry := stage.ledger.waiting(row))]
        for entry in entries:
            _answer(stage, client, player, entry)
        if not entries:
            stage.over.wait(LOOK_EVERY)


def _answer(stage: Stage, client: Client, player: Player, entry: Entry) -> None:
    path = f"/api/escalations/{entry.id}"
    try:
        claimed = client.call("PATCH", f"{path}/claim", key=player.key, body={})
        stage.ledger.took(entry, "claim", claimed.seconds)
        notes = {"resolution_notes": entry.notes}
        resolved: Answer = client.call("PATCH", f"{path}/resolve", key=player.key, body=notes)
        stage.ledger.took(entry, "resolve", resolved.seconds)
    except Refused as refused:
        stage.ledger.failed(entry, f"not answered: {refused}")
