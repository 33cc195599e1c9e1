"""The digest: what there is in a context, told without a model, so that a reader knows before reading.

It is made once, when the escalation is created, and always fits into 4 KB. The work is bounded: of a very large
context a part is looked at, and `is_complete` says so.
"""

import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import chain, islice
from typing import Any, NamedTuple, TypeAlias

from escalations.contexts import characters, kinds, pointers, transcripts
from escalations.contexts.kinds import Kind, Part

AT_MOST = 4_096  # bytes of the digest as JSON
VALUES_AT_MOST = 4_000  # that are looked at
ITEMS_AT_MOST = 600  # of one list or object: of a longer list the first and the last ones
MESSAGES_AT_MOST = 2_000  # that are read, the last ones
LARGEST, LAST, ERRORS, NAMES, KEYS = 5, 4, 5, 12, 24  # of which so many are named
LOOKED_BACK = 100  # messages that are searched for the last ones with words
PATH_AT_MOST = 120  # characters; of a longer path, the place above it is named
WORDS_IN_STEPS = (160, 80, 40, 16)  # characters of each quoted text; the fewer, the tighter

# What an error line has in it, as it goes on from there; checked first because it costs little.
TRIGGERS = {
    "rror": re.compile(r"rrors?(?:\"?\s*[:(\]!]|\s*$)", re.MULTILINE),
    "xception": re.compile(r"xceptions?(?:\"?\s*[:(\]!]|\s*$)", re.MULTILINE),
    "aceback": re.compile(r"aceback \(most recent"),
    "RROR": re.compile(r"RROR\b"),
    "FATAL": re.compile(r"FATAL\b"),
    "CRITICAL": re.compile(r"CRITICAL\b"),
    "FAILED": re.compile(r"FAILED\b"),
    "ailed": re.compile(r"ailed\s*[:\]!]"),
    "atal": re.compile(r"atal\s*[:\]!]"),
    "anic": re.compile(r"anic\s*[:\]!]"),
    "HTTP": re.compile(r"HTTP(?:/\d(?:\.\d)?)?\W{1,4}[45]\d\d\b"),
    "tatus": re.compile(r"tatus(?:[ _]?code)?\W{1,4}[45]\d\d\b"),
}
CALLING = {"tool_calls", "function_call", "type", *transcripts.GIVEN}
SHORTEST_ERROR = 6  # characters
AROUND = 200  # characters on each side of a trigger that are judged
HITS_AT_MOST = 400
ERROR_LINE = re.compile(
    r"Traceback \(most recent call last\)"
    r"|\b[A-Z]\w*(?:Error|Exception)\b(?:\s*[:(]|\s*$)"
    r"|^\W*(?i:error|fatal|panic|exception|failed)\s*[:\]!]"
    r"|\b(?:ERROR|FATAL|CRITICAL|PANIC|FAILED)\b"
    r"|(?:HTTP(?:/\d(?:\.\d)?)?|[Ss]tatus(?:[ _]?[Cc]ode)?)\W{1,4}[45]\d\d\b"
    r"|\"(?i:error|exception)s?\"\s*:\s*(?=[^\s\"nf\[{]|\"[^\"]|[{\[]\s*[^\s\]}])",
)
ERROR_KEYS = {"error", "exception", "traceback", "error_message", "stderr"}
STATUS_KEYS = {"status", "status_code", "http_status", "code"}


# Where a value stands: the place above it, its key, and its level. Nothing for the whole.
_Place: TypeAlias = tuple["_Place", object, int] | None


class _Found(NamedTuple):
    place: _Place
    text: str


