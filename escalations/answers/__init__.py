"""Structured answers: what an agent may ask for, what a person may answer, and what is wrong with either.

Nothing here knows of a request or of a page. Every check takes any JSON, raises nothing, and returns flaws: the API
puts them into its problems, the desk beside its fields.
"""

from escalations.answers.actions import allowed, check_action
from escalations.answers.answer import Answer, Ask, Asked, check_answer, settled
from escalations.answers.flaws import JSON, Flaw
from escalations.answers.schemas import check_schema
from escalations.answers.values import check_value

__all__ = [
    "JSON",
    "Answer",
    "Ask",
    "Asked",
    "Flaw",
    "allowed",
    "check_action",
    "check_answer",
    "check_schema",
    "check_value",
    "settled",
]
