"""What the workbench shows of answering: the form to fill in, its draft, the templates, or what could not be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations import canned, drafts
from escalations.desk.answering import changes
from escalations.desk.answering.form import ANSWER, DECISION, EDIT, NOTES, AnswerForm
from escalations.desk.answering.inputs import Input, Sheet, draw, id_of
from escalations.desk.answering.typed import inside
from escalations.models import ANSWER_AT_MOST, Decision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from escalations.desk.answering.typed import Typed
    from escalations.models import AnswerTemplate, Draft, Escalation
    from reviewers.models import Reviewer

LABELS = {
    Decision.APPROVE: (gettext_lazy("Approve"), gettext_lazy("The agent goes ahead as it proposes.")),
    Decision.EDIT: (gettext_lazy("Approve with changes"), gettext_lazy("The agent does what you write below instead.")),
    Decision.REJECT: (gettext_lazy("Reject"), gettext_lazy("The agent does not do it.")),
    Decision.RESPOND: (gettext_lazy("Respond"), gettext_lazy("Neither yes nor no: you tell the agent what to do.")),
}


class May(Protocol):
    """What this person can do now (`escalations/desk/workbench.py`)."""

    @property
    def answer(self) -> bool: ...

    @property
    def correct(self) -> bool: ...


class Choice(NamedTuple):
    value: str
    label: str
    help: str
    key: int
    is_chosen: bool

    @property
    def id(self) -> str:
        return f"id_decision-{self.value}"


class Mistake(NamedTuple):
    """One line of the summary above the form, with where it leads."""

    id: str
    label: str
    sentence: str


class Kept(NamedTuple):
    """What somebody typed and can no longer send."""

    notes: str
    others: list[tuple[str, str]]


@dataclass(frozen=True)
class Panel:
    form: AnswerForm
    may_send: bool
    is_correction: bool
    decisions: Sequence[Choice]
    notes: Input
    edit: Input | None
    answer: Input | None
    templates: Sequence[AnswerTemplate]
    saved_at: datetime | None
    kept: Kept | None
    mistakes: Sequence[Mistake]

    @property
    def is_bound(self) -> bool:
        return self.form.is_bound

    @property
    def is_plain(self) -> bool:
        """Only words are asked for."""
        return not self.decisions and self.answer is None

    @property
    def is_unreadable(self) -> bool:
        return self.form.escalation.response_schema is not None and self.answer is None


def panel(viewer: Reviewer, escalation: Escalation, may: May, form: AnswerForm | None = None) -> Panel:
    """`form` is what was sent and not taken; without it the draft is shown, else a fresh form.

    A browser sends only what belongs to the decision taken; the rest stands in the draft (`views._keep`).
    """
    draft = drafts.of(escalation, by=viewer)
    is_correction = may.correct and not may.answer
    may_send = may.answer or may.correct
    begun = typed_of(draft, is_correction=is_correction) if may_send else None
    shown = form or AnswerForm(escalation, typed=begun, is_correction=is_correction)
    standing = shown.typed if form is None else {**(begun or {}), **shown.typed}
    sheet = Sheet(standing, shown.mistakes, is_firm=not shown.decisions or Decision.REJECT not in shown.decisions)
    drawn_edit = _edit(shown, sheet) if Decision.EDIT in shown.decisions else None
    drawn_answer = draw(shown.schema, ANSWER, sheet) if shown.schema else None
    return Panel(
        form=shown,
        may_send=may_send,
        is_correction=is_correction,
        decisions=_decisions(shown),
        notes=_notes(shown, sheet),
        edit=drawn_edit,
        answer=drawn_answer,
        templates=canned.offered(escalation) if may_send else [],
        saved_at=draft.saved_at if draft and begun is not None else None,
        kept=_kept(draft, form, may_send=may_send, is_correction=is_correction),
        mistakes=[
            Mistake(id_of(name), _label(name), sentence) for name, told in shown.mistakes.items() for sentence in told
        ],
    )


def content_of(typed: Typed, *, is_correction: bool) -> dict[str, object]:
    """What a draft keeps. U+0000 is left out: no column holds it."""
    kept = {name.replace("\0", ""): [text.replace("\0", "") for text in texts] for name, texts in typed.items()}
    return {"for": "correct" if is_correction else "answer", "typed": kept}


def typed_of(draft: Draft | None, *, is_correction: bool) -> dict[str, list[str]] | None:
    """What a draft kept, if it is one for this: an answer begun is not a correction begun."""
    if draft is None or draft.content.get("for") != ("correct" if is_correction else "answer"):
        return None
    typed = draft.content.get("typed")
    return typed if isinstance(typed, dict) else None


def _decisions(form: AnswerForm) -> list[Choice]:
    return [
        Choice(word.value, str(LABELS[word][0]), str(LABELS[word][1]), key, word == form.decision)
        for key, word in enumerate(form.decisions, start=1)
    ]


def _notes(form: AnswerForm, sheet: Sheet) -> Input:
    is_plain = not form.decisions and form.schema is None
    attributes: dict[str, object] = {"maxlength": ANSWER_AT_MOST, "rows": 8 if is_plain else 4}
    if is_plain:
        attributes["required"] = True
    return Input(
        name=NOTES,
        widget="area",
        label=_("Answer to the agent") if is_plain else _("Words to the agent"),
        help=_("Needed when you respond; else as you like.") if Decision.RESPOND in form.decisions else "",
        is_required=is_plain or Decision.RESPOND in form.decisions,
        value=form.notes,
        errors=sheet.errors.get(NOTES, ()),
        attributes=attributes,
    )


def _edit(form: AnswerForm, sheet: Sheet) -> Input:
    """Each argument with what the agent proposed, and the change where there is one."""
    drawn = draw(form.arguments, EDIT, sheet._replace(is_firm=False))
    proposed = {inside(EDIT, name): value for name, value in form.proposed.items()}
    edited = {inside(EDIT, name): value for name, value in form.edited.items()}
    inputs = [
        Input(
            **{
                **vars(each),
                "label": field.name,
                "was": changes.said(proposed.get(each.name, "")),
                "change": changes.between(proposed.get(each.name), edited.get(each.name)),
            }
        )
        for field, each in zip(form.arguments.fields, drawn.inputs, strict=True)
    ]
    return Input(**{**vars(drawn), "inputs": inputs})


def _kept(draft: Draft | None, form: AnswerForm | None, *, may_send: bool, is_correction: bool) -> Kept | None:
    """Shown where nothing can be sent any more, or where what was begun is not what can be sent."""
    if form is not None and not may_send:
        return _readable(form.typed)
    if draft is None or (may_send and draft.content.get("for") == ("correct" if is_correction else "answer")):
        return None
    typed = draft.content.get("typed")
    return _readable(typed) if isinstance(typed, dict) else None


def _readable(typed: Typed) -> Kept | None:
    others = [
        (name.partition("/")[2].replace("~1", "/").replace("~0", "~"), ", ".join(filter(None, texts)))
        for name, texts in typed.items()
        if "/" in name
    ]
    notes = next(reversed(typed.get(NOTES, ())), "")
    decision = next(reversed(typed.get(DECISION, ())), "")
    if decision in Decision.values:
        others.insert(0, (_("Decision"), str(LABELS[Decision(decision)][0])))
    found = Kept(notes, [(name, text) for name, text in others if text])
    return found if found.notes or found.others else None


def _label(name: str) -> str:
    if name == NOTES:
        return ""
    if name == DECISION:
        return _("Decision")
    words = name.rpartition("/")[2].replace("~1", "/").replace("~0", "~").replace("_", " ")
    return words[:1].upper() + words[1:]
