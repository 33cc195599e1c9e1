"""A transcript on the page: who said what, each tool call with its result, instructions folded.

Of a very long one the first and the last messages are shown; those in between are loaded when they are asked for.
"""

import zlib
from dataclasses import dataclass, field
from typing import Any

from escalations.contexts import pointers, transcripts
from escalations.contexts.kinds import Kind
from escalations.contexts.transcripts import Call, Message, Said
from escalations.desk.context import calls, texts, trees
from escalations.desk.context.calls import Card
from escalations.desk.context.room import More, Room
from escalations.desk.context.texts import Text
from escalations.desk.context.trees import Tree

WHOLE_UP_TO = 120  # messages
FIRST, LAST = 10, 60  # of a longer transcript
WINDOW = 100
PARTS = 60  # texts, calls or results of one message
FOLD_SAID_ABOVE = 3_600  # characters: what somebody says is there to be read
BACK = 50  # messages a window goes back at most, so that it does not begin between a call and its result


@dataclass
class Turn:
    place: int
    path: str
    message: Message
    said: list[Text | Tree] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    returned: list[Card] = field(default_factory=list)  # results whose call is not here
    more: Tree | None = None
    gap: More | None = None  # parts of it that are not shown
    holds: set[int] = field(default_factory=set)  # its own place, and those of results that stand beside its calls
    last_of: str = ""  # the voice that has its last word here

    @property
    def anchor(self) -> str:
        return anchor(self.path)

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def is_policy(self) -> bool:
        return self.message.voice == "system"

    @property
    def size(self) -> int:
        """Characters of what is said."""
        return sum(each.total for each in self.said if isinstance(each, Text))

    @property
    def parts(self) -> int:
        return len(self.said) + len(self.cards) + len(self.returned)

    @property
    def is_empty(self) -> bool:
        """Nothing is left of a message whose results stand beside their calls."""
        return not (self.parts or self.more)


@dataclass
class Chat:
    path: str
    turns: list[Turn]
    gap: More | None = None
    tail: list[Turn] = field(default_factory=list)  # after the gap

    template = "desk/context/chat.html"

    def mark_last_words(self) -> None:
        """The last things that the user and the assistant said, which a reader looks for first."""
        for voice in ("user", "assistant"):
            speaking = [each for each in (*self.turns, *self.tail) if each.message.voice == voice and each.said]
            if speaking:
                speaking[-1].last_of = voice

    @property
    def anchors(self) -> dict[int, str]:
        """Where on the page each message is; a result is where its call is."""
        return {place: each.anchor for each in (*self.turns, *self.tail) for place in each.holds}


def anchor(path: str) -> str:
    """The id of a message on any page that shows it: it may not hold what agents write into keys."""
    return f"m{zlib.crc32(path.encode('utf-8', 'surrogatepass')):08x}"


def shown(messages: list[Any], path: str, room: Room) -> Chat:
    """The last messages come first to the room there is: they matter most."""
    total = len(messages)
    if total <= WHOLE_UP_TO and total <= room.rows:
        chat = Chat(path, _turns(messages, (0, total), path, room))
    else:
        room.is_everything = False
        first, last = _boundary(messages, FIRST), _boundary(messages, total - LAST)
        tail = _turns(messages, (last, total), path, room)
        gap = More(path, Kind.CHAT, first, last) if last > first else None
        chat = Chat(path, _turns(messages, (0, first), path, room), gap, tail)
    chat.mark_last_words()
    return chat


def window(messages: list[Any], path: str, room: Room, span: tuple[int, int]) -> Chat:
    """From one message to another, as far as it fits; the gap that remains leads on."""
    start, stop = _boundary(messages, span[0]), min(span[1], len(messages))
    end = min(stop, _boundary(messages, start + WINDOW))
    end = end if end > start else min(stop, start + WINDOW)
    gap = More(path, Kind.CHAT, end, stop) if end < stop else None
    room.is_everything = room.is_everything and gap is None
    return Chat(path, _turns(messages, (start, end), path, room), gap)


def _boundary(messages: list[Any], place: int) -> int:
    """The place, or a little before it, where no call is parted from its results."""
    place = max(0, min(place, len(messages)))
    for _ in range(BACK):
        if not 0 < place < len(messages) or not _is_result(messages[place]):
            break
        place -= 1
    return place


def _is_result(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return bool(transcripts.read(value).results)


def _turns(messages: list[Any], span: tuple[int, int], path: str, room: Room) -> list[Turn]:
    read = [transcripts.read(each) for each in messages[span[0] : span[1]]]
    for place, message in enumerate(read, span[0]):
        for result in message.results:
            result.place = place
    transcripts.pair(read)
    backwards = [
        _turn(Turn(place, pointers.joined(path, place), read[place - span[0]]), path, room)
        for place in reversed(range(span[0], span[0] + len(read)))
    ]
    return [each for each in reversed(backwards) if not each.is_empty]


def _turn(turn: Turn, chat: str, room: Room) -> Turn:
    message, path = turn.message, turn.path
    folds = not turn.is_policy  # a policy is folded as a whole
    turn.holds = {turn.place}
    said = [each for each in message.said if each.content not in ("", None)]
    turn.said = [_said(each, path, room, folds=folds) for each in _some(said, room)]
    for call in _some(message.calls, room):
        place = call.result.place if call.result else None
        turn.holds |= set() if place is None else {place}
        away = None if place is None else pointers.joined(chat, place)
        turn.cards.append(calls.of(call, path, room, result_path=away))
    lost = [Call(result.name, None, result=result) for result in _some(message.results, room)]
    turn.returned = [calls.of(each, path, room) for each in lost]
    turn.more = trees.shown(message.more, path, room) if message.more else None
    left_out = len(said) + len(message.calls) + len(message.results) - turn.parts + message.left_out
    turn.gap = More(path, Kind.JSON, 0, left_out) if left_out else None
    return turn


def _some(parts: list[Any], room: Room) -> list[Any]:
    if len(parts) > PARTS:
        room.is_everything = False
    return parts[: room.rows_of(min(len(parts), PARTS))]


def _said(said: Said, path: str, room: Room, *, folds: bool) -> Text | Tree:
    at = pointers.below(path, said.at)
    if isinstance(said.content, str):
        return texts.shown(said.content, at, room, folds=folds and len(said.content) > FOLD_SAID_ABOVE)
    return trees.shown(said.content, at, room)
