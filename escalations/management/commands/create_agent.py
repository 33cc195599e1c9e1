"""Make an agent, and show its secrets once."""

import json

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from escalations import addresses, agents
from escalations.agents import NewAgent
from escalations.management import arguments, first_call

# What the operator can exempt by WEBHOOK_ALLOWED_NETWORKS.
EXEMPTIBLE = {"private_address", "private_name", "url_scheme", "url_port"}


class Command(BaseCommand):
    help = "Make an agent with an API key and a webhook secret, and show them once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", type=arguments.printable, help="its name: source_agent in the API")
        parser.add_argument("--webhook-url", metavar="URL", default="", help="where its answers are sent")
        parser.add_argument("--json", action="store_true", dest="is_json", help="print one JSON object only")

    def handle(self, *args: object, name: str, webhook_url: str, is_json: bool, **options: object) -> None:
        if webhook_url:
            _check(webhook_url)
        try:
            made = agents.create(name, webhook_url=webhook_url)
        except ValidationError as error:
            raise CommandError(arguments.in_one_line(error)) from error
        self.stdout.write(_as_json(made) if is_json else _in_words(made))


def _check(webhook_url: str) -> None:
    try:
        addresses.validate(webhook_url)
    except addresses.UnusableAddress as error:
        hint = " Addresses of your own network can be allowed in WEBHOOK_ALLOWED_NETWORKS."
        raise CommandError(f"--webhook-url: {error.text}{hint if error.code in EXEMPTIBLE else ''}") from error


def _as_json(made: NewAgent) -> str:
    return json.dumps({"agent": made.agent.name, "api_key": made.api_key, "webhook_secret": made.webhook_secret})


def _in_words(made: NewAgent) -> str:
    webhooks = f"go to {made.agent.webhook_url}" if made.agent.webhook_url else "go to the webhook_url it gives, if any"
    return f"""The agent {made.agent.name} is ready. These secrets are shown once, so keep them:

API key         {made.api_key}
Sandbox key     {made.test_key}
                (what it asks is answered by a rule, and no person sees it)
Webhook secret  {made.webhook_secret}
                (its answers {webhooks}, signed with this)

Ask a person something:

{first_call.curl(made.api_key)}
"""
