"""What people type is kept, theirs alone, until it is of no use to anybody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from escalations import drafts, lifecycle, sweeps
from escalations.models import Draft, Escalation
from tests.factories import make_escalation, make_reviewer

pytestmark = pytest.mark.django_db
CONTENT = {"typed": {"notes": ["Half an hour of work."]}}


def aged(draft: Draft, days: int) -> None:
    Draft.objects.filter(pk=draft.pk).update(saved_at=timezone.now() - timedelta(days=days))


def finished(escalation: Escalation, days: int) -> None:
    lifecycle.cancel(escalation, by=escalation.agent)
    Escalation.objects.filter(pk=escalation.pk).update(finished_at=timezone.now() - timedelta(days=days))


def test_a_draft_belongs_to_who_typed_it() -> None:
    ada, ben, escalation = make_reviewer(), make_reviewer(), make_escalation()
    drafts.save(escalation, by=ada, content=CONTENT)

    kept = drafts.of(escalation, by=ada)
    assert kept is not None
    assert (kept.content, kept.version) == (CONTENT, escalation.version)
    assert drafts.of(escalation, by=ben) is None


def test_saving_again_replaces_it() -> None:
    ada, escalation = make_reviewer(), make_escalation()
    first = drafts.save(escalation, by=ada, content=CONTENT)
    drafts.save(escalation, by=ada, content={"typed": {}})

    kept = Draft.objects.get()
    assert kept.content == {"typed": {}}
    assert kept.saved_at > first.saved_at


def test_a_draft_can_be_thrown_away() -> None:
    ada, ben, escalation = make_reviewer(), make_reviewer(), make_escalation()
    drafts.save(escalation, by=ada, content=CONTENT)
    drafts.save(escalation, by=ben, content=CONTENT)
    drafts.discard(escalation, by=ada)

    assert [draft.reviewer for draft in Draft.objects.all()] == [ben]


def test_a_draft_has_a_limit() -> None:
    with pytest.raises(drafts.DraftTooLarge):
        drafts.save(make_escalation(), by=make_reviewer(), content={"typed": {"notes": ["x" * 512 * 1024]}})


@pytest.mark.parametrize(("ended", "saved", "left"), [(31, 31, 0), (29, 31, 1), (31, 29, 1), (None, 90, 1)], ids=str)
def test_a_draft_is_forgotten_a_month_after_the_end(ended: int | None, saved: int, left: int) -> None:
    escalation = make_escalation()
    if ended:
        finished(escalation, ended)
    aged(drafts.save(escalation, by=make_reviewer(), content=CONTENT), saved)

    assert drafts.forget_old() == 1 - left
    assert Draft.objects.count() == left


def test_old_drafts_are_forgotten_by_a_sweep() -> None:
    escalation = make_escalation()
    finished(escalation, 31)
    aged(drafts.save(escalation, by=make_reviewer(), content=CONTENT), 31)
    sweeps.run_all()

    assert not Draft.objects.exists()
