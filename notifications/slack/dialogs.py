"""The dialog in which somebody answers in Slack, made of the same form as the desk's, and what is sent from it. Pure.

Block Kit has no lists of anything but choices, and knows no nested JSON: what asks for those is answered on the desk.
Limits of Slack: https://docs.slack.dev/reference/block-kit/blocks/input-block and the elements beside it.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from escalations.answers.fields import Field, Kind
from escalations.desk.answering.form import ANSWER, DECISION, NOTES, AnswerForm
from escalations.desk.answering.typed import inside
from escalations.models import Decision, Escalation
from notifications.slack import messages
from notifications.slack.texts import Block, fitted, line, plain

CALLBACK = "resolve"
BLOCKS, NAME, LABEL, HINT, OPTION, TYPED, ERROR = 45, 255, 200, 500, 75, 3000, 500
LAST_SECOND = 253_402_300_800  # the year 10000
ELEMENT = "value"  # the action_id of every element: the block's id says which it is


class Place(NamedTuple):
    """One input: its name in the form, the field it holds, and its label."""

    name: str
    field: Field
    label: str
    is_needed: bool


def of(escalation: Escalation, *, metadata: str) -> Block | None:
    """The view for `views.open`; None where only the desk can ask for all of it."""
    form = AnswerForm(escalation)
    places = _places_of(form)
    if places is None or form.decisions == [Decision.EDIT]:
        return None
    blocks: list[Block] = [_section(escalation.issue_description)]
    if escalation.action:
        blocks += [_section(messages.said_of(escalation.action))]
    if form.decisions:
        blocks.append(_decision(form.decisions))
    if Decision.EDIT in form.decisions:
        blocks.append(_section(f"To change what it wants to do, answer on the desk: {escalation.html_url}"))
    blocks += [_input(each, form.typed) for each in places]
    blocks.append(_notes(form))
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": metadata,
        "title": plain(line(escalation.reference, 24)),
        "submit": plain("Send answer"),
        "close": plain("Close"),
        "blocks": blocks,
    }


def notice(title: str, text: str) -> Block:
    """A view that only says something."""
    return {"type": "modal", "title": plain(line(title, 24)), "close": plain("Close"), "blocks": [_section(text)]}


def form_of(escalation: Escalation, state: object, *, version: int | None) -> AnswerForm:
    """The desk's form, filled in with what was sent (`view.state.values`), whatever its shape."""
    values = state if isinstance(state, dict) else {}
    empty = AnswerForm(escalation)
    typed: dict[str, list[str]] = {NOTES: _texts(Kind.TEXT, (), values.get(NOTES))}
    if empty.decisions:
        typed[DECISION] = _texts(None, (), values.get(DECISION))
    for each in _places_of(empty) or []:
        typed[each.name] = _read(each.field, values.get(each.name))
    if version is not None:
        typed["version"] = [str(version)]
    return AnswerForm(escalation, QueryDict(urlencode(typed, doseq=True)))


def errors_of(form: AnswerForm) -> dict[str, str]:
    """What is wrong, by the id of the block it is shown at."""
    shown = {NOTES, *([DECISION] if form.decisions else []), *(each.name for each in _places_of(form) or [])}
    found: dict[str, list[str]] = {}
    for name, sentences in form.mistakes.items():
        found.setdefault(_nearest(name, shown), []).extend(sentences)
    return {name: fitted(" ".join(sentences), ERROR) for name, sentences in found.items()}


def _nearest(name: str, shown: set[str]) -> str:
    """A flaw of a part that has no input of its own is told at an input inside of it, else at the notes."""
    if name in shown:
        return name
    return next((each for each in sorted(shown) if each.startswith(f"{name}/")), NOTES)


def _places_of(form: AnswerForm) -> list[Place] | None:
    """None where something cannot be asked in Slack. A schema that can no longer be read is the desk's to tell of."""
    if form.schema is None:
        return [] if form.escalation.response_schema is None else None
    is_needed = Decision.REJECT not in form.decisions
    found = list(_inside(form.schema, ANSWER, "", is_needed=is_needed))
    is_possible = len(found) <= BLOCKS and all(_is_possible(each) for each in found)
    return found if is_possible else None


def _inside(field: Field, name: str, before: str, *, is_needed: bool) -> Iterator[Place]:
    for each in field.fields:
        here, label = inside(name, each.name), f"{before}{each.label}"
        needed = is_needed and each.is_required and not each.is_nullable
        if each.kind == Kind.OBJECT:
            yield from _inside(each, here, f"{label}: ", is_needed=needed)
        elif each.kind != Kind.CONSTANT:
            yield Place(here, each, label, needed)


