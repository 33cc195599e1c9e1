"""The invented hand-offs and templates, as data."""

from typing import Any

Body = dict[str, Any]

# Which pool the hand-offs of each agent go to.
POOLS = {
    "refund-agent": "Payments",
    "invoice-agent": "Payments",
    "sql-agent": "Engineering",
    "deploy-agent": "Engineering",
    "contract-agent": "Legal",
    "privacy-agent": "Legal",
    "hiring-agent": "Legal",
    "triage-agent": "Clinic",
    "moderation-agent": "Clinic",
    "travel-agent": "Payments",
}

ACTION: Body = {
    "source_agent": "refund-agent",
    "issue_description": "A customer wants 89.90 EUR back for a kettle that leaks; a photo shows the crack. Refund?",
    "priority": "high",
    "tags": ["refund", "photo"],
    "action": {
        "name": "payments.refund",
        "arguments": {"order": "A-7731", "amount": 89.9, "currency": "EUR", "reason": "defect", "notify": True},
    },
    "context_data": {
        "messages": [
            {"role": "system", "content": "You handle returns. You may refund up to 50 EUR without asking a person."},
            {"role": "user", "content": "My kettle leaks since day one. Here is a photo. I want my money back."},
            {
                "role": "assistant",
                "content": "I am sorry about that. Let me look at your order and at the photo.",
                "tool_calls": [
                    {"id": "c1", "function": {"name": "orders.get", "arguments": '{"order": "A-7731"}'}},
                    {"id": "c2", "function": {"name": "photos.describe", "arguments": '{"photo": "ph_551"}'}},
                ],
            },
            {
                "role": "tool",
                "tool_call_id": "c1",
                "content": '{"total": 89.9, "delivered": "2026-05-04", "item": "Kettle 1.7 l"}',
            },
            {"role": "tool", "tool_call_id": "c2", "content": '{"crack": true, "where": "base", "confidence": 0.93}'},
            {
                "role": "assistant",
                "content": "The photo shows a crack in the base. A colleague confirms the refund in a moment.",
            },
        ]
    },
}

FORM: Body = {
    "source_agent": "hiring-agent",
    "issue_description": "Two references disagree about the last position of an applicant. How shall I go on?",
    "priority": "medium",
    "tags": ["references"],
    "response_schema": {
        "type": "object",
        "required": ["verdict", "confidence"],
        "properties": {
            "verdict": {
                "type": "string",
                "title": "How to go on",
                "enum": ["invite", "ask for a third reference", "decline"],
            },
            "confidence": {"type": "integer", "title": "How sure are you, in percent", "minimum": 0, "maximum": 100},
            "questions": {
                "type": "array",
                "title": "Questions for the interview",
                "items": {"type": "string", "maxLength": 200},
                "maxItems": 5,
            },
            "tell_applicant": {"type": "boolean", "title": "Tell the applicant about the delay", "default": True},
        },
    },
    "context_data": {
        "applicant": {"name": "R. Haas", "position": "Warehouse lead", "applied": "2026-05-02"},
        "references": [
            {"from": "Nordlager AG", "says": "led a team of twelve until March", "by": "phone"},
            {"from": "Holm Logistik", "says": "was a member of that team, not its lead", "by": "mail"},
        ],
    },
}

DIFF: Body = {
    "source_agent": "deploy-agent",
    "issue_description": "The fix for the failing health check changes a timeout that payments share. Merge it?",
    "priority": "high",
    "tags": ["change"],
    "context_data": {
        "diff": """diff --git a/service/health.py b/service/health.py
--- a/service/health.py
+++ b/service/health.py
@@ -12,9 +12,11 @@ from service.settings import TIMEOUT
 def is_healthy(client: Client) -> bool:
-    answer = client.get("/livez", timeout=TIMEOUT)
-    return answer.status_code == 200
+    try:
+        answer = client.get("/livez", timeout=TIMEOUT)
+    except Timeout:
+        return False
+    return answer.status_code == 200


 def wait_until_healthy(client: Client) -> None:
diff --git a/service/settings.py b/service/settings.py
--- a/service/settings.py
+++ b/service/settings.py
@@ -3,4 +3,4 @@
-TIMEOUT = 2.0  # seconds; payments use it, too
+TIMEOUT = 5.0  # seconds; payments use it, too
 RETRIES = 3
""",
        "checks": {"unit": "passed", "load": "passed", "payments p99": "1.8 s -> 2.1 s"},
    },
}

# With the notes of the answer.
ANSWERED: tuple[tuple[Body, str], ...] = (
    (
        {
            "source_agent": "refund-agent",
            "issue_description": "A kettle arrived without its lid; 24.90 EUR. Refund or send a lid?",
            "priority": "medium",
            "tags": ["refund"],
            "context_data": {"order": "A-7702", "total": 24.9},
        },
        "Send a lid, and give 5 EUR for the trouble.",
    ),
    (
        {
            "source_agent": "invoice-agent",
            "issue_description": "INV-8871 names a cost centre that was closed in April. Book it to its successor?",
            "priority": "low",
            "context_data": {"invoice": "INV-8871", "cost_centre": 4410},
        },
        "Yes, to 4412.",
    ),
    (
        {
            "source_agent": "deploy-agent",
            "issue_description": "Node 14 has answered slowly for an hour. Drain and restart it?",
            "priority": "high",
            "action": {"name": "nodes.restart", "arguments": {"node": 14, "drain": True}},
            "context_data": {"p99_ms": [210, 480, 1900]},
        },
        "",
    ),
)

# Name, pool, decision, text.
TEMPLATES = (
    ("Refund, as asked", "Payments", "", "Refund it in full, and tell the customer that the bank takes three days."),
    ("Not without a receipt", "Payments", "reject", "No. Ask the customer for the receipt of {{context.order}} first."),
    ("Within policy", "", "approve", "Fine as you suggest. {{me}}"),
    (
        "Ask the owner",
        "Engineering",
        "",
        "Ask the owner of the service before you go on, and come back to {{reference}}.",
    ),
)
