from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from escalations import keys, vault
from escalations.models import ApiKey, Scope
from tests.factories import make_agent, make_pool, make_reviewer


@pytest.mark.django_db
def test_a_key_is_shaped_so_that_scanners_find_it_and_only_its_digest_is_kept() -> None:
    new = keys.for_agent(make_agent())
    parts = keys.parse(new.plain)
    assert parts is not None
    assert new.plain.startswith(f"esc_live_{new.key.pk}_")
    assert (parts.id, parts.digest, parts.is_sandbox) == (new.key.pk, bytes(new.key.digest), False)
    assert new.plain[-49:-6] not in str(ApiKey.objects.filter(pk=new.key.pk).values())


@pytest.mark.django_db
def test_a_sandbox_key_says_so() -> None:
    new = keys.for_agent(make_agent(), sandbox=True)
    assert new.plain.startswith("esc_test_")
    assert new.key.is_sandbox


@pytest.mark.django_db
def test_one_wrong_letter_is_noticed_without_the_database() -> None:
    plain = keys.for_agent(make_agent()).plain
    wrong = plain[:-1] + ("a" if plain[-1] != "a" else "b")
    assert keys.parse(wrong) is None


@pytest.mark.parametrize("garbage", ["", "esc", "esc_live__", "Bearer x", "esc_prod_abcdefghij_" + "a" * 49, "é" * 70])
def test_garbage_is_no_key(garbage: str) -> None:
    assert keys.parse(garbage) is None


@pytest.mark.django_db
def test_revoked_and_expired_keys_are_not_live() -> None:
    from_agent = keys.mint(agent=make_agent(), scopes=[Scope.READ])
    assert ApiKey.objects.live().filter(pk=from_agent.key.pk).exists()
    keys.revoke(from_agent.key)
    assert not ApiKey.objects.live().filter(pk=from_agent.key.pk).exists()


def test_what_is_sealed_opens_again_also_after_the_key_was_rotated() -> None:
    sealed = vault.seal(b"whsec_x")
    assert b"whsec_x" not in sealed
    with override_settings(SECRET_KEY="another key", SECRET_KEY_FALLBACKS=[_present_key()]):
        assert vault.unseal(sealed) == b"whsec_x"


def test_what_was_sealed_under_an_unknown_key_stays_shut() -> None:
    sealed = vault.seal(b"whsec_x")
    with override_settings(SECRET_KEY="another key"), pytest.raises(vault.CannotUnseal):
        vault.unseal(sealed)


def _present_key() -> str:
    from django.conf import settings  # noqa: PLC0415 - read before it is overridden

    return str(settings.SECRET_KEY)


@pytest.mark.django_db
def test_a_rotated_key_lives_as_long_again_and_the_old_one_no_longer() -> None:
    until = timezone.now() + timedelta(days=30)
    old = keys.mint(agent=make_agent(), scopes=[Scope.READ], expires_at=until).key

    new = keys.rotate(old, overlap=timedelta(days=365)).key
    old.refresh_from_db()
    assert old.expires_at == until
    assert new.expires_at is not None
    assert timedelta(seconds=-5) < new.expires_at - until < timedelta(seconds=5)


@pytest.mark.django_db
def test_a_rotated_key_keeps_person_pools_and_rights() -> None:
    pool = make_pool()
    ada = make_reviewer(pool=pool)
    old = keys.mint(reviewer=ada, scopes=[Scope.READ, Scope.REVIEW], pools=[pool]).key

    new = keys.rotate(old, overlap=timedelta(0)).key
    old.refresh_from_db()
    assert (new.reviewer, new.scopes, new.pool_ids) == (ada, ["read", "review"], [pool.pk])
    assert not old.is_live
    with pytest.raises(keys.KeyEnded):
        keys.rotate(old, overlap=timedelta(0))
