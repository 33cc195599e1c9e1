"""What a verb answers when the state of things does not allow it. Each docstring is what a person is told."""

from datetime import datetime
from uuid import UUID

from escalations.answers import Flaw
from escalations.models import Status


class Refusal(Exception):
    """This cannot be done as things stand. Nothing was changed."""

    code = "refused"

    @property
    def detail(self) -> str:
        return (type(self).__doc__ or "").strip()


class Held(Refusal):
    """Somebody else has claimed it."""

    code = "held_by_another"

    def __init__(self, holder_id: UUID, holder_name: str, since: datetime) -> None:
        super().__init__(holder_name)
        self.holder_id = holder_id
        self.holder_name = holder_name
        self.since = since

    @property
    def detail(self) -> str:
        return f"{self.holder_name} claimed it at {self.since:%H:%M:%S} UTC. Nothing was changed."


class NotHeld(Refusal):
    """You do not hold it, so you cannot give it back."""

    code = "not_held"


class Finished(Refusal):
    """It is finished."""

    code = "finished"

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status

    @property
    def detail(self) -> str:
        return f"It is {self.status.label.lower()} already. Nothing was changed."


class NotFinished(Refusal):
    """It has no answer yet, so there is nothing to reopen or to correct."""

    code = "not_resolved"


class DifferentAnswer(Refusal):
    """It was answered already, with another answer. The first answer stands."""

    code = "different_answer"


class UnfitAnswer(Refusal):
    """The answer is not of the form that the agent asked for. Nothing was changed."""

    code = "unfit_answer"

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__(flaws)
        self.flaws = flaws


class TooManyMessages(Refusal):
    """Its thread is full: no more messages are taken. Answer it, or release it with a reason."""

    code = "too_many_messages"


class CannotSnooze(Refusal):
    """Choose a moment between now and 30 days ahead."""

    code = "cannot_snooze"


class NotAllowed(Refusal):
    """Your role does not allow this here."""

    code = "not_allowed"


class CannotTake(Refusal):
    """That person cannot take it: they are not active in its pool."""

    code = "cannot_take"


class UnknownReason(Refusal):
    """There is no such reason. Choose one of those that are offered."""

    code = "unknown_reason"


class CannotLower(Refusal):
    """An agent may only raise the priority. Nothing was changed."""

    code = "cannot_lower"


class Stale(Refusal):
    """It has changed since you read it. Read it again, then decide."""

    code = "stale"

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class AlreadyAskedAgain(Refusal):
    """An unfinished escalation with the same dedupe_key exists, so this one stays closed."""

    code = "already_asked_again"
