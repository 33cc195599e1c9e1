"""Send webhook deliveries again after an outage of the receiver."""

import uuid
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser

from escalations.models import Agent
from notifications import deliveries
from notifications.models import Delivery, DeliveryQuerySet


class Command(BaseCommand):
    help = "Send webhook deliveries again, with the same ids and bytes. Say which: what is said together must all hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=_moment, metavar="T", help="made at or after, such as 2026-01-31T12:00:00Z")
        parser.add_argument("--dead", action="store_true", help="those that were given up")
        parser.add_argument("--agent", metavar="NAME", help="those of one agent")
        parser.add_argument("--id", nargs="+", type=_id, metavar="ID", help="these")

    def handle(self, *args: object, **options: object) -> None:
        count = deliveries.replay(_chosen(options), by="replay_deliveries")
        self.stdout.write(f"{count} {'delivery is' if count == 1 else 'deliveries are'} sent again.")


def _chosen(options: dict[str, object]) -> DeliveryQuerySet:
    chosen = Delivery.objects.all()
    wanted = {
        "created_at__gte": options["since"],
        "status": Delivery.Status.DEAD if options["dead"] else None,
        "agent": _agent(options["agent"]),
        "pk__in": options["id"],
    }
    lookups = {lookup: value for lookup, value in wanted.items() if value}
    if not lookups:
        raise CommandError("Say which: --since, --dead, --agent or --id.")
    return chosen.filter(**lookups)


def _agent(name: object) -> Agent | None:
    if name is None:
        return None
    agent = Agent.objects.filter(name=name).first()
    if agent is None:
        raise CommandError(f"There is no agent named {name}.")
    return agent


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no moment. Write one such as 2026-01-31T12:00:00Z.") from error
    if at.tzinfo is None:
        raise CommandError(f"{text} has no time zone. Write {text}Z for UTC.")
    return at


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise CommandError(f"{text} is not the id of a delivery.") from error
