"""`manage.py simulate`: who would get this at that moment, who hears by what, and what happens if nobody acts."""

import argparse
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from escalations import simulation
from escalations.intake import NewEscalation
from escalations.management.arguments import WholeNumber, printable
from escalations.models import Agent, Escalation, Event, Priority
from escalations.simulation import Happening, Hearing
from notifications import foresight
from reviewers.models import Pool

HOURS_AT_MOST = 24 * 14
Type = Event.Type


def moment(value: str) -> datetime:
    """A moment such as 2026-03-01T09:00; without an offset it is UTC."""
    try:
        found = parse_datetime(value)
    except ValueError:
        found = None
    if found is None:
        raise argparse.ArgumentTypeError("give a moment such as 2026-03-01T09:00 (UTC) or 2026-03-01T09:00+01:00")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Print who would get an escalation, when, and what happens if nobody acts. Nothing of it happens."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "reference", nargs="?", type=printable, help="one that exists, such as ESC-42; else the options say what"
        )
        parser.add_argument("--priority", choices=Priority.values, default=Priority.MEDIUM)
        parser.add_argument("--pool", type=printable, help="its name; the default pool if it is not given")
        parser.add_argument("--tags", default="", help="with commas between them")
        parser.add_argument("--agent", type=printable, help="who asks")
        parser.add_argument("--at", type=moment, help="the moment it is asked; now if it is not given")
        parser.add_argument("--hours", type=WholeNumber(1, HOURS_AT_MOST), default=26, help="how far to look (26)")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        now = datetime.now(UTC)
        at = options["at"] or now
        until = at + timedelta(hours=options["hours"])
        if options["reference"]:
            if at < now:
                raise CommandError("What exists can be followed from now on, not from a moment that is past.")
            found = simulation.of(_existing(options["reference"]), at=at, until=until, listen=foresight.hearings)
        else:
            asked, by = _request(options), _agent(options["agent"])
            found = simulation.of_new(asked, by=by, at=at, until=until, listen=foresight.hearings)
        self.stdout.write(f"From {at:%Y-%m-%d %H:%M} UTC, if nobody acts:")
        for each in found:
            after = int((each.at - at).total_seconds() // 60)
            said = "; ".join([told(each), *map(reached, each.heard)])
            self.stdout.write(f"{each.at.astimezone(UTC):%Y-%m-%d %H:%M}  {spelled(after):>9}  {one_line(said)}")
        if not found:
            self.stdout.write("Nothing happens.")
        self.stdout.write(f"Nothing more until {until:%Y-%m-%d %H:%M} UTC.")
        for who in sorted({hearing.who for each in found for hearing in each.heard if hearing.is_unreachable}):
            self.stdout.write(one_line(f"UNREACHABLE: {who} has no working channel for this."))


def spelled(minutes: int) -> str:
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    return "+" + (f"{days} d " if days else "") + f"{hours}:{minutes:02}"


def one_line(text: str) -> str:
    """Names are what people wrote: nothing in them may move a terminal's cursor."""
    return "".join(character if character.isprintable() else " " for character in text)


def reached(hearing: Hearing) -> str:
    by = f"hears by {' and '.join(hearing.by)}" if hearing.by else "HEARS NOTHING"
    return f"{hearing.who} {by}" + (f" ({hearing.trouble})" if hearing.trouble else "")


def told(each: Happening) -> str:
    """What happens, in words."""
    people = ", ".join(f"{who.display_name} <{who.email}>" for who in each.who) or "nobody"
    why = f" ({each.data['policy']})" if each.data.get("policy") else ""
    skipped = "".join(f"; no {str(role).replace('_', ' ')}" for role in each.data.get("skipped") or [])
    sentences = {
        Type.CREATED: "it is asked",
        Type.ASSIGNED: f"assigned to {people}",
        Type.LAPSED: "not claimed in time; whoever had it is set to away",
        Type.RELEASED: "given back: whoever had it is not there",
        Type.MOVED: f"moved from {each.data.get('from')} to {each.data.get('to')}",
        Type.BUMPED: "moved up the queue by 24 hours",
        Type.ON_CALL_NOTIFIED: f"on call is told: {people}{skipped}",
        Type.MANAGER_NOTIFIED: f"the manager is told: {people}{skipped}",
        Type.CHANNEL_NOTIFIED: f"the channel {each.data.get('channel')} is told",
        Type.EXPIRED: "its deadline passes: it ends without an answer",
    }
    return sentences.get(Type(each.type), each.type) + why


def _existing(reference: str) -> Escalation:
    number = reference.upper().removeprefix("ESC-")
    known = Escalation.objects.for_people()
    found = (
        known.filter(number=int(number)).first() if number.isascii() and number.isdigit() and len(number) < 19 else None
    )
    if found is None:
        raise CommandError(f"There is no escalation {reference}. Give one such as ESC-42.")
    return found


def _request(options: dict[str, Any]) -> NewEscalation:
    pool = Pool.objects.filter(name=options["pool"]).first() if options["pool"] else None
    if options["pool"] and pool is None:
        names = ", ".join(Pool.objects.values_list("name", flat=True))
        raise CommandError(one_line(f"There is no pool {options['pool']}. The pools are: {names}."))
    tags = tuple(tag.strip() for tag in options["tags"].split(",") if tag.strip())
    return NewEscalation("A simulation.", priority=Priority(options["priority"]), pool=pool, tags=tags)


def _agent(name: str | None) -> Agent | None:
    if name is None:
        return None
    found = Agent.objects.filter(name=name).first()
    if found is None:
        raise CommandError(one_line(f"There is no agent {name}."))
    return found
