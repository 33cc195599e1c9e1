"""The first call of a new agent, ready to be pasted into a shell."""

from django.conf import settings


def curl(api_key: str) -> str:
    return (
        f"curl -sS {settings.PUBLIC_URL}/api/escalations -H 'Authorization: Bearer {api_key}' "
        "-H 'Content-Type: application/json' -d '{\"issue_description\": "
        '"The customer asks for a refund after 45 days. May I grant it?", "priority": "high"}\''
    )
