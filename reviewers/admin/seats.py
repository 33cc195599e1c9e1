"""Seats, seen from a pool or from a person: the same rows from both sides."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.forms.models import BaseInlineFormSet, ModelChoiceField
from django.http import HttpRequest

from reviewers import people
from reviewers.models import Pool, Reviewer, Seat


def signed_in(request: HttpRequest) -> Reviewer:
    """The admin site lets nobody in who is not."""
    return cast("Reviewer", request.user)


class SeatInline(admin.TabularInline[Seat, Model]):
    """Everybody sees the seats in their own pools; leads and admins give and take them."""

    model = Seat
    extra = 0
    readonly_fields = ("given",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        mine = Pool.objects.visible_to(signed_in(request)).values("pk")
        return super().get_queryset(request).filter(pool__in=mine).select_related("pool", "reviewer")

    def formfield_for_foreignkey(
        self,
        db_field: ForeignKey[Any, Any],
        request: HttpRequest,
        **kwargs: Any,  # noqa: ANN401 - as Django passes them
    ) -> ModelChoiceField[Any] | None:
        viewer = signed_in(request)
        if db_field.name == "pool":
            kwargs["queryset"] = Pool.objects.visible_to(viewer)
        else:
            kwargs["queryset"] = Reviewer.objects.visible_to(viewer).order_by("name", "email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="given so far")
    def given(self, seat: Seat) -> int | str:
        """How often routing chose this seat; a new one has no number yet."""
        return seat.served if seat.pk else "–"

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's own
        """A seat is given or taken, never changed; and how often it was chosen only routing counts."""
        return False


class PoolSeats(SeatInline):
    fields = ("reviewer", "given")
    verbose_name = "person"
    verbose_name_plural = "people of this pool"


class PersonSeats(SeatInline):
    fields = ("pool", "given")
    verbose_name = "pool"
    verbose_name_plural = "pools of this person"


def save_seats(formset: BaseInlineFormSet[Any, Any, Any]) -> None:
    """People come and go by the verbs, so that nobody new is flooded with what was missed."""
    for seat in formset.save(commit=False):
        people.join(seat.reviewer, seat.pool)
    for seat in formset.deleted_objects:
        people.leave(seat.reviewer, seat.pool)