class _Walk:
    """One look through the values, level by level, so that what stands at the top is always seen."""

    def __init__(self, data: Any) -> None:  # noqa: ANN401 - any JSON
        self.values = 0
        self.depth = 0
        self.is_complete = True  # every value was looked at
        self.texts: list[_Found] = []
        self.statuses: list[_Found] = []
        self._waiting: deque[tuple[Any, _Place]] = deque([(data, None)])
        while self._waiting and self.values < VALUES_AT_MOST:
            self.values += 1
            self._look(*self._waiting.popleft())
        self.is_complete = self.is_complete and not self._waiting

    def errors(self) -> list[_Found]:
        found = list(self.statuses)
        everything = "\n".join(text for _, text in self.texts)
        triggers = {trigger: near for trigger, near in TRIGGERS.items() if trigger in everything}
        for place, text in self.texts:
            lines = _error_lines(text, triggers) if len(text) >= SHORTEST_ERROR else []
            if not lines and place and place[1] in ERROR_KEYS and text[:AROUND].strip():
                lines = [f"{place[1]}: {text[:AROUND].strip()}"]
            found += [_Found(place, line) for line in lines]
            if len(found) >= HITS_AT_MOST:
                self.is_complete = False
                break
        return found[:HITS_AT_MOST]

    def _look(self, value: Any, place: _Place) -> None:  # noqa: ANN401 - any JSON
        if isinstance(value, str):
            self.texts.append(_Found(place, value))
        elif isinstance(value, dict):
            self._wait(_in_order(value, ITEMS_AT_MOST), place, len(value))
        elif isinstance(value, list):
            ends = range(len(value)) if len(value) <= ITEMS_AT_MOST else _ends(len(value))
            self._wait(((each, value[each]) for each in ends), place, len(value))
        elif type(value) is int and 400 <= value <= 599 and place and place[1] in STATUS_KEYS:
            self.statuses.append(_Found(place, f"{place[1]}: {value}"))

    def _wait(self, pairs: Iterable[tuple[object, Any]], place: _Place, size: int) -> None:
        level = place[2] + 1 if place else 1
        self.depth = max(self.depth, level)
        room = VALUES_AT_MOST - len(self._waiting)
        self._waiting += [(inner, (place, key, level)) for key, inner in islice(pairs, room)]
        self.is_complete = self.is_complete and size <= min(ITEMS_AT_MOST, room)


