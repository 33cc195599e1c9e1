"""The inputs of a form, as its templates draw them: what was typed in each, and what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from django.utils.translation import gettext as _

from escalations.answers.fields import Field, Kind
from escalations.desk.answering.typed import inside, rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from escalations.desk.answering.changes import Change
    from escalations.desk.answering.typed import Typed

LONG = 80  # characters; longer texts get an area
RADIOS_AT_MOST = 6
ANY_ROW = "{row}"  # in the names of a blank row, which scripts copy
SIZES = {"minLength": "minlength", "maxLength": "maxlength", "minimum": "min", "maximum": "max"}
TYPES = {"date": "date", "date-time": "datetime-local", "email": "email", "uri": "url"}


class Option(NamedTuple):
    value: str
    label: str
    description: str
    is_chosen: bool
    id: str


@dataclass(frozen=True)
class Input:
    """`widget` names what it looks like; `attributes` are those of HTML, whose names and values are ours."""

    name: str
    widget: str
    label: str
    help: str = ""
    is_required: bool = False
    value: str = ""
    errors: Sequence[str] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    options: Sequence[Option] = ()
    inputs: Sequence[Input] = ()
    blank: Input | None = None
    row: str = ""
    change: Change | None = None
    was: str | None = None

    @property
    def id(self) -> str:
        return id_of(self.name)

    @property
    def described_by(self) -> str:
        """The ids of what is said about it."""
        parts = [("help", self.help), ("error", self.errors), ("was", self.was is not None)]
        return " ".join(f"{self.id}-{part}" for part, is_there in parts if is_there)


class Sheet(NamedTuple):
    """What a form is drawn from. `is_firm`: the browser may insist on required fields; `is_row`: space is short."""

    typed: Typed
    errors: Mapping[str, Sequence[str]]
    is_firm: bool
    is_row: bool = False


def id_of(name: str) -> str:
    """Without spaces, which would separate two ids."""
    return f"id_{quote(name, safe='/{}')}"


def draw(each: Field, name: str, sheet: Sheet) -> Input:
    if each.kind == Kind.OBJECT:
        inputs = [draw(inner, inside(name, inner.name), sheet) for inner in each.fields]
        return _input(each, name, sheet, "group", inputs=inputs)
    if each.is_many_of:
        return _checks(each, name, sheet)
    if each.item:
        return _rows(each, each.item, name, sheet)
    if each.kind in {Kind.CHOICE, Kind.BOOLEAN}:
        return _choice(each, name, sheet)
    if each.kind == Kind.CONSTANT:
        return _input(each, name, sheet, "constant", value=each.choices[0].title)
    return _line(each, name, sheet)


def _rows(each: Field, item: Field, name: str, sheet: Sheet) -> Input:
    """As many as were typed, at least as many as are needed, and always one to type in."""
    typed = rows(sheet.typed, name)
    least, most = max(1, each.rules.get("minItems", 0)), each.rules["maxItems"]
    after = typed[-1] + 1 if typed else 0
    numbers = [*typed, *range(after, after + max(0, least - len(typed)))]
    inputs = [_row(item, name, number, sheet) for number in numbers]
    blank = _row(item, name, ANY_ROW, sheet._replace(typed={}, errors={}))
    attributes = {"data-most": most, "data-next": numbers[-1] + 1}
    return _input(each, name, sheet, "rows", inputs=inputs, blank=blank, attributes=attributes)


def _row(item: Field, name: str, number: int | str, sheet: Sheet) -> Input:
    drawn = draw(item, f"{name}/{number}", sheet._replace(is_firm=False, is_row=True))
    place = str(number + 1) if isinstance(number, int) else ANY_ROW
    label = item.label or _("Entry %(number)s") % {"number": place}
    return Input(**{**vars(drawn), "label": label, "row": str(number)})


def _checks(each: Field, name: str, sheet: Sheet) -> Input:
    sides = {"data-least": "minItems", "data-most": "maxItems"}
    limits = {side: each.rules[word] for side, word in sides.items() if word in each.rules}
    if each.is_required and not each.is_nullable:
        limits["data-needed"] = True
    item = each.item
    choices = [
        (json.dumps(choice.value), choice.title, choice.description) for choice in (item.choices if item else ())
    ]
    return _input(each, name, sheet, "checks", options=_options(choices, name, sheet), attributes=limits)


def _choice(each: Field, name: str, sheet: Sheet) -> Input:
    choices = [(json.dumps(choice.value), choice.title, choice.description) for choice in each.choices]
    if each.kind == Kind.BOOLEAN:
        choices = [("true", _("Yes"), ""), ("false", _("No"), "")]
    widget = "radios" if len(choices) <= RADIOS_AT_MOST else "select"
    if not each.is_required or each.is_nullable or widget == "select":
        choices.append(("", _("Leave it open") if not each.is_required or each.is_nullable else _("Choose one"), ""))
    return _input(each, name, sheet, widget, options=_options(choices, name, sheet), attributes=_firm(each, sheet))


def _options(choices: list[tuple[str, str, str]], name: str, sheet: Sheet) -> list[Option]:
    chosen = sheet.typed.get(name, ())
    return [
        Option(value, title, description, value in chosen, f"{id_of(name)}-{index}")
        for index, (value, title, description) in enumerate(choices)
    ]


def _line(each: Field, name: str, sheet: Sheet) -> Input:
    value = next(reversed(sheet.typed.get(name, ())), "")
    widget, look = _look(each, value, is_row=sheet.is_row)
    limits = {SIZES[rule]: each.rules[rule] for rule in SIZES if rule in each.rules}
    return _input(each, name, sheet, widget, value=value, attributes=_firm(each, sheet) | limits | look)


def _look(each: Field, value: str, *, is_row: bool) -> tuple[str, dict[str, Any]]:
    if each.kind == Kind.JSON:
        return "area", {"data-json": True, "rows": 3, "spellcheck": "false"}
    if each.kind in {Kind.NUMBER, Kind.INTEGER}:
        return "line", _of_number(each)
    if kind := TYPES.get(each.rules.get("format", "")):
        return "line", {"type": kind, "step": 1} if kind == "datetime-local" else {"type": kind}
    is_long = "\n" in value or len(value) > LONG
    asks_for_long = not is_row and each.rules.get("maxLength", 0) > 2 * LONG
    return ("area", {"rows": 4 if is_long else 2}) if is_long or asks_for_long else ("line", {"type": "text"})


def _of_number(each: Field) -> dict[str, Any]:
    is_whole = each.kind == Kind.INTEGER and isinstance(each.rules.get("minimum", 0), int)
    return {"type": "number", "step": "1" if is_whole else "any", "inputmode": "numeric" if is_whole else "decimal"}


def _firm(each: Field, sheet: Sheet) -> dict[str, Any]:
    """A script sets `required` where it depends on the decision; without one, the server says what is missing."""
    if not each.is_required or each.is_nullable or each.takes_empty:
        return {}
    return {"required": True} if sheet.is_firm else {"data-required": True}


def _input(each: Field, name: str, sheet: Sheet, widget: str, **more: Any) -> Input:  # noqa: ANN401 - members of Input
    return Input(
        name=name,
        widget=widget,
        label=each.label,
        help=_help(each),
        is_required=each.is_required and not each.is_nullable,
        errors=sheet.errors.get(name, ()),
        **more,
    )


def _help(each: Field) -> str:
    parts = [each.description]
    if each.examples:
        parts.append(_("For example: %(examples)s.") % {"examples": ", ".join(map(_said, each.examples[:3]))})
    if each.rules.get("format") == "date-time":
        parts.append(_("In UTC."))
    return " ".join(filter(None, parts))


def _said(value: Any) -> str:  # noqa: ANN401 - any JSON
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
