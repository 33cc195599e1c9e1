"""The context in sections, each in the view that suits its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations.contexts import kinds, pointers
from escalations.contexts.kinds import Kind, Part
from escalations.desk.context import calls, chats, diffs, texts, trees
from escalations.desk.context.calls import Calls
from escalations.desk.context.chats import Chat
from escalations.desk.context.diffs import Diff
from escalations.desk.context.room import Room
from escalations.desk.context.texts import Text
from escalations.desk.context.trees import Tree

View = Calls | Chat | Diff | Text | Tree
LABELS = {
    Kind.CALL: gettext_lazy("Tool call"),
    Kind.CHAT: gettext_lazy("Chat"),
    Kind.DIFF: gettext_lazy("Diff"),
    Kind.DOCUMENT: gettext_lazy("Document"),
    Kind.JSON: gettext_lazy("Details"),
    Kind.RAW: gettext_lazy("Text"),
}
# Long instructions repeat in every escalation of an agent: they are folded.
POLICIES = ("system", "instruction", "policy", "policies", "prompt", "guideline")
MEANINGLESS = {"", "text", "content", "document", "body", "markdown"}  # keys that say no more than the kind does
LABEL_AT_MOST = 40  # characters


@dataclass(frozen=True)
class Section:
    id: str
    label: str
    path: str
    kind: Kind
    view: View
    count: int | None = None


def of(part: Part, section_id: str, room: Room, *, names_kind: bool = True) -> Section:
    """Named by the key that the agent chose, or by its kind when that says more: when it is the only one of it."""
    view = SHOW[part.kind](part, room)
    is_named = part.name not in MEANINGLESS and (part.kind == Kind.DOCUMENT or not names_kind)
    label = part.name[:LABEL_AT_MOST] if is_named else str(LABELS[part.kind])
    count = len(part.value) if isinstance(part.value, list) else None
    return Section(section_id, label, part.path, part.kind, view, count)


def window(data: Any, part: tuple[str, str], span: tuple[int, int], room: Room) -> Section:  # noqa: ANN401 - any JSON
    """A piece of the context for a page of its own. `part` is a JSON pointer and a kind, which may not fit.

    Raises LookupError when there is nothing at the pointer.
    """
    path, word = part
    value = pointers.find(data, path)
    kind = _fitting(word, value)
    view = WINDOWS[kind](value, path, room, span)
    return Section("part", str(LABELS[kind]), path, kind, view, None)


def _fitting(word: str, value: Any) -> Kind:  # noqa: ANN401 - any JSON
    kind = kinds.WORDS.get(word, Kind.JSON)
    if kind == Kind.CHAT and not (isinstance(value, list) and value):
        return Kind.JSON
    if kind in {Kind.DIFF, Kind.DOCUMENT, Kind.RAW} and not isinstance(value, str):
        return Kind.JSON
    return kind


def _shown_chat(part: Part, room: Room) -> View:
    return chats.shown(part.value, part.path, room)


def _shown_calls(part: Part, room: Room) -> View:
    return calls.shown(part.value, part.path, room)


def _shown_diff(part: Part, room: Room) -> View:
    return diffs.shown(part.value, part.path, room)


def _shown_text(part: Part, room: Room) -> View:
    text = part.value if isinstance(part.value, str) else str(part.value)
    folds = any(word in part.name.lower() for word in POLICIES)
    return texts.shown(text, part.path, room, folds=folds)


def _shown_tree(part: Part, room: Room) -> View:
    return trees.shown(part.value, part.path, room)


SHOW: dict[Kind, Callable[[Part, Room], View]] = {
    Kind.CALL: _shown_calls,
    Kind.CHAT: _shown_chat,
    Kind.DIFF: _shown_diff,
    Kind.DOCUMENT: _shown_text,
    Kind.RAW: _shown_text,
    Kind.JSON: _shown_tree,
}
WINDOWS: dict[Kind, Callable[[Any, str, Room, tuple[int, int]], View]] = {
    Kind.CALL: lambda value, path, room, span: calls.shown(value, path, room, span[0]),
    Kind.CHAT: lambda value, path, room, span: chats.window(value, path, room, span),
    Kind.DIFF: lambda value, path, room, span: diffs.shown(value, path, room, span[0]),
    Kind.DOCUMENT: lambda value, path, _room, span: texts.window(value, path, span[0]),
    Kind.RAW: lambda value, path, _room, span: texts.window(value, path, span[0]),
    Kind.JSON: lambda value, path, room, span: trees.window(value, path, room, span[0]),
}


def title_of(path: str) -> str:
    """A pointer as people read it: its keys in a row."""
    keys = [pointers.last(f"/{each}") for each in path.split("/")[1:]]
    return " › ".join(key[:LABEL_AT_MOST] for key in keys) or _("Everything")
