"""What became of each hand-off of the run, written by all its threads."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from escalations.management.replay.handoffs import Handoff, canonical

STEPS = ("create", "assign", "claim", "resolve", "webhook")


@dataclass
class Entry:
    """One hand-off on its way. `took` has the seconds of each step it has come through."""

    handoff: Handoff
    id: str = ""
    assignee: str = ""
    took: dict[str, float] = field(default_factory=dict)
    arrivals: int = 0
    is_verified: bool = False
    is_equal: bool = False
    trouble: str = ""

    @property
    def notes(self) -> str:
        """The scripted answer: the same in every try."""
        return f"Line {self.handoff.line} was read. Go ahead as {self.handoff.source_agent} proposes."

    @property
    def is_done(self) -> bool:
        return bool(self.trouble) or (self.is_verified and "resolve" in self.took)


class Ledger:
    """The entries by the id of their escalation, and when anything moved last."""

    def __init__(self, handoffs: list[Handoff]) -> None:
        self.entries = [Entry(handoff) for handoff in handoffs]
        self.strangers: list[str] = []  # webhooks that nobody asked for, or that nobody signed
        self._by_id: dict[str, Entry] = {}
        self._lock = threading.Lock()
        self._moved_at = time.monotonic()

    def created(self, entry: Entry, escalation: dict[str, Any], seconds: float) -> None:
        with self._lock:
            entry.id = escalation["id"]
            entry.took["create"] = seconds
            self._by_id[entry.id] = entry
            self._note_assignment(entry, escalation)

    def waiting(self, escalation: dict[str, Any]) -> Entry | None:
        """The entry that its reviewer has found in their list; None if it is not one to work on."""
        with self._lock:
            entry = self._by_id.get(escalation["id"])
            if entry is None or entry.trouble:
                return None
            self._note_assignment(entry, escalation)
            return entry

    def took(self, entry: Entry, step: str, seconds: float) -> None:
        with self._lock:
            entry.took.setdefault(step, seconds)
            self._moved_at = time.monotonic()

    def failed(self, entry: Entry, trouble: str) -> None:
        with self._lock:
            entry.trouble = trouble
            self._moved_at = time.monotonic()

    def arrived(self, message: dict[str, Any]) -> None:
        """A webhook whose signature is right."""
        data = message["data"]
        with self._lock:
            entry = self._by_id.get(data["id"])
            if entry is None:
                self.strangers.append(f"a webhook for {data['id']}, which is not of this run")
                return
            entry.arrivals += 1
            entry.is_verified = True
            entry.is_equal = canonical(data["context_data"]) == canonical(entry.handoff.context)
            entry.took.setdefault("webhook", _seconds_since(data["resolved_at"]))
            self._moved_at = time.monotonic()

    def forged(self, reason: str) -> None:
        """A webhook whose signature is wrong."""
        with self._lock:
            self.strangers.append(reason)

    def is_done(self) -> bool:
        with self._lock:
            return all(entry.is_done for entry in self.entries)

    def is_still(self, seconds: float) -> bool:
        """Whether nothing has moved for so long."""
        with self._lock:
            return time.monotonic() - self._moved_at > seconds

    def summary(self) -> str:
        """How far it is, in one line."""
        with self._lock:
            counts = {step: sum(step in entry.took for entry in self.entries) for step in STEPS}
        return ", ".join(f"{step} {count}/{len(self.entries)}" for step, count in counts.items())

    def _note_assignment(self, entry: Entry, escalation: dict[str, Any]) -> None:
        self._moved_at = time.monotonic()
        if escalation["assigned_at"] and not entry.assignee:
            entry.assignee = escalation["assigned_to"]
            waited = _moment(escalation["assigned_at"]) - _moment(escalation["created_at"])
            entry.took["assign"] = waited.total_seconds()


def _seconds_since(moment: str) -> float:
    return max(0.0, (datetime.now(UTC) - _moment(moment)).total_seconds())


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
