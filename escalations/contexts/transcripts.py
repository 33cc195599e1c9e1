"""What a list of messages says, in the shapes that agents send: OpenAI (both of its interfaces), Anthropic, LangChain,
and plain lists of who said what.

Reading is forgiving: whatever is not understood stays in the message as it came, and nothing raises.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

ROLES = {
    "system": ("system", "developer", "instructions"),
    "user": ("user", "human", "customer", "client"),
    "assistant": ("assistant", "ai", "model", "agent", "bot"),
    "tool": ("tool", "function", "tool_result", "function_call_output"),
}
VOICE_OF = {word: voice for voice, words in ROLES.items() for word in words}
WHO = ("role", "speaker", "author", "from", "sender")
SAID = ("content", "text", "message", "body", "parts")
DONE = ("result", "output", "response")
GIVEN = ("arguments", "args", "input")
CALL_TYPES = {"tool_use", "server_tool_use", "mcp_tool_use", "function_call", "tool_call", "function"}
RESULT_TYPES = {"tool_result", "function_call_output", "function_response"}
TYPE_VOICES = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function_call": "assistant"}
TYPE_VOICES |= {"function_call_output": "tool", "reasoning": "assistant"}
PROSE = ("text", "thinking", "refusal", "reasoning")
CALL_KEYS = {"name", "function", "type", "id", "call_id", "tool_call_id", "kind", "description", "status", "error"}
CALL_KEYS |= {"is_error", "index", *DONE, *GIVEN}
PARTS_AT_MOST = 200  # texts, calls or results of one message that are read
LOOKED_AT = 8  # messages that decide what a list is


Keys = tuple[object, ...]  # from a message to something in it


class Said(NamedTuple):
    content: Any
    at: Keys


@dataclass
class Result:
    """`place` is the message it stands in, once somebody has numbered them."""

    content: Any
    at: Keys = ()
    place: int | None = None
    id: str = ""
    name: str = ""
    is_error: bool = False


@dataclass
class Call:
    name: str
    arguments: Any
    at: Keys = ()
    id: str = ""
    result: Result | None = None


@dataclass
class Message:
    """`role` is the sender's own word, `voice` one of system, user, assistant, tool, other.

    `left_out` says how many of its parts were not read because there are too many.
    """

    role: str
    voice: str
    name: str = ""
    said: list[Said] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    left_out: int = 0

    @property
    def text(self) -> str:
        """Only its prose."""
        return "\n".join(each.content for each in self.said if isinstance(each.content, str))


def is_transcript(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Judged by its first messages and its last one."""
    return isinstance(value, list) and bool(value) and all(map(_is_message, [*value[:LOOKED_AT], value[-1]]))


