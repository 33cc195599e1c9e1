"""Pools and tags."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewers import clock, people
from reviewers.admin.duty import HolidayInline, settle
from reviewers.admin.forms import PoolForm, TagForm
from reviewers.admin.seats import fill, signed_in
from reviewers.models import Pool, Reviewer, Role, Tag


@admin.register(Pool)
class PoolAdmin(admin.ModelAdmin[Pool]):
    form = PoolForm
    list_display = ("name", "seats_taken", "held", "knowledge", "is_default")
    search_fields = ("name",)
    actions = None
    inlines = (HolidayInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pool]:
        mine = Pool.objects.visible_to(signed_in(request)).values("pk")
        working = Q(seats__reviewer__is_active=True)
        sums = {"seated": Count("seats", filter=working), "holding": Sum("seats__reviewer__held", filter=working)}
        return super().get_queryset(request).filter(pk__in=mine).annotate(**sums)

    def get_fields(self, request: HttpRequest, obj: Pool | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's own
        leases = ("assign_within", "claim_within", "has_key_leases")
        duty = ("strategy", *leases, "fallback", "rotation", "manager", "time_zone")
        return ("name", "people", "tags", *duty, *(("turns",) if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Pool | None = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("turns",) if obj else ()

    def get_form(
        self,
        request: HttpRequest,
        obj: Pool | None = None,
        change: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        form: Any = super().get_form(request, obj, change, **kwargs)
        if "people" in form.base_fields:
            form.base_fields["people"].queryset = _who_could_sit(signed_in(request))
        if "manager" in form.base_fields:
            form.base_fields["manager"].queryset = _who_could_sit(signed_in(request))
        return form

    @admin.display(ordering="seated", description=gettext_lazy("people at work"))
    def seats_taken(self, pool: Pool) -> int:
        return int(getattr(pool, "seated", 0))

    @admin.display(ordering="holding", description=gettext_lazy("tasks they hold"))
    def held(self, pool: Pool) -> int:
        return int(getattr(pool, "holding", 0) or 0)

    @admin.display(description=gettext_lazy("what they know"))
    def knowledge(self, pool: Pool) -> str:
        known = Reviewer.objects.active().filter(seats__pool=pool).values_list("tags", flat=True)
        return ", ".join(sorted({*pool.tags, *(word for tags in known for word in tags)})) or "–"

    @admin.display(description=gettext_lazy("people"))
    def people(self, pool: Pool) -> str:
        """For those who may look and not change."""
        field = PoolForm.base_fields["people"]
        seated = Reviewer.objects.filter(seats__pool=pool).select_related("invitation").order_by("name", "email")
        return format_html_join("\n", "{}", ([field.label_from_instance(each)] for each in seated)) or "–"  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("given so far"))
    def turns(self, pool: Pool) -> str:
        """How often routing chose each of those who sit here; only routing counts it."""
        seats = pool.seats.select_related("reviewer").order_by("-served", "reviewer__name")
        return format_html_join("\n", "{} {}", ((seat.served, seat.reviewer) for seat in seats)) or _("nothing yet")

    def has_delete_permission(self, request: HttpRequest, obj: Pool | None = None) -> bool:
        """The default pool stays: what names no pool goes there."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)

    def save_model(self, request: HttpRequest, obj: Pool, form: Any, change: bool) -> None:  # noqa: ANN401, FBT001 - Django's own
        """What is assigned already has the new time to be claimed from now on."""
        if "assign_within" in form.changed_data:
            obj.assign_within_since = clock.now()
        super().save_model(request, obj, form, change)
        people.know(obj.tags)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:  # noqa: ANN401 - Django's own
        """Whoever makes a pool sits in it; a lead could not see it otherwise."""
        super().save_related(request, form, formsets, change)
        if "people" in form.changed_data:
            fill(form.instance, chosen=form.cleaned_data["people"], among=form.fields["people"].queryset)
        settle(form.instance, formsets)
        maker = signed_in(request)
        if not change and maker.role != Role.ADMIN:
            people.join(maker, form.instance)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    form = TagForm
    list_display = ("name", "known_by")
    search_fields = ("name",)
    actions = None

    @admin.display(description=gettext_lazy("who knows it"))
    def known_by(self, tag: Tag) -> str:
        """Without them, escalations with the tag stay open until somebody claims them."""
        own, of_pool = Q(tags__contains=[tag.name]), Q(seats__pool__tags__contains=[tag.name])
        knowing = Reviewer.objects.active().filter(own | of_pool).distinct()
        return ", ".join(person.display_name for person in knowing.order_by("name", "email")[:20]) or _("nobody")

    def has_change_permission(self, request: HttpRequest, obj: Tag | None = None) -> bool:
        """A word is not renamed: people and escalations carry it as it is."""
        return obj is None and super().has_change_permission(request, obj)


def _who_could_sit(viewer: Reviewer) -> QuerySet[Reviewer]:
    """Whom the viewer may seat, also in a pool where they do not sit themselves."""
    return Reviewer.objects.visible_to(viewer).select_related("invitation").order_by("name", "email")
