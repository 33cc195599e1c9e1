"""What may be sent: strict types, no unknown fields, and every limit. Nothing here is coerced.

Each serializer is made once, because making one costs more than using it; none keeps state between two requests.
"""

import json
from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from escalations.api.problems import Problem
from escalations.models import ANSWER_AT_MOST, MESSAGE_AT_MOST, REASON_AT_MOST, Decision, Priority, Receipt
from escalations.texts import is_blank

DESCRIPTION_AT_MOST = 10_000  # characters
NAME_AT_MOST = 200
METADATA_AT_MOST = 8 * 1024  # bytes of JSON
TAGS_AT_MOST = 20
TAG_AT_MOST = 50
URL_AT_MOST = 2_000
SANDBOX_SECONDS_AT_MOST = 3600


class Text(serializers.CharField):
    """A text as it was sent, with something to see in it."""

    default_error_messages = {
        "invalid": "Give a string.",
        "blank": "Give a text with at least one visible character.",
        "max_length": "Give at most {max_length} characters.",
        "null": "Give a string.",
        "required": "This field is required.",
    }

    def __init__(self, at_most: int, **options: Any) -> None:  # noqa: ANN401 - the framework's options
        super().__init__(max_length=at_most, trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401 - any JSON
        if not isinstance(data, str):
            self.fail("invalid")
        if is_blank(data) and not self.allow_blank:
            self.fail("blank")
        return data


class Word(serializers.ChoiceField):
    """One of a few words."""

    default_error_messages = {"invalid_choice": "Give one of {choices}.", "null": "Give one of {choices}."}

    def __init__(self, choices: Any, **options: Any) -> None:  # noqa: ANN401 - the framework's options
        super().__init__(choices, **options)
        words = ", ".join(self.choices)
        self.error_messages |= {
            key: text.replace("{choices}", words) for key, text in self.default_error_messages.items()
        }

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401 - any JSON
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice")
        return data


@extend_schema_field({"type": ["boolean", "null"]})
class Flag(serializers.Field[bool, Any, bool, Any]):
    """True or false, and nothing that only looks like it."""

    default_error_messages = {"invalid": "Give true or false."}

    def to_internal_value(self, data: Any) -> bool:  # noqa: ANN401 - any JSON
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


@extend_schema_field({"type": ["object", "array"]})
class Context(serializers.Field[str, Any, str, Any]):
    """What the reviewer needs to know: an object or an array, kept as JSON text."""

    default_error_messages = {"invalid": "Give an object or an array.", "null": "Give an object or an array."}

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401 - any JSON
        if not isinstance(data, dict | list):
            self.fail("invalid")
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        size, limit = len(text.encode()), settings.CONTEXT_MAX_BYTES
        if size > limit:
            detail = (
                f"context_data has {size:,} bytes of JSON; at most {limit:,} are taken. Send what the reviewer needs to"
                " decide: the latest messages, the values in question, and links to the rest."
            )
            raise Problem(413, "context_too_large", detail, size=size, limit=limit, field="context_data")
        return text


@extend_schema_field({})
class Anything(serializers.Field[Any, Any, Any, Any]):
    """Any JSON; what it may be is checked where it is known (`escalations/answers`)."""

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401 - any JSON
        return data


class Metadata(serializers.DictField):
    """The agent's own notes. `sandbox` says how a sandbox escalation is answered."""

    default_error_messages = {"not_a_dict": "Give an object.", "null": "Give an object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        if len(json.dumps(data, ensure_ascii=False).encode()) > METADATA_AT_MOST:
            raise ValidationError(f"Give at most {METADATA_AT_MOST:,} bytes of JSON.", code="too_long")
        if "sandbox" in data:
            _check_sandbox(data["sandbox"])
        return data


class Strict(serializers.Serializer[Any]):
    """Refuses what it does not know, by name."""

    not_yet: ClassVar[tuple[str, ...]] = ()

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401 - any JSON
        strangers = {name: [self._of_stranger(name)] for name in data if name not in self.fields}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError(error.detail | strangers) from None  # type: ignore[operator]  # a dict, from a serializer
        if strangers:
            raise ValidationError(strangers)
        return values

    def _of_stranger(self, name: str) -> ErrorDetail:
        if name in self.not_yet:
            return ErrorDetail("This field is not available yet. Leave it out.", code="not_available_yet")
        return ErrorDetail("This field is not known here. Leave it out.", code="unknown_field")


class Create(Strict):
    """A new escalation."""

    issue_description = Text(DESCRIPTION_AT_MOST, help_text="What the person must decide or do.")
    priority = Word(Priority.choices, default=Priority.MEDIUM, help_text="How soon the answer is needed; else medium.")
    context_data = Context(default=lambda: "{}", help_text="What the person needs to know: an object or an array.")
    source_agent = Text(NAME_AT_MOST, required=False, help_text="The name of the key's own agent.")
    webhook_url = Text(URL_AT_MOST, required=False, allow_null=True, help_text="Where the answer is sent.")
    pool = Text(NAME_AT_MOST, required=False, allow_null=True, help_text="The name of the pool; else the default one.")
    tags = serializers.ListField(
        child=Text(TAG_AT_MOST),
        max_length=TAGS_AT_MOST,
        default=list,
        error_messages={"not_a_list": "Give a list of strings.", "null": "Give a list of strings."},
        help_text="What the reviewer must know; one who has all of them is chosen.",
    )
    response_schema = Anything(
        required=False, allow_null=True, help_text="JSON Schema of the answer that is needed: see docs/answers.md."
    )
    action = Anything(
        required=False, allow_null=True, help_text="What the agent wants to do: {name, arguments}; a person decides."
    )
    allowed_decisions = Anything(
        required=False,
        allow_null=True,
        help_text="Which of approve, edit, reject and respond may be decided; with an action all of them.",
    )
    expires_at = Text(
        NAME_AT_MOST, required=False, allow_null=True, help_text="Your own deadline, at most 90 days ahead."
    )
    on_timeout = Anything(
        required=False,
        allow_null=True,
        help_text='What happens then: "keep" (else), "cancel", or {"use_default": {…}} with what resolve takes.',
    )
    dedupe_key = Text(
        NAME_AT_MOST,
        required=False,
        allow_null=True,
        help_text="While an escalation with this key is unfinished, creating answers 200 with it.",
    )
    run_id = Text(NAME_AT_MOST, required=False, allow_null=True, help_text="The agent's own run, for its figures.")
    metadata = Metadata(default=dict, help_text="The agent's own notes, returned as they are.")
    status = Word([("open", "Open")], required=False, help_text='Only "open"; an escalation begins there.')


class Nothing(Strict):
    """An empty object, or no body."""


class Reason(Strict):
    reason = Text(REASON_AT_MOST, default="", allow_blank=True, help_text="Why; kept in the history.")


class Correct(Strict):
    """The answer to the agent: words, and where it was asked for a decision or an answer in its form."""

    resolution_notes = Text(
        ANSWER_AT_MOST, default="", allow_blank=True, help_text="The answer in words; the agent gets exactly this."
    )
    decision = Word(Decision.choices, required=False, allow_null=True, help_text="One of allowed_decisions.")
    answer = Anything(required=False, allow_null=True, help_text="What response_schema asks for.")
    edited_action = Anything(
        required=False, allow_null=True, help_text="With the decision edit: the action as it should be."
    )


class Resolve(Correct):
    """The answer, and what it says of the agent."""

    avoidable = Flag(required=False, allow_null=True, help_text="Whether the agent should have solved this itself.")


class Message(Strict):
    message = Text(MESSAGE_AT_MOST, help_text="A reviewer's question to the agent, or what the agent says.")


class Report(Strict):
    """What the agent did with the answer."""

    outcome = Word(Receipt.choices, help_text="Whether the answer was applied.")
    note = Text(REASON_AT_MOST, default="", allow_blank=True, help_text="What came of it; people read it.")


class NewPriority(Strict):
    priority = Word(Priority.choices, help_text="How soon the answer is needed now.")


class Extend(Strict):
    expires_at = Text(NAME_AT_MOST, help_text="The new deadline, at most 90 days ahead.")


class Reassign(Strict):
    assigned_to = Text(NAME_AT_MOST, help_text="The id or the email of an active reviewer of the pool.")
    note = Text(REASON_AT_MOST, default="", allow_blank=True, help_text="For the reviewer; kept in the history.")


CREATE = Create()
NOTHING = Nothing()
REASON = Reason()
CORRECT = Correct()
RESOLVE = Resolve()
MESSAGE = Message()
REPORT = Report()
NEW_PRIORITY = NewPriority()
EXTEND = Extend()
REASSIGN = Reassign()


def _check_sandbox(rule: Any) -> None:  # noqa: ANN401 - any JSON
    """The answer to a sandbox escalation, as `resolve` takes it, after `after_seconds`."""
    if not isinstance(rule, dict):
        raise ValidationError({"sandbox": ["Give an object."]}, code="wrong_type")
    seconds, notes = rule.get("after_seconds", 0), rule.get("resolution_notes", "")
    flaws = {}
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= SANDBOX_SECONDS_AT_MOST:
        flaws["after_seconds"] = [f"Give a number of seconds from 0 to {SANDBOX_SECONDS_AT_MOST:,}."]
    if rule.get("decision") not in {None, *Decision.values}:
        flaws["decision"] = [f"Give one of {', '.join(Decision.values)}."]
    if not isinstance(notes, str) or len(notes) > ANSWER_AT_MOST:
        flaws["resolution_notes"] = [f"Give a string of at most {ANSWER_AT_MOST:,} characters."]
    if flaws:
        raise ValidationError({"sandbox": flaws}, code="invalid_value")
