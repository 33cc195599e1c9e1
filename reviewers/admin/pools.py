"""Pools and tags."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from reviewers import people
from reviewers.admin.seats import PoolSeats, save_seats, signed_in
from reviewers.models import Pool, Role, Tag

LINE = forms.TextInput(attrs={"class": "vTextField"})


class PoolForm(forms.ModelForm[Pool]):
    class Meta:
        model = Pool
        fields = ("name",)
        widgets = {"name": LINE}


@admin.register(Pool)
class PoolAdmin(admin.ModelAdmin[Pool]):
    form = PoolForm
    inlines = (PoolSeats,)
    list_display = ("name", "seats_taken", "is_default")
    search_fields = ("name",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pool]:
        mine = Pool.objects.visible_to(signed_in(request)).values("pk")
        return super().get_queryset(request).filter(pk__in=mine).annotate(seated=Count("seats"))

    @admin.display(ordering="seated", description="people")
    def seats_taken(self, pool: Pool) -> int:
        return int(getattr(pool, "seated", 0))

    def has_delete_permission(self, request: HttpRequest, obj: Pool | None = None) -> bool:
        """The default pool stays: what names no pool goes there."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:  # noqa: ANN401 - Django's own
        """Whoever makes a pool sits in it; a lead could not see it otherwise."""
        super().save_related(request, form, formsets, change)
        maker = signed_in(request)
        if not change and maker.role != Role.ADMIN:
            people.join(maker, form.instance)

    def save_formset(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's own signature
        form: Any,  # noqa: ANN401, ARG002
        formset: BaseInlineFormSet[Any, Any, Any],
        change: Any,  # noqa: ANN401, ARG002
    ) -> None:
        save_seats(formset)


class TagForm(forms.ModelForm[Tag]):
    class Meta:
        model = Tag
        fields = ("name",)
        widgets = {"name": LINE}


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    form = TagForm
    search_fields = ("name",)
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Tag | None = None) -> bool:
        """A word is not renamed: people and escalations carry it as it is."""
        return obj is None and super().has_change_permission(request, obj)