def _is_possible(place: Place) -> bool:
    field = place.field
    choices = field.item.choices if field.is_many_of and field.item else field.choices
    is_known = field.is_many_of or (field.item is None and field.kind not in {Kind.JSON, Kind.LIST})
    fits = len(place.name) <= NAME and all(len(each.title) <= OPTION for each in choices)
    is_short = field.kind != Kind.TEXT or field.rules.get("minLength", 0) <= TYPED
    return is_known and fits and is_short


def _section(text: str) -> Block:
    return {"type": "section", "text": plain(fitted(text, messages.SECTION))}


def _decision(decisions: list[Decision]) -> Block:
    options = [_option(str(each.label), each.value) for each in decisions if each != Decision.EDIT]
    return _block(DECISION, "Your decision", {"type": "radio_buttons", "options": options})


def _notes(form: AnswerForm) -> Block:
    is_all = not form.decisions and form.schema is None
    element = {"type": "plain_text_input", "multiline": True, "max_length": TYPED}
    return _block(NOTES, "Your answer" if is_all else "Notes", element) | {"optional": not is_all}


def _input(place: Place, typed: Mapping[str, Any]) -> Block:
    given = list(typed.get(place.name, ()))
    block = _block(place.name, place.label, _element(place.field, given)) | {"optional": not place.is_needed}
    if place.field.kind == Kind.TEXT and place.field.takes_empty:
        block["optional"] = True
    return block | ({"hint": plain(fitted(place.field.description, HINT))} if place.field.description else {})


def _block(name: str, label: str, element: Block) -> Block:
    labelled = plain(line(label, LABEL) or "Value")
    return {"type": "input", "block_id": name, "label": labelled, "element": element | {"action_id": ELEMENT}}


def _element(field: Field, given: list[str]) -> Block:
    if field.is_many_of or field.kind in {Kind.CHOICE, Kind.BOOLEAN}:
        return _select(field, given)
    if field.kind in {Kind.NUMBER, Kind.INTEGER}:
        shown = {"initial_value": given[0]} if given else {}
        return {"type": "number_input", "is_decimal_allowed": field.kind == Kind.NUMBER} | shown
    if field.rules.get("format") == "date":
        return {"type": "datepicker"} | ({"initial_date": given[0]} if given else {})
    if field.rules.get("format") == "date-time":
        return {"type": "datetimepicker"}
    most = min(TYPED, field.rules.get("maxLength", TYPED))
    shown = {"initial_value": given[0]} if given and 0 < len(given[0]) <= most else {}
    return {"type": "plain_text_input", "multiline": most > 80, "max_length": max(1, most)} | shown


def _select(field: Field, given: list[str]) -> Block:
    """Options are numbered: the value of a choice may be longer than Slack takes."""
    options = [_option(label, str(index)) for index, (_, label) in enumerate(_choices(field))]
    chosen = [option for option, (value, _) in zip(options, _choices(field), strict=True) if value in given]
    if field.is_many_of:
        return {"type": "multi_static_select", "options": options} | ({"initial_options": chosen} if chosen else {})
    return {"type": "static_select", "options": options} | ({"initial_option": chosen[-1]} if chosen else {})


def _choices(field: Field) -> list[tuple[str, str]]:
    """The value as the form takes it, and its label."""
    if field.kind == Kind.BOOLEAN:
        return [("true", "Yes"), ("false", "No")]
    choices = field.item.choices if field.is_many_of and field.item else field.choices
    return [(json.dumps(each.value), each.title) for each in choices]


def _option(label: str, value: str) -> Block:
    return {"text": plain(line(label, OPTION) or "–"), "value": value}


def _read(field: Field, block: object) -> list[str]:
    is_chosen = field.is_many_of or field.kind in {Kind.CHOICE, Kind.BOOLEAN}
    values = tuple(value for value, _ in _choices(field)) if is_chosen else ()
    return _texts(Kind.CHOICE if is_chosen else field.kind, values, block)


def _texts(kind: Kind | None, values: tuple[str, ...], block: object) -> list[str]:
    """What an element holds, as texts of the form; `values` are those behind the numbers of options."""
    element = block.get(ELEMENT) if isinstance(block, dict) else None
    if not isinstance(element, dict):
        return []
    options = element.get("selected_options") or [element.get("selected_option")]
    picked = [str(each.get("value")) for each in options if isinstance(each, dict)]
    if kind == Kind.CHOICE:
        numbers = [int(each) for each in picked if each.isascii() and each.isdecimal() and len(each) < 5]
        return [values[each] for each in numbers if each < len(values)]
    if kind is None:
        return picked
    if "selected_date_time" in element:
        return [_moment(element["selected_date_time"])]
    return [str(element.get("value") or element.get("selected_date") or "")]


def _moment(seconds: object) -> str:
    """Seconds since 1970 as a form takes a moment; nothing for nothing."""
    if not isinstance(seconds, int) or not 0 <= seconds < LAST_SECOND:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
