"""The thread with the agent: what is typed to ask it back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from escalations.models import MESSAGE_AT_MOST


class AskForm(forms.Form):
    message = forms.CharField(
        max_length=MESSAGE_AT_MOST,
        label=_("What do you need to know?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your question first. The agent gets exactly what stands here.")},
    )
