"""What a role may see and change in the admin: the permissions of the group named after it."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from reviewers.models import Role

OURS = ("reviewers", "escalations", "notifications")
# Everybody sees everything their pools show them; a lead configures. (Verbs on escalations ask the lifecycle instead.)
LEAD_CHANGES = {
    *("add_pool", "change_pool", "add_seat", "change_seat", "delete_seat", "add_tag", "change_tag", "delete_tag"),
    *(f"{verb}_{rows}" for verb in ("add", "change", "delete") for rows in ("workinghours", "timeoff", "holiday")),
    *(f"{verb}_{rows}" for verb in ("add", "change", "delete") for rows in ("rotation", "turn", "override")),
    *("add_reviewer", "change_reviewer", "add_agent", "change_agent", "add_apikey", "change_apikey"),
    *("change_endpoint", "change_delivery", "add_answertemplate", "change_answertemplate", "delete_answertemplate"),
    *("add_reason", "change_reason"),
}
SECRETIVE = {"view_apikey", "view_cursor", "view_idempotency"}  # a lead's business
# Everybody's own, with pages of their own, or nobody's: who is written to, and who tried to sign in.
PRIVATE = {"view_draft", "view_savedview", "view_letter", "view_invitation", "view_try", "view_feed"} | {
    *("view_slackaccount", "view_slackrequest"),
}


class RoleBackend(ModelBackend):
    """Django's backend, with the group of the person's role beside the groups they were put in."""

    def _get_group_permissions(self, user_obj: Any) -> QuerySet[Permission]:  # noqa: ANN401 - Django's own signature
        named = Q(group__name=Role(user_obj.role).label)
        return Permission.objects.filter(named | Q(group__in=user_obj.groups.all())).distinct()


def grant(
    groups: type[Group] = Group, permissions: type[Permission] = Permission, *, models: Collection[str] = ()
) -> None:
    """Give the three groups their first permissions, of all our models or only of those that are new (`models`).

    What an admin changes afterwards stays changed.
    """
    ours = permissions.objects.filter(content_type__app_label__in=OURS)
    ours = ours.filter(content_type__model__in=models) if models else ours
    views = ours.filter(codename__startswith="view_").exclude(codename__in=PRIVATE)
    for role, allowed in (
        (Role.LEAD, views | ours.filter(codename__in=LEAD_CHANGES)),
        (Role.REVIEWER, views.exclude(codename__in=SECRETIVE)),
        (Role.READ_ONLY, views.exclude(codename__in=SECRETIVE)),
    ):
        group, _ = groups.objects.get_or_create(name=role.label)
        group.permissions.add(*allowed)
