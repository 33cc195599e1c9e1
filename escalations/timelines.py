"""What policies do, as a picture: a line of time for the page of a policy and for the documentation."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from escalations import simulation
from escalations.intake import NewEscalation
from escalations.models import RED_AFTER, Event, Policy, Priority
from escalations.simulation import Happening
from reviewers import people
from reviewers.models import Pool, Rotation, Turn

LEFT, LENGTH, ROW, TOP, NARROWEST, LETTER = 24, 300, 24, 62, 560, 7  # pixels
REPEATS_SHOWN = 3
ASKED, RED, ACTS = "asked", "red", "acts"
UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


class Mark(NamedTuple):
    after: timedelta
    label: str
    kind: str


class Timeline(NamedTuple):
    title: str
    marks: list[Mark]

    @property
    def words(self) -> str:
        """For those who do not see it."""
        return "; ".join(f"{spelled(mark.after)}: {mark.label}" for mark in self.marks)


class Placed(NamedTuple):
    """A mark on the line, with its words in a row below it."""

    x: int
    y: int
    words: str
    kind: str


def of_policy(policy: Policy) -> Timeline:
    marks = [Mark(timedelta(0), _("asked"), ASKED)]
    if policy.priority:
        marks.append(Mark(RED_AFTER[Priority(policy.priority)], _("red on the desk"), RED))
    marks.append(Mark(policy.after, _doing(policy), ACTS))
    if policy.repeat_every:
        again = (policy.after + count * policy.repeat_every for count in range(1, REPEATS_SHOWN + 1))
        marks += [Mark(after, _("again"), ACTS) for after in again]
    return Timeline(policy.name, sorted(marks, key=lambda mark: (mark.after, mark.kind != ASKED)))


def of_chain() -> Timeline:
    """Nobody acts on what is urgent, in a pool of two whose place another takes: what the engine then does."""
    at = datetime(2027, 3, 1, 9, tzinfo=UTC)
    with transaction.atomic():
        pool = _made_up()
        request = NewEscalation("May I?", priority=Priority.URGENT, pool=pool)
        found = simulation.of_new(request, by=None, at=at, until=at + timedelta(hours=2))
        marks = list(_of_events(found, at))
        transaction.set_rollback(True)
    return Timeline(_("Urgent, and nobody acts"), marks)


def draw(timeline: Timeline, *, alone: bool = False) -> str:
    """The SVG: for a page that styles it, or a file that stands alone."""
    longest = max(mark.after for mark in timeline.marks) or timedelta(minutes=1)
    rows = len(timeline.marks)
    placed = [
        Placed(LEFT + round(LENGTH * (mark.after / longest)), TOP + ROW * (rows - place), _said(mark), mark.kind)
        for place, mark in enumerate(timeline.marks)
    ]
    red = next((mark.x for mark in placed if mark.kind == RED), None)
    width = max(NARROWEST, *(mark.x + 40 + LETTER * len(mark.words) for mark in placed))
    shape = {"width": width, "height": TOP + ROW * (rows + 1), "left": LEFT, "right": LEFT + LENGTH + 16, "top": TOP}
    known = shape | {"timeline": timeline, "marks": placed, "red": red, "is_alone": alone}
    return render_to_string("admin/escalations/policy/timeline.svg", known)


def spelled(length: timedelta) -> str:
    """Such as 1 d 4 h 30 min."""
    parts, left = [], length
    for unit, each in UNITS:
        number, left = divmod(left, each)
        parts += [f"{number} {_(unit)}"] if number else []
    return " ".join(parts) or _("0 min")


def _said(mark: Mark) -> str:
    return f"{spelled(mark.after)}: {mark.label}" if mark.after else mark.label


def _doing(policy: Policy) -> str:
    words = {"condition": policy.get_condition_display(), "action": policy.get_action_display()}
    often = _("once") if policy.repeat_every is None else _("every %s") % spelled(policy.repeat_every)
    at_once = "" if policy.after else _("at once, ")
    return at_once + _("if %(condition)s: %(action)s") % words + f", {often}"


def _of_events(found: Iterable[Happening], start: datetime) -> Iterable[Mark]:
    for each in found:
        who = {"who": ", ".join(person.name for person in each.who)}
        words = {
            Event.Type.CREATED: _("asked"),
            Event.Type.ASSIGNED: _("%(who)s has it"),
            Event.Type.LAPSED: _("not claimed in time: set to away, and it goes on"),
            Event.Type.MOVED: _("nobody else is there: to the pool %(to)s, which stands in"),
            Event.Type.ON_CALL_NOTIFIED: _told(str(each.data.get("told"))),
        }
        if label := words.get(Event.Type(each.type)):
            kind = ASKED if each.type == Event.Type.CREATED else ACTS
            yield Mark(each.at - start, label % (each.data | who), kind)


def _told(told: str) -> str:
    words = {
        "on_call": _("%(who)s, who is on call, hears (%(policy)s)"),
        "manager": _("%(who)s, the manager, hears (%(policy)s)"),
        "admins": _("the admins hear: %(who)s (%(policy)s)"),
    }
    return words.get(told, _("nobody is there to hear (%(policy)s)"))


def _made_up() -> Pool:
    """Two people, somebody on call, and a pool that stands in."""
    rotation = Rotation.objects.create(name="Made up", starts_on=date(2027, 1, 1))
    night = Pool.objects.create(name="Night desk", rotation=rotation)
    pool = Pool.objects.create(name="Made up", fallback=night, rotation=rotation)
    for name, seats in (("Ada", [pool]), ("Ben", [pool]), ("Cleo", [night]), ("Grace", [])):
        made = people.create(f"{name.lower()}@picture.invalid", name=name, pools=seats).reviewer
        if name == "Grace":
            Turn.objects.create(rotation=rotation, reviewer=made)
    return pool
