"""People: they come with a password that is shown once, and are deactivated, never deleted."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _

from reviewers import once, people
from reviewers.admin.seats import PersonSeats, save_seats, signed_in
from reviewers.models import Pool, Reviewer, Role

LED = (Role.REVIEWER, Role.READ_ONLY)  # the roles a lead gives, and whose people a lead may change


class PersonForm(forms.ModelForm[Reviewer]):
    tags = SimpleArrayField(
        forms.CharField(max_length=100),
        required=False,
        help_text="What this person knows: words with commas between them.",
    )

    class Meta:
        model = Reviewer
        fields = ("email", "name", "role", "is_active", "tags", "capacity")
        widgets = {"name": forms.TextInput(attrs={"class": "vTextField"})}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_tags(self) -> list[str]:
        return sorted({word.strip() for word in self.cleaned_data["tags"] if word.strip()})


class NewPersonForm(PersonForm):
    pools = forms.ModelMultipleChoiceField(
        Pool.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: the default pool. An admin needs none.",
    )

    class Meta:
        model = Reviewer
        fields = ("email", "name", "role", "tags", "capacity")
        widgets = PersonForm.Meta.widgets


@admin.register(Reviewer)
class ReviewerAdmin(once.ShownOnce):
    list_display = ("display_name", "email", "role", "is_active", "held", "capacity")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    readonly_fields = ("held", "last_login", "created_at")
    change_form_template = "admin/reviewers/reviewer/change_form.html"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reviewer]:
        mine = Reviewer.objects.visible_to(signed_in(request)).values("pk")
        return super().get_queryset(request).filter(pk__in=mine)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.new_password)
        renew = path("<uuid:pk>/password/", view, name="reviewers_new_password")
        return [renew, *super().get_urls()]

    def get_inlines(self, request: HttpRequest, obj: Reviewer | None) -> list[Any]:  # noqa: ARG002 - Django's own
        return [PersonSeats] if obj else []

    def get_fields(self, request: HttpRequest, obj: Reviewer | None = None) -> tuple[str, ...]:  # noqa: ARG002
        if obj is None:
            return ("email", "name", "role", "pools", "tags", "capacity")
        return (*PersonForm.Meta.fields, *self.readonly_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Reviewer | None = None) -> tuple[str, ...]:
        """Nobody locks themselves out, or lifts themselves up."""
        own = ("role", "is_active") if obj and obj == request.user else ()
        return (*self.readonly_fields, *own) if obj else ()

    def get_form(
        self,
        request: HttpRequest,
        obj: Reviewer | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's own signature
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        form: Any = super().get_form(request, obj, change, **kwargs | {"form": PersonForm if obj else NewPersonForm})
        viewer = signed_in(request)
        if "pools" in form.base_fields:
            form.base_fields["pools"].queryset = Pool.objects.visible_to(viewer)
            form.base_fields["pools"].required = viewer.role != Role.ADMIN
        if "role" in form.base_fields and viewer.role != Role.ADMIN:
            form.base_fields["role"].choices = [(role.value, role.label) for role in LED]
        return form

    def has_change_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:
        viewer = signed_in(request)
        if obj is None or viewer.role == Role.ADMIN or obj == viewer:
            return super().has_change_permission(request, obj)
        return obj.role in LED and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:  # noqa: ARG002
        """What they did stays theirs; who leaves is deactivated."""
        return False

    def save_model(self, request: HttpRequest, obj: Reviewer, form: Any, change: Any) -> None:  # noqa: ANN401, ARG002
        if not change:
            self._create(obj, form.cleaned_data)
            return
        # Only what was edited: `held` counts on while the form is open.
        obj.save(update_fields=form.changed_data)
        people.know(obj.tags)
        if "is_active" in form.changed_data:
            (people.activate if obj.is_active else people.deactivate)(obj)

    def save_formset(
        self,
        request: HttpRequest,  # noqa: ARG002
        form: Any,  # noqa: ANN401, ARG002
        formset: BaseInlineFormSet[Any, Any, Any],
        change: Any,  # noqa: ANN401, ARG002
    ) -> None:
        save_seats(formset)

    def response_add(self, request: HttpRequest, obj: Reviewer, post_url_continue: str | None = None) -> HttpResponse:  # noqa: ARG002
        return self._show_password(request, obj, obj.__dict__.pop("first_password"))

    def new_password(self, request: HttpRequest, pk: object) -> HttpResponse:
        person = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, person):
            raise PermissionDenied
        password = people.new_password(person)
        self.log_change(request, person, _("Made a new password."))
        return self._show_password(request, person, password)

    def _create(self, obj: Reviewer, given: dict[str, Any]) -> None:
        new = people.create(
            given["email"], name=given["name"], role=given["role"], pools=given["pools"], tags=given["tags"]
        )
        new.reviewer.capacity = given["capacity"]
        new.reviewer.save(update_fields=["capacity"])
        obj.__dict__.update(new.reviewer.__dict__, first_password=new.password)

    def _show_password(self, request: HttpRequest, person: Reviewer, password: str) -> HttpResponse:
        title = _("Password of %(name)s") % {"name": person.display_name}
        shown = [(_("Email"), person.email), (_("Password"), password)]
        return once.show(request, title, shown, back=reverse("admin:reviewers_reviewer_change", args=[person.pk]))
