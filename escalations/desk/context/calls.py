"""A tool call on the page: its name, what it was given, and what came of it, together."""

from dataclasses import dataclass
from typing import Any

from escalations.contexts import pointers, transcripts
from escalations.contexts.kinds import Kind
from escalations.desk.context import texts, trees
from escalations.desk.context.room import More, Room
from escalations.desk.context.texts import Text
from escalations.desk.context.trees import Tree

CALLS_AT_ONCE = 60


@dataclass(frozen=True)
class Card:
    name: str
    arguments: Text | Tree | None
    result: Text | Tree | None
    is_error: bool = False
    has_result: bool = False


@dataclass(frozen=True)
class Calls:
    cards: list[Card]
    more: More | None = None

    template = "desk/context/calls.html"


def shown(value: Any, path: str, room: Room, start: int = 0) -> Calls:  # noqa: ANN401 - any JSON
    """One call, or a list of calls from `start` on."""
    if not isinstance(value, list):
        return Calls([_card(value, path, room)])
    stop = start + room.rows_of(min(CALLS_AT_ONCE, len(value) - start))
    cards = [_card(value[place], pointers.joined(path, place), room) for place in range(start, stop)]
    return Calls(cards, More(path, Kind.CALL, stop, len(value)) if stop < len(value) else None)


def of(call: transcripts.Call, path: str, room: Room, *, result_path: str | None = None) -> Card:
    """`path` is where the call's message stands, `result_path` where that of its result does, if elsewhere."""
    result = call.result
    came_back = pointers.below(path if result_path is None else result_path, result.at) if result else ""
    return Card(
        name=call.name,
        arguments=body(call.arguments, pointers.below(path, call.at), room),
        result=body(result.content, came_back, room) if result else None,
        is_error=result is not None and (result.is_error or _reports_error(result.content)),
        has_result=result is not None,
    )


def body(value: Any, path: str, room: Room) -> Text | Tree | None:  # noqa: ANN401 - any JSON
    """JSON as a tree, also when it was sent as a text; other text as it is; nothing for nothing."""
    value = texts.decoded(value)
    if isinstance(value, str):
        return texts.shown(value, path, room) if value else None
    return None if value in (None, {}, []) else trees.shown(value, path, room).folded()


def _card(value: Any, path: str, room: Room) -> Card:  # noqa: ANN401 - any JSON
    if not isinstance(value, dict):
        return Card("", body(value, path, room), None)
    return of(transcripts.read_call(value), path, room)


def _reports_error(content: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(content, str) and content[:40].lstrip(" [\n").lower().startswith(("error", "traceback"))
