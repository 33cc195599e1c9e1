"""What is typed about people, pools and tags."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviewers.admin.duty import clean_zone
from reviewers.models import Pool, Reviewer, Role, Tag

MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)

LINE = forms.TextInput(attrs={"class": "vTextField"})
LED = (Role.REVIEWER, Role.READ_ONLY)  # the roles a lead gives, and whose people a lead may change


class PersonForm(forms.ModelForm[Reviewer]):
    """Of pools it knows only those that whoever edits may see; seats elsewhere stay as they are."""

    tags = SimpleArrayField(
        forms.CharField(max_length=100),
        required=False,
        help_text=gettext_lazy("What this person knows: words with commas between them."),
    )
    pools = forms.ModelMultipleChoiceField(
        Pool.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Where they answer. Tasks of a pool are given in turn to those who sit in it."),
    )

    class Meta:
        model = Reviewer
        fields = ("email", "name", "role", "is_active", "tags", "capacity", "time_zone")
        widgets = {"name": LINE, "time_zone": LINE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        if "pools" in self.fields:
            self.initial["pools"] = list(Pool.objects.filter(seats__reviewer=self.instance))

    def clean_time_zone(self) -> str:
        return clean_zone(str(self.cleaned_data["time_zone"]))

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_tags(self) -> list[str]:
        return sorted({word.strip() for word in self.cleaned_data["tags"] if word.strip()})


class NewPersonForm(PersonForm):
    class Meta:
        model = Reviewer
        fields = ("email", "name", "role", "tags", "capacity")
        widgets = PersonForm.Meta.widgets

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["pools"].help_text = gettext_lazy("None chosen: the default pool. An admin needs none.")


class People(forms.ModelMultipleChoiceField[Reviewer]):
    """Each person with what they know and what they hold, to choose by."""

    def label_from_instance(self, obj: Reviewer) -> str:
        person = obj
        limit = _("%(held)s of %(limit)s") % {"held": person.held, "limit": person.capacity}
        parts = [
            person.display_name,
            *([", ".join(person.tags)] if person.tags else []),
            _("holds %(held)s") % {"held": limit if person.capacity is not None else person.held},
            *([] if person.role in {Role.REVIEWER, Role.ADMIN} else [person.get_role_display()]),
            *([] if person.is_active else [_("not active") if person.has_come_in else _("invited")]),
        ]
        return " · ".join(parts)


class PoolForm(forms.ModelForm[Pool]):
    tags = SimpleArrayField(
        forms.CharField(max_length=100),
        required=False,
        help_text=gettext_lazy("Words with commas between them. Everybody who sits here is taken to know these."),
    )
    people = People(
        Reviewer.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Whoever joins starts level with those who were given the fewest tasks."),
    )

    class Meta:
        model = Pool
        fields = (
            *("name", "tags", "strategy", "fallback", "assign_within", "claim_within", "has_key_leases"),
            *("rotation", "manager", "time_zone"),
        )
        widgets = {"name": LINE, "time_zone": LINE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        if "people" in self.fields:
            here = Pool.objects.filter(pk=self.instance.pk)  # a pool that is being made is not there yet
            self.initial["people"] = list(Reviewer.objects.filter(seats__pool__in=here))

    def clean_time_zone(self) -> str:
        return clean_zone(str(self.cleaned_data["time_zone"]))

    def clean_tags(self) -> list[str]:
        return sorted({word.strip() for word in self.cleaned_data["tags"] if word.strip()})

    def clean_assign_within(self) -> timedelta | None:
        return _within(self.cleaned_data["assign_within"], MINUTE)

    def clean_claim_within(self) -> timedelta | None:
        return _within(self.cleaned_data["claim_within"], 5 * MINUTE)

    def clean_fallback(self) -> Pool | None:
        fallback: Pool | None = self.cleaned_data["fallback"]
        if fallback == self.instance:
            raise forms.ValidationError(_("A pool cannot stand in for itself."))
        return fallback


def _within(length: timedelta | None, least: timedelta) -> timedelta | None:
    if length is not None and not least <= length <= WEEK:
        said = _("Give %(minutes)s to seven days, as 00:15:00; or nothing for no limit.")
        minutes = ngettext("%(count)d minute", "%(count)d minutes", least // MINUTE) % {"count": least // MINUTE}
        raise forms.ValidationError(said % {"minutes": minutes})
    return length


class TagForm(forms.ModelForm[Tag]):
    class Meta:
        model = Tag
        fields = ("name",)
        widgets = {"name": LINE}
