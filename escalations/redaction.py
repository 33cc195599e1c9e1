"""Secrets are cut out of every text that leaves for a chat, a mailbox or a model. On the desk it stays as it is. Pure.

What an agent sends along may hold keys, passwords and card numbers. A mark says where something was cut out.
"""

import re

GONE = "[redacted]"

_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:esc_(?:live|test)_|whsec_|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|xapp-)[\w+/=-]{6,}"
    r"|\b(?:sk|rk|pk)[-_][\w-]{16,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bAIza[\w-]{30,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|(?<=://)[^\s/:@\"]*:[^\s/@\"]+(?=@)",
    re.DOTALL,
)
_NAMED = re.compile(
    r"(?P<name>(?:authorization|x[-_]api[-_]key|api[-_]?key|password|passwd|secret|access[-_]?token)"
    r"[\"'\\]*\s*[:=]\s*[\"'\\]*(?:(?:bearer|basic)\s+)?)(?!\[redacted\])[^\s\"',;\\{}\[\]]+",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d-])")


def clean(text: str) -> str:
    """The text with a mark in the place of each secret."""
    text = _SECRETS.sub(GONE, text)
    text = _NAMED.sub(lambda found: f"{found['name']}{GONE}", text)
    return _CARD.sub(lambda found: GONE if _is_card(found[0]) else found[0], text)


def _is_card(text: str) -> bool:
    """Its last digit is right (ISO/IEC 7812-1, annex B: the Luhn formula)."""
    digits = [int(each) for each in text if each.isdigit()]
    doubled = [sum(divmod(2 * each, 10)) for each in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