def digest(data: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON the agent sent
    """Kind, sizes, parts, largest texts, last messages, tool calls and error lines; paths are JSON pointers.

    Sizes are in bytes of the JSON as UTF-8, or in characters where the name says so. Never raises.
    """
    parts = kinds.parts_of(data)
    walk = _Walk(data)
    errors = walk.errors()
    chat = next((part for part in parts if part.kind == Kind.CHAT and isinstance(part.value, list)), None)
    calls = _calls(chat, parts)
    size, invisible = _measure(data)
    told: dict[str, Any] = {}
    for words in WORDS_IN_STEPS:
        told = {
            "kind": (parts[0].kind if len(parts) == 1 else Kind.JSON).value,
            "bytes": size,
            "values": walk.values,
            "depth": walk.depth,
            "invisible": invisible,
            "is_complete": walk.is_complete and (chat is None or len(chat.value) <= MESSAGES_AT_MOST),
            "keys": _keys(data, words),
            "parts": [_part(part) for part in parts],
            "largest": _largest(walk, words),
            "messages": len(chat.value) if chat else 0,
            "last": _last(chat, words),
            "calls": {"count": calls.total(), "distinct": len(calls), "names": _names(calls, words)},
            "errors": {"count": len(errors), "lines": _lines(errors, words)},
        }
        if len(json.dumps(told)) < AT_MOST:
            return told
    return told | {"keys": {"count": told["keys"]["count"], "first": []}, "parts": [], "largest": [], "last": []}


def _in_order(value: dict[str, Any], room: int) -> Iterator[tuple[str, Any]]:
    """Not as they came: the database keeps the keys of an object in an order of its own."""
    return ((key, value[key]) for key in sorted(islice(value, room)))


def _ends(size: int) -> Iterator[int]:
    first = ITEMS_AT_MOST // 6
    return chain(range(first), range(size - ITEMS_AT_MOST + first, size))


def _measure(data: Any) -> tuple[int, int]:  # noqa: ANN401 - any JSON
    """Bytes of the whole as JSON, and how many characters in it cannot be seen."""
    try:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    except (RecursionError, ValueError):
        return 0, 0
    return len(text.encode("utf-8", "surrogatepass")), characters.count_in_json(text)


def _error_lines(text: str, triggers: dict[str, re.Pattern[str]]) -> list[str]:
    """Around each trigger one line is judged; of a long line, what stands near the trigger."""
    found: dict[int, str] = {}
    for trigger, near in triggers.items():
        at = text.find(trigger)
        for _hit in range(HITS_AT_MOST):
            if at < 0:
                break
            if near.match(text, at):
                start = max(text.rfind("\n", 0, at) + 1, at - AROUND)
                line = text[start : at + AROUND].partition("\n")[0].strip()
                if start not in found and (match := ERROR_LINE.search(line)):
                    found[start] = line[max(0, match.start() - 40) :]
                at += len(line)
            at = text.find(trigger, at + 1)
    return [found[start] for start in sorted(found)]


def _calls(chat: Part | None, parts: list[Part]) -> Counter[str]:
    names: list[str] = []
    for each in chat.value[-MESSAGES_AT_MOST:] if chat else []:
        if len(names) < MESSAGES_AT_MOST and not _is_plain(each):
            names += [call.name for call in transcripts.read(each).calls]
    for part in parts:
        if part.kind == Kind.CALL:
            several = part.value if isinstance(part.value, list) else [part.value]
            names += [transcripts.read_call(each).name for each in several[:MESSAGES_AT_MOST] if isinstance(each, dict)]
    return Counter(names)


def _is_plain(message: Any) -> bool:  # noqa: ANN401 - any JSON
    """Somebody says something, and that is all."""
    return isinstance(message, dict) and isinstance(message.get("content"), str) and CALLING.isdisjoint(message)


def _names(calls: Counter[str], words: int) -> dict[str, int]:
    return {_brief(name, words // 2): count for name, count in calls.most_common(NAMES)}


def _keys(data: Any, words: int) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Of an object its keys, of a list how many values it has."""
    if not isinstance(data, dict):
        return {"count": len(data) if isinstance(data, list) else 0, "first": []}
    return {"count": len(data), "first": [_brief(key, words // 4) for key, _ in islice(_in_order(data, KEYS), KEYS)]}


def _part(part: Part) -> dict[str, Any]:
    """`size` is in characters of a text, else in values."""
    size = len(part.value) if isinstance(part.value, str | list | dict) else 1
    return {"path": part.path[:PATH_AT_MOST], "kind": part.kind.value, "size": size}


def _largest(walk: _Walk, words: int) -> list[dict[str, Any]]:
    found = nlargest(LARGEST, walk.texts, key=lambda each: len(each.text))
    return [{"path": _pointer(each.place, words), "characters": len(each.text)} for each in found if each.text]


def _last(chat: Part | None, words: int) -> list[dict[str, Any]]:
    """The last messages in which somebody says something; instructions and what tools return are not said."""
    found: list[dict[str, Any]] = []
    messages = chat.value if chat else []
    for place in range(len(messages) - 1, max(-1, len(messages) - 1 - LOOKED_BACK), -1):
        if isinstance(messages[place], dict) and messages[place].get("role") == "tool":
            continue
        message = transcripts.read(messages[place])
        text = message.text[: AROUND * 4].strip()
        if text and message.voice not in {"system", "tool"}:
            found.insert(0, {"place": place, "role": _brief(message.role, words // 4), "text": _brief(text, words)})
        if len(found) == LAST:
            break
    return found


def _lines(found: list[_Found], words: int) -> list[dict[str, Any]]:
    """The first ones, each once."""
    told: dict[str, dict[str, Any]] = {}
    for each in found:
        text = _brief(each.text, words)
        if text not in told and len(told) < ERRORS:
            told[text] = {"path": _pointer(each.place, words), "text": text}
    return list(told.values())


def _brief(text: str, most: int) -> str:
    flat = " ".join(text[: most * 4].split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def _pointer(place: _Place | None, words: int) -> str:
    """The JSON pointer of a place, or of what it stands in when it would be longer than can be told."""
    keys: list[object] = []
    while place:
        keys.append(place[1])
        place = place[0]
    path = ""
    for key in reversed(keys):
        longer = pointers.joined(path, key)
        if len(longer) > min(PATH_AT_MOST, words):
            break
        path = longer
    return path