def is_call(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """A tool call that stands alone: its name, what it is given, perhaps its result, and nothing else."""
    if not isinstance(value, dict) or not value.keys() <= CALL_KEYS:
        return False
    asked = _asked(value)
    return isinstance(asked.get("name"), str) and any(isinstance(asked.get(key), dict | str) for key in GIVEN)


def read(value: Any) -> Message:  # noqa: ANN401 - any JSON
    if not isinstance(value, dict):
        return Message("", "other", said=[Said(value, ())])
    role, used = _role(value)
    voice = VOICE_OF.get(role.lower(), "other")
    message = Message(role, TYPE_VOICES.get(role, voice), name=_word(value, "name"))
    used |= {"name"} if message.name else set()
    if _is_bare(value):
        _read_block(message, value, ())
        return message
    used |= _read_said(message, value) | _read_calls(message, value)
    if message.voice == "tool":
        used |= _turn_into_result(message, value)
    message.more = {key: each for key, each in value.items() if key not in used and not _is_nothing(each)}
    return message


def read_call(value: dict[str, Any], at: Keys = ()) -> Call:
    asked = _asked(value)
    name, key = asked.get("name"), _key(asked, GIVEN)
    inner: Keys = (*at, "function") if asked is not value else at
    call = Call(
        name=name if isinstance(name, str) else "",
        arguments=asked[key] if key else None,
        at=(*inner, key) if key else inner,
        id=_word(value, "id", "call_id", "tool_call_id"),
    )
    if done := _key(value, (*DONE, "error")):
        call.result = Result(value[done], (*at, done), is_error=bool(value.get("error")))
    return call


def pair(messages: list[Message]) -> None:
    """Put each result beside its call: by id, or else the oldest call of that name that still waits."""
    waiting: list[Call] = []
    for message in messages:
        left = []
        for result in message.results:
            call = next((each for each in waiting if _belongs(result, each)), None)
            if call is None:
                left.append(result)
            else:
                call.result = result
                waiting.remove(call)
        message.results = left
        waiting = [*waiting, *(call for call in message.calls if call.result is None)][-LOOKED_AT * 8 :]


def _belongs(result: Result, call: Call) -> bool:
    if result.id and call.id:
        return result.id == call.id
    return not result.name or not call.name or result.name == call.name


def _is_message(value: Any) -> bool:  # noqa: ANN401 - any JSON
    if not isinstance(value, dict) or not _role(value)[0]:
        return False
    return any(key in value for key in (*SAID, *DONE, *GIVEN, "tool_calls", "function_call", "summary"))


def _role(value: dict[str, Any]) -> tuple[str, set[str]]:
    """Who speaks, and the key that says so."""
    for key in WHO:
        if isinstance(role := value.get(key), str) and role.strip():
            return role, {key}
    if isinstance(kind := value.get("type"), str) and kind in TYPE_VOICES:
        return kind, {"type"}
    return "", set()


def _is_bare(value: dict[str, Any]) -> bool:
    """A call or a result that stands in the list without a message around it."""
    kind = value.get("type")
    return "role" not in value and isinstance(kind, str) and kind in {"function_call", "function_call_output"}


def _read_said(message: Message, value: dict[str, Any]) -> set[str]:
    key = next((each for each in SAID if not _is_nothing(value.get(each))), None)
    if key is None:
        return set()
    content = value[key]
    if isinstance(content, list):
        message.left_out += max(0, len(content) - PARTS_AT_MOST)
        for place, block in enumerate(content[:PARTS_AT_MOST]):
            _read_block(message, block, (key, place))
    else:
        _read_block(message, content, (key,))
    return {key, "type"} if value.get("type") in {"message", message.role} else {key}


def _read_block(message: Message, block: Any, at: Keys) -> None:  # noqa: ANN401 - any JSON
    kind = block.get("type") if isinstance(block, dict) else None
    if not isinstance(block, dict):
        message.said.append(Said(block, at))
    elif isinstance(kind, str) and kind in CALL_TYPES:
        message.calls.append(read_call(block, at))
    elif isinstance(kind, str) and kind in RESULT_TYPES:
        message.results.append(_read_result(block, at))
    else:
        key = next((key for key in PROSE if isinstance(block.get(key), str)), None)
        message.said.append(Said(block[key], (*at, key)) if key else Said(block, at))


def _read_result(block: dict[str, Any], at: Keys) -> Result:
    key = _key(block, ("content", *DONE))
    content = block[key] if key else None
    if isinstance(content, list) and all(isinstance(each, dict) and _word(each, "text") for each in content):
        content = "\n".join(each["text"] for each in content)
    return Result(
        content,
        (*at, key) if key else at,
        id=_word(block, "tool_use_id", "call_id", "tool_call_id", "id"),
        name=_word(block, "name"),
        is_error=block.get("is_error") is True,
    )


def _read_calls(message: Message, value: dict[str, Any]) -> set[str]:
    used = set()
    calls = value.get("tool_calls")
    if isinstance(calls, list) and all(isinstance(each, dict) for each in calls):
        message.left_out += max(0, len(calls) - PARTS_AT_MOST)
        message.calls += [read_call(each, ("tool_calls", place)) for place, each in enumerate(calls[:PARTS_AT_MOST])]
        used.add("tool_calls")
    if isinstance(call := value.get("function_call"), dict):
        message.calls.append(read_call(call, ("function_call",)))
        used.add("function_call")
    return used


def _turn_into_result(message: Message, value: dict[str, Any]) -> set[str]:
    """What a tool says is the result of a call; some senders put the call into the same message."""
    used = {"tool_call_id", "name", "type", "id", "is_error", "status", *DONE}
    if any(key in value for key in GIVEN):
        message.calls.append(read_call(value))
        return used | {*GIVEN, "error"}
    if not message.results:
        one = message.said[0] if len(message.said) == 1 else None
        key = _key(value, DONE)
        content, at = one or ((message.text, ("content",)) if message.said else (value.get(key or ""), (key,)))
        is_error = value.get("is_error") is True or value.get("status") == "error"
        called = _word(value, "tool_call_id")
        message.results.append(Result(content, at, id=called, name=message.name, is_error=is_error))
        message.said = []
    return used


def _asked(value: dict[str, Any]) -> dict[str, Any]:
    inner = value.get("function")
    return inner if isinstance(inner, dict) else value


def _key(value: dict[str, Any], keys: tuple[str, ...]) -> str:
    """The first of the keys that has a value; empty if none has."""
    return next((key for key in keys if value.get(key) is not None), "")


def _word(value: dict[str, Any], *keys: str) -> str:
    return next((found for key in keys if isinstance(found := value.get(key), str)), "")


def _is_nothing(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """An absent value is often sent as null or empty beside one that is there."""
    return value is None or value in ("", [], {})
