"""What the agent sent, as a page shows it: by kind, nothing rendered as markup, large parts loaded when asked for."""

import json
from dataclasses import dataclass, field
from typing import Any

from escalations.contexts import kinds
from escalations.contexts.digest import digest
from escalations.contexts.kinds import Kind, Part
from escalations.desk.context import sections, summary
from escalations.desk.context.chats import Chat
from escalations.desk.context.room import More, Room
from escalations.desk.context.sections import Section
from escalations.desk.context.summary import Link, Summary

FACTS, FACT_AT_MOST = 16, 160  # single values shown above everything, and characters of one
AROUND = 20  # messages shown from the one that a link leads to


@dataclass(frozen=True)
class Fact:
    name: str
    value: str


@dataclass
class Shown:
    """`has_views` is false when there is nothing but a JSON tree."""

    sections: list[Section] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    summary: Summary = field(default_factory=Summary)
    is_everything: bool = True
    has_views: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.sections or self.facts)

    @property
    def has_tabs(self) -> bool:
        return len(self.sections) > 1 or self.has_views


def shown(data: Any, told: dict[str, Any] | None = None) -> Shown:  # noqa: ANN401 - whatever JSON the agent sent
    """`told` is the digest of the data; without it, it is made."""
    room = Room()
    parts = [part for part in kinds.parts_of(data) if part.value not in ({}, [], "", None)]
    facts, rest = _facts(kinds.rest_of(data, parts))
    several = [*parts, *([Part("", Kind.JSON, rest)] if rest else [])]
    made = [
        sections.of(part, f"context-{number}", room, names_kind=_is_only_one(part, several))
        for number, part in enumerate(several)
    ]
    said = summary.of(told or digest(data))
    _lead(said, made)
    return Shown(made, facts, said, room.is_everything, has_views=any(part.kind != Kind.JSON for part in parts))


def part(data: Any, wanted: tuple[str, str], span: tuple[int, int]) -> Section:  # noqa: ANN401 - any JSON
    """One piece: `wanted` is its JSON pointer and its kind. Raises LookupError when there is none."""
    return sections.window(data, wanted, span, Room())


def raw(data: Any) -> str:  # noqa: ANN401 - whatever JSON the agent sent
    return json.dumps(data, indent=1, ensure_ascii=False)


def _facts(rest: dict[str, Any]) -> tuple[list[Fact], dict[str, Any]]:
    """Short single values are seen at once; the rest is a tree."""
    short = {key: value for key, value in rest.items() if _is_short(value)}
    if len(short) > FACTS:
        return [], rest
    facts = [Fact(key, value if isinstance(value, str) else json.dumps(value)) for key, value in short.items()]
    return facts, {key: value for key, value in rest.items() if key not in short and value is not None}


def _is_short(value: Any) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return 0 < len(value) <= FACT_AT_MOST and "\n" not in value
    return isinstance(value, bool | int | float)


def _is_only_one(part: Part, several: list[Part]) -> bool:
    return part.kind == Kind.JSON or sum(each.kind == part.kind for each in several) == 1


def _lead(said: Summary, made: list[Section]) -> None:
    """Give each link of the summary its way to what it names, on this page if that is here."""
    chat = next((each.view for each in made if isinstance(each.view, Chat)), None)
    for link in said.links:
        if link.place is not None and chat:
            _lead_to_message(link, chat, link.place)
        else:
            _lead_to_path(link, made)


def _lead_to_message(link: Link, chat: Chat, place: int) -> None:
    link.anchor = chat.anchors.get(place, "")
    if not link.anchor:
        link.more = More(chat.path, Kind.CHAT, place, place + AROUND)


def _lead_to_path(link: Link, made: list[Section]) -> None:
    for section in made:
        inside = link.path.removeprefix(section.path)
        if not link.path.startswith(section.path) or (inside and not inside.startswith("/")):
            continue
        place = inside.split("/")[1] if inside else ""
        if isinstance(section.view, Chat) and place.isdecimal():
            _lead_to_message(link, section.view, int(place))
        else:
            link.anchor = section.id
        return
    link.more = More(link.path, Kind.JSON, 0, 0)
