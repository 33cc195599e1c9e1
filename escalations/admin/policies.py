"""Policies in plain words. They decide over everybody's work, so admins write them; others read them."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations import timelines
from escalations.models import Policy
from escalations.timelines import spelled

AT_MOST = timedelta(days=365)
UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
LENGTH = re.compile(r"(\d{1,6})\s*(d|h|m)[a-z]*\.?", re.IGNORECASE)
LINE = forms.TextInput(attrs={"class": "vTextField"})
Action = Policy.Action


class Length(forms.CharField):
    """A length of time as people write it: 30 min, 4 h, 1 day 12 hours."""

    default_error_messages = {"length": gettext_lazy("Write a length of time such as 30 min, 4 h or 1 day.")}

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's own signature
        return spelled(value) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> timedelta | None:  # noqa: ANN401 - Django's own signature
        typed = str(super().clean(value) or "").strip()
        if not typed:
            return None
        parts = LENGTH.findall(typed)
        length = sum((int(number) * UNITS[unit.lower()] for number, unit in parts), timedelta(0))
        rest = LENGTH.sub("", typed).replace(",", "").strip()
        if not parts or rest not in {"", _("and")} or length > AT_MOST:
            raise ValidationError(self.error_messages["length"], code="length")
        return length


class PolicyForm(forms.ModelForm[Policy]):
    after = Length(
        label=gettext_lazy("After"),
        help_text=gettext_lazy("Since it was asked, such as 30 min, 4 h or 1 day; 0 min is at once."),
    )
    repeat_every = Length(
        required=False,
        label=gettext_lazy("Repeat every"),
        help_text=gettext_lazy("For as long as it stays so. Empty: once for each escalation. Only notices repeat."),
    )

    class Meta:
        model = Policy
        fields = (
            *("name", "is_active", "priority", "pool", "condition", "after", "action"),
            *("target_pool", "target_reviewer", "channel", "repeat_every", "position"),
        )
        widgets = {"name": LINE, "channel": LINE}
        labels = {
            "condition": gettext_lazy("As long as"),
            "action": gettext_lazy("Then"),
            "target_pool": gettext_lazy("To the pool"),
            "target_reviewer": gettext_lazy("To the person"),
        }
        help_texts = {
            "target_pool": gettext_lazy("Where it moves to another pool."),
            "target_reviewer": gettext_lazy("Where it is given to somebody else. Empty: whoever is next."),
            "channel": gettext_lazy("Where a channel is notified: its name."),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for field, said in flaws(given).items():
            self.add_error(field, said)
        return given


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin[Policy]):
    form = PolicyForm
    list_display = ("name", "applies_to", "says", "is_active")
    list_filter = ("is_active", "priority", "action")
    list_select_related = ("pool", "target_pool", "target_reviewer")
    search_fields = ("name",)
    actions = None
    readonly_fields = ("picture",)
    fields = (*PolicyForm.Meta.fields, "picture")

    @admin.display(description=gettext_lazy("what happens when"))
    def picture(self, policy: Policy) -> str:
        return timelines.draw(timelines.of_policy(policy)) if policy.pk else ""

    @admin.display(description=gettext_lazy("for"))
    def applies_to(self, policy: Policy) -> str:
        priority = policy.get_priority_display() if policy.priority else _("Every priority")
        return f"{priority}, {policy.pool.name}" if policy.pool else str(priority)

    @admin.display(description=gettext_lazy("what happens"))
    def says(self, policy: Policy) -> str:
        said = _("After %(after)s, if %(condition)s: %(action)s")
        words = {"condition": policy.get_condition_display(), "action": policy.get_action_display()}
        sentence = said % (words | {"after": spelled(policy.after)})
        target = policy.target_pool or policy.target_reviewer or policy.channel
        repeat = _("; again every %(length)s") % {"length": spelled(policy.repeat_every)} if policy.repeat_every else ""
        return f"{sentence} ({target}){repeat}" if target else f"{sentence}{repeat}"


def flaws(given: dict[str, Any]) -> dict[str, str]:
    """What does not go together, by the field that is to be changed."""
    found, action, repeat = {}, given.get("action"), given.get("repeat_every")
    if action == Action.MOVE and not given.get("target_pool"):
        found["target_pool"] = _("Say to which pool it moves.")
    if action == Action.MOVE and given.get("pool") and given.get("pool") == given.get("target_pool"):
        found["target_pool"] = _("It is in that pool already.")
    if action == Action.NOTIFY_CHANNEL and not given.get("channel"):
        found["channel"] = _("Say which channel is notified.")
    if repeat is not None and repeat < timedelta(minutes=1):
        found["repeat_every"] = _("Once a minute is the most.")
    if repeat is not None and action in {Action.BUMP, Action.MOVE, Action.REASSIGN}:
        found["repeat_every"] = _("Only notices are repeated. Leave this empty.")
    return found
