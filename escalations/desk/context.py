"""The agent's context as a page shows it: names and texts, nothing rendered as markup, large parts folded.

Strings are shown with their real line breaks and not as JSON writes them. What is too much for a page is left out and
the page says so; the raw data is one click away.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

FOLD_ABOVE = 900  # characters of one text
LEAD = 110  # characters of a folded text that stay visible
TEXT_AT_MOST = 48_000
PAGE_AT_MOST = 400_000  # characters of all texts together
ITEMS_AT_MOST = 300  # of one list


@dataclass(frozen=True)
class Field:
    name: str
    text: str
    is_code: bool = False
    is_cut: bool = False

    @property
    def is_folded(self) -> bool:
        return len(self.text) > FOLD_ABOVE

    @property
    def lead(self) -> str:
        return " ".join(self.text[: LEAD * 2].split())[:LEAD]

    @property
    def size(self) -> str:
        return _("%(count)s characters") % {"count": f"{len(self.text):,}"}


@dataclass(frozen=True)
class Item:
    """One object: its own short name, such as the role of who speaks, and its fields."""

    label: str
    fields: list[Field]


@dataclass
class Section:
    title: str
    items: list[Item] = field(default_factory=list)
    left_out: int = 0


@dataclass
class Shown:
    sections: list[Section]
    is_everything: bool


def shown(data: Any) -> Shown:  # noqa: ANN401 - whatever JSON the agent sent
    """The sections of the page; `is_everything` is false when something is cut or left out."""
    named = data if isinstance(data, dict) else {_("Context"): data} if data else {}
    plain = {name: value for name, value in named.items() if not isinstance(value, dict | list)}
    sections = [Section(_("Details"), [Item("", _fields(plain))])] if plain else []
    nested = {name: value for name, value in named.items() if isinstance(value, dict | list) and value}
    sections += [_section(str(name), value) for name, value in nested.items()]
    return _within_page(sections)


def raw(data: Any) -> str:  # noqa: ANN401 - whatever JSON the agent sent
    return json.dumps(data, indent=1, ensure_ascii=False)


def _section(title: str, value: dict[str, Any] | list[Any]) -> Section:
    if isinstance(value, dict):
        return Section(title, [Item("", _fields(value))])
    if not all(isinstance(each, dict) for each in value):
        return Section(title, [Item("", [_text("", value)])])
    items = [_item(place, each) for place, each in enumerate(value[:ITEMS_AT_MOST], 1)]
    return Section(title, items, left_out=len(value) - len(items))


def _item(place: int, value: dict[str, Any]) -> Item:
    """A message is named by the role of who speaks; its content needs no name."""
    role = value.get("role")
    if not isinstance(role, str):
        return Item(str(place), _fields(value))
    said = {"" if name == "content" else name: each for name, each in value.items() if name != "role"}
    return Item(f"{place} · {role}", _fields(said))


def _fields(values: dict[str, Any]) -> list[Field]:
    """Without what says nothing: an absent value is often sent as null beside one that is there."""
    return [_text(str(name), value) for name, value in values.items() if value is not None]


def _text(name: str, value: Any) -> Field:  # noqa: ANN401 - whatever JSON the agent sent
    is_code = isinstance(value, dict | list)
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    return Field(name, text[:TEXT_AT_MOST], is_code, is_cut=len(text) > TEXT_AT_MOST)


def _within_page(sections: list[Section]) -> Shown:
    room, is_everything = PAGE_AT_MOST, True
    for section in sections:
        fitting: list[Item] = []
        for item in section.items:
            room -= sum(len(each.text) for each in item.fields)
            if room < 0:
                break
            fitting.append(item)
        section.left_out += len(section.items) - len(fitting)
        section.items = fitting
        cut = any(each.is_cut for item in fitting for each in item.fields)
        is_everything = is_everything and not section.left_out and not cut
    return Shown(sections, is_everything)
