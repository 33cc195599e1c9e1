"""What a page shows of the channels of whoever looks at it, wherever that page is."""

from typing import Any

from django import template

from notifications import desk

register = template.Library()


@register.inclusion_tag("notifications/paged.html", takes_context=True)
def tests_of_viewer(context: dict[str, Any]) -> dict[str, Any]:
    """How the latest test by each channel went."""
    return {"channels": desk.tested(context["request"].user)}
