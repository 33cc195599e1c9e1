"""What a role may see and change in the admin: the permissions of the group named after it."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from reviewers.models import Role


class RoleBackend(ModelBackend):
    """Django's backend, with the group of the person's role beside the groups they were put in."""

    def _get_group_permissions(self, user_obj: Any) -> QuerySet[Permission]:  # noqa: ANN401 - Django's own signature
        named = Q(group__name=Role(user_obj.role).label)
        return Permission.objects.filter(named | Q(group__in=user_obj.groups.all())).distinct()
