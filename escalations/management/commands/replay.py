"""Play recorded hand-offs through the running product, from post to webhook, and say how it went."""

import argparse
import threading
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from escalations.management.progress import Progress
from escalations.management.replay import cast, handoffs, receiver, report, run
from escalations.management.replay.client import Client, Refused, Silent
from escalations.management.replay.handoffs import Handoff
from escalations.management.replay.ledger import Ledger

RATES = (0.01, 1000.0)


class Command(BaseCommand):
    help = (
        "Post each line of FILE (JSON: source_agent, issue_description, context_data, priority, metadata) to the "
        "product at PUBLIC_URL as its agent, answer it as one of three reviewers made for the run, and check the "
        "webhook that comes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="one hand-off a line")
        parser.add_argument("--rate", metavar="R", type=_rate, default=5.0, help="lines a second (default: 5)")
        parser.add_argument(
            "--patience",
            metavar="S",
            type=_seconds,
            default=120.0,
            help="give up when nothing has moved for so many seconds (default: 120)",
        )

    def handle(self, *args: object, file: Path, rate: float, patience: float, **options: object) -> None:
        try:
            found = handoffs.read(file)
            self._replay(found, rate, patience)
        except (handoffs.BadFile, cast.CannotCast, run.CannotRun) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as stop:
            raise CommandError("Stopped.", returncode=130) from stop

    def _replay(self, found: list[Handoff], rate: float, patience: float) -> None:
        origin, over, ledger = settings.PUBLIC_URL, threading.Event(), Ledger(found)
        run.wait_until_alive(Client(origin, patience, over), origin)
        with cast.gathered(list(dict.fromkeys(handoff.source_agent for handoff in found))) as company:
            secrets = [speaker.webhook_secret for speaker in company.speakers.values()]
            with receiver.listening(secrets, ledger) as listener, Progress(self.stderr) as progress:
                stage = run.Stage(origin, company, ledger, listener, patience, over)
                cut_short = _play(stage, rate, progress)
            self.stdout.write(f"{len(found)} hand-offs of {len(secrets)} agents through {origin}\n\n")
            self.stdout.write(report.table(ledger, company))
            self.stdout.write(f"\n{company.left()}")
        if cut_short or not report.is_complete(ledger):
            raise CommandError("\n".join(["Not everything came back:", *cut_short, *report.troubles(ledger)]))


def _play(stage: run.Stage, rate: float, progress: Progress) -> list[str]:
    """Play it. Returns why it ended too early, if it did."""
    try:
        run.play(stage, rate, progress.say)
    except Silent as silent:
        return [f"the product has not answered for {stage.patience:.0f} s ({silent})"]
    except Refused as refused:
        return [f"a reviewer could not read their list: {refused}"]
    except KeyboardInterrupt:
        return ["it was stopped"]
    return []


def _rate(text: str) -> float:
    return _number(text, *RATES)


def _seconds(text: str) -> float:
    return _number(text, 1.0, 3600.0)


def _number(text: str, at_least: float, at_most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not at_least <= number <= at_most:
        raise argparse.ArgumentTypeError(f"give a number from {at_least:g} to {at_most:g}")
    return number
