"""Pages of a long list without counting it: the cost of a page must not follow the history."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet

COUNT_AT_MOST = 1000


class Uncounted(Paginator[Model]):
    """Counts to a thousand and no further. What is beyond is found by filter and search, not by leafing."""

    object_list: QuerySet[Model]

    @cached_property
    def counted(self) -> int:
        return self.object_list[: COUNT_AT_MOST + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.counted, COUNT_AT_MOST)

    @property
    def is_capped(self) -> bool:
        return self.counted > COUNT_AT_MOST
