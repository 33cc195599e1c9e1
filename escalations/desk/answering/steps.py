"""Steps of a form that its page cannot take without a script: the server takes them in what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from escalations.desk.answering.form import ANSWER, DECISION, EDIT, NOTES
from escalations.desk.answering.typed import rows, same

if TYPE_CHECKING:
    from escalations.desk.answering.typed import Typed

ROWS_AT_MOST = 50


class Inserted(NamedTuple):
    text: str
    decision: str | None


def take(step: str, typed: Typed, begun: Typed, inserted: Inserted | None) -> Typed:
    """`add:NAME`, `remove:NAME/ROW`, `reset`, `insert`; any other step leaves it as it was typed."""
    word, _, name = step.partition(":")
    kept = {key: texts for key, texts in typed.items() if key != "template"}
    if word == "add":
        return _added(kept, name)
    if word == "remove":
        return {key: texts for key, texts in kept.items() if key != name and not key.startswith(f"{name}/")}
    if word == "reset":
        others = {key: texts for key, texts in kept.items() if not key.startswith(f"{EDIT}/")}
        return others | {key: texts for key, texts in begun.items() if key.startswith(f"{EDIT}/")}
    return _with(kept, inserted) if word == "insert" and inserted else kept


def is_same(typed: Typed, begun: Typed) -> bool:
    """Nothing stands there that did not stand there at the beginning."""

    def given(inputs: Typed) -> dict[str, list[str]]:
        return {name: texts for name in inputs if (texts := [text for text in inputs[name] if text])}

    now, then = given(typed), given(begun)
    return now.keys() == then.keys() and all(
        len(now[name]) == len(then[name]) and all(map(same, now[name], then[name])) for name in now
    )


def with_absent_parts(typed: Typed, before: Typed) -> Typed:
    """`typed`, and of `before` the arguments or the form, where nothing at all of them was sent."""
    absent = tuple(part for part in (f"{ANSWER}/", f"{EDIT}/") if not any(name.startswith(part) for name in typed))
    return {**{name: texts for name, texts in before.items() if name.startswith(absent)}, **typed} if absent else typed


def _added(typed: Typed, name: str) -> Typed:
    numbers = rows(typed, name)
    if len(numbers) >= ROWS_AT_MOST:
        return typed
    return {**typed, f"{name}/{numbers[-1] + 1 if numbers else 0}": [""]}


def _with(typed: Typed, inserted: Inserted) -> Typed:
    """The text after what stands there; the decision only where none is taken yet."""
    before = next(reversed(typed.get(NOTES, ())), "").rstrip()
    changed = {**typed, NOTES: [f"{before}\n\n{inserted.text}" if before else inserted.text]}
    return {DECISION: [inserted.decision], **changed} if inserted.decision else changed
