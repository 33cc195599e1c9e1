"""The reasons why agents escalate. What was given once is never deleted: it is retired, or merged into another."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalations import reasons
from escalations.models import Reason

if TYPE_CHECKING:
    from reviewers.models import Reviewer

LINE = forms.TextInput(attrs={"class": "vTextField"})
TEXT = forms.Textarea(attrs={"class": "vLargeTextField", "rows": 4})
NAME_AT_MOST, SLUG_AT_MOST, TEXT_AT_MOST = 100, 50, 2000  # characters
EXAMPLES_AT_MOST = 50


class Lines(forms.CharField):
    """A list of texts, one per line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's own
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's own
        texts = [line.strip() for line in str(super().to_python(value) or "").splitlines()]
        return [text for text in texts if text][:EXAMPLES_AT_MOST]


class ReasonForm(forms.ModelForm[Reason]):
    name = forms.CharField(max_length=NAME_AT_MOST, widget=LINE)
    description = forms.CharField(
        max_length=TEXT_AT_MOST,
        required=False,
        widget=TEXT,
        help_text=gettext_lazy("What belongs here, in the words that agents would use. It is what is learned from."),
    )
    examples = Lines(
        max_length=20_000,
        required=False,
        widget=TEXT,
        help_text=gettext_lazy("What agents write, one example per line; three to ten are good."),
    )
    merge_into = forms.ModelChoiceField(
        Reason.objects.none(),
        required=False,
        label=gettext_lazy("Merge into"),
        empty_label=gettext_lazy("Keep it by itself"),
        help_text=gettext_lazy("Everything that has this reason gets the other one, and this one is retired."),
    )

    class Meta:
        model = Reason
        fields = ("slug", "name", "description", "examples", "position", "is_active")
        widgets = {"slug": forms.TextInput(attrs={"class": "vTextField", "maxlength": SLUG_AT_MOST})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        if "merge_into" in self.fields:
            others = Reason.objects.filter(is_active=True).exclude(pk=self.instance.pk)
            cast("forms.ModelChoiceField[Reason]", self.fields["merge_into"]).queryset = others

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if slug == reasons.NO_REASON or len(slug) > SLUG_AT_MOST:
            raise forms.ValidationError(_("Choose another short name."))
        return slug


@admin.register(Reason)
class ReasonAdmin(admin.ModelAdmin[Reason]):
    form = ReasonForm
    list_display = ("name", "slug", "position", "example_count", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "slug", "description")
    actions = None

    def get_fields(self, request: HttpRequest, obj: Reason | None = None) -> tuple[str, ...]:
        fields = ReasonForm.Meta.fields
        return (*fields, "merge_into") if obj and self.has_change_permission(request, obj) else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Reason | None = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Reason | None = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Reason, form: Any, change: bool) -> None:  # noqa: ANN401, FBT001
        super().save_model(request, obj, form, change)
        if into := form.cleaned_data.get("merge_into"):
            moved = reasons.merge(obj, into=into, by=cast("Reviewer", request.user))
            said = _("%(count)s tasks moved to “%(name)s”. “%(old)s” is retired.")
            messages.success(request, said % {"count": f"{moved:,}", "name": into.name, "old": obj.name})

    @admin.display(description=gettext_lazy("examples"))
    def example_count(self, reason: Reason) -> int:
        return len(reason.examples)
