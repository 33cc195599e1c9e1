"""What the made-up agents ask, of whom, and what they are told. `{n}` and `{amount}` differ from row to row."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Story:
    agent: str
    pool: str
    tag: str
    issue: str
    context: str
    answers: tuple[str, ...]


# In each pool some questions need a tag that nobody has: these are the ones that stay open.
RARE_TAGS = {
    "Billing (sample)": "tax-law",
    "Data (sample)": "mainframe",
    "Contracts (sample)": "maritime-law",
    "Support (sample)": "sign-language",
}


def _story(agent: str, pool: str, tag: str, issue: str, facts: dict[str, Any], *answers: str) -> Story:
    conversation = [
        {"role": "user", "content": f"Hello, this is about {n_of(pool)} {{n}}. {issue}"},
        {"role": "assistant", "content": "I have looked at it, but my rules do not let me decide this alone."},
        {"role": "user", "content": "Then please ask somebody who can. I will wait."},
    ]
    context = json.dumps({"conversation": conversation, **facts})
    return Story(agent, f"{pool} (sample)", tag, issue, context, answers)


def n_of(pool: str) -> str:
    """What the number in a story of this pool counts."""
    return {"Billing": "order", "Data": "job", "Contracts": "contract"}.get(pool, "ticket")


STORIES = (
    _story(
        "sample-refund-agent",
        "Billing",
        "refunds",
        "Order {n} came back 52 days after delivery, unopened. May I refund {amount} EUR?",
        {"order": "{n}", "amount": "{amount}", "days_since_delivery": 52, "policy": "refunds within 30 days"},
        "Yes, refund it. The parcel was returned by the carrier, not by the customer.",
        "No. Offer store credit instead; the 30 days are over.",
    ),
    _story(
        "sample-refund-agent",
        "Billing",
        "refunds",
        "The customer of order {n} was charged {amount} EUR twice, but the bank shows one payment. Refund?",
        {"order": "{n}", "charges": ["{amount}", "{amount}"], "settled": 1},
        "Do not refund. The second charge is a reservation and falls away on its own.",
        "Refund one of the two and tell the customer it takes three days.",
    ),
    _story(
        "sample-invoice-agent",
        "Billing",
        "invoices",
        "Two vendors sent invoice INV-{n} over {amount} EUR. Which of them do I pay?",
        {"invoice": "INV-{n}", "amount": "{amount}", "vendors": ["Nordlicht Paper", "Nordlicht Office"]},
        "Pay Nordlicht Paper; the other one is a reminder from the same group.",
        "Pay neither yet. I have written to both of them.",
    ),
    _story(
        "sample-sql-agent",
        "Data",
        "sql",
        "Job {n} wants to delete {amount} rows of the table sessions_old. May I run it?",
        {"job": "{n}", "sql": "DELETE FROM sessions_old WHERE seen_at < '2024-01-01'", "rows": "{amount}"},
        "Yes, after a snapshot. Run it in batches of 10,000.",
        "No, the audit of last quarter still reads that table.",
    ),
    _story(
        "sample-sql-agent",
        "Data",
        "sql",
        "Migration {n} locks the table payments for about {amount} seconds. Run it now?",
        {"migration": "{n}", "estimated_lock_seconds": "{amount}", "writes_per_second": 41},
        "Wait until 22:00 UTC, then go ahead.",
        "Go ahead now; traffic is low.",
    ),
    _story(
        "sample-contract-agent",
        "Contracts",
        "contracts",
        "Clause 14 of contract {n} limits liability to {amount} EUR, below our floor. Accept?",
        {"contract": "{n}", "clause": 14, "limit": "{amount}", "floor": "50000"},
        "Do not accept. Propose the amount paid in the last 12 months.",
        "Accept it for this one; the volume is small.",
    ),
    _story(
        "sample-contract-agent",
        "Contracts",
        "contracts",
        "The other side of contract {n} asks for a notice period of 10 days and a fee of {amount} EUR.",
        {"contract": "{n}", "notice_days": 10, "fee": "{amount}", "usual_notice_days": 30},
        "Thirty days, no fee. We have never signed less.",
        "Agreed, if they drop the exclusivity in clause 9.",
    ),
    _story(
        "sample-support-agent",
        "Support",
        "accounts",
        "Ticket {n}: somebody without access to their old mailbox wants their email changed. Do I do it?",
        {"ticket": "{n}", "checks_passed": ["date of birth"], "checks_failed": ["last invoice"]},
        "No. Ask for the last invoice number first.",
        "Yes, I have called them back on the number we have on file.",
    ),
    _story(
        "sample-support-agent",
        "Support",
        "accounts",
        "Ticket {n} threatens legal action over an outage of {amount} minutes. What do I answer?",
        {"ticket": "{n}", "outage_minutes": "{amount}", "plan": "business", "sentiment": "angry"},
        "Apologise, name the credit of one month, and close it with my name.",
        "Leave it to me; I answer this one in person.",
    ),
)
