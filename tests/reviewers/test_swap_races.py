"""Of all who would have the same time on call, one gets it."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from reviewers import swaps
from reviewers.models import Override, Reviewer, Rotation, Swap, Turn
from reviewers.swaps import CannotSwap, Stretch, Terms
from tests.factories import default_pool, make_reviewer
from tests.flows.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


def test_eight_offers_of_one_shift_and_their_withdrawal_end_in_one_override() -> None:
    pool = default_pool()
    pool.rotation = Rotation.objects.create(name="r", starts_on=datetime.now(UTC).date() - DAY, length_days=30)
    pool.save()
    ada = make_reviewer("Ada", pool=pool)
    Turn.objects.create(rotation=pool.rotation, reviewer=ada)
    start = datetime.now(UTC) + DAY
    terms = [Terms(ada, make_reviewer(pool=pool), Stretch(start, start + DAY)) for _ in range(8)]
    offered = [swaps.offer(pool.rotation, each) for each in terms]
    won: list[Reviewer] = []

    def accept(pk: int) -> None:
        swap = Swap.objects.select_related("rotation", "giver", "taker").get(pk=pk)
        try:
            swaps.accept(swap, by=swap.taker)
        except CannotSwap:
            return
        won.append(swap.taker)

    together([partial(accept, each.pk) for each in offered for _twice in range(2)])
    assert len(won) == 1
    assert [each.reviewer for each in Override.objects.all()] == won
    assert sorted(Swap.objects.values_list("state", flat=True)) == ["accepted", *["withdrawn"] * 7]
