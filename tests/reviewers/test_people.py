import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from reviewers import people
from reviewers.models import Pool, Reviewer, Role
from tests.factories import make_pool, make_reviewer

pytestmark = pytest.mark.django_db


def test_a_new_person_sits_in_the_default_pool_and_can_sign_in() -> None:
    new = people.create("Ada@Example.com", name="Ada")
    assert new.reviewer.email == "ada@example.com"
    assert [seat.pool.is_default for seat in new.reviewer.seats.all()] == [True]
    assert authenticate(username="ada@example.com", password=new.password) == new.reviewer


def test_an_admin_sits_nowhere_unless_asked() -> None:
    assert not people.create("root@example.com", role=Role.ADMIN).reviewer.seats.exists()


def test_an_inactive_person_cannot_sign_in() -> None:
    new = people.create("ada@example.com")
    people.deactivate(new.reviewer)
    assert authenticate(username="ada@example.com", password=new.password) is None


@pytest.mark.parametrize("email", ["", "ada", "ada@", "a b@example.com"])
def test_what_is_no_email_is_refused(email: str) -> None:
    with pytest.raises(ValidationError):
        people.create(email)


def test_an_email_is_taken_once_whatever_its_case() -> None:
    people.create("ada@example.com")
    with pytest.raises(ValidationError):
        people.create("ADA@example.com")


def test_there_is_one_default_pool() -> None:
    with pytest.raises(IntegrityError, match="only_one_default_pool"):
        Pool.objects.create(name="Second", is_default=True)


def test_people_see_those_they_share_a_pool_with() -> None:
    pool = make_pool()
    ada, grace = make_reviewer(pool=pool), make_reviewer(pool=pool)
    make_reviewer(pool=make_pool())
    assert set(Reviewer.objects.visible_to(ada)) == {ada, grace}
    assert set(Pool.objects.visible_to(ada)) == {pool}


def test_an_admin_may_everything_and_a_read_only_person_changes_nothing() -> None:
    assert make_reviewer(role=Role.ADMIN).has_perm("escalations.change_agent")
    watcher = make_reviewer(role=Role.READ_ONLY)
    assert watcher.has_perm("escalations.view_escalation")
    assert not any("view_" not in permission for permission in watcher.get_all_permissions())


def test_a_lead_configures_and_a_reviewer_does_not() -> None:
    assert make_reviewer(role=Role.LEAD).has_perm("reviewers.change_pool")
    assert not make_reviewer().has_perm("reviewers.change_pool")


def test_a_lead_writes_answer_templates_and_a_reviewer_reads_them() -> None:
    assert make_reviewer(role=Role.LEAD).has_perm("escalations.delete_answertemplate")
    reviewer = make_reviewer()
    assert reviewer.has_perm("escalations.view_answertemplate")
    assert not reviewer.has_perm("escalations.change_answertemplate")


@pytest.mark.parametrize("role", [Role.LEAD, Role.REVIEWER, Role.READ_ONLY])
def test_what_is_private_is_in_no_list(role: Role) -> None:
    granted = make_reviewer(role=role).get_all_permissions()
    private = {"escalations.view_draft", "escalations.view_savedview"}
    private |= {"reviewers.view_letter", "reviewers.view_invitation", "reviewers.view_try"}
    assert granted & private == set()
