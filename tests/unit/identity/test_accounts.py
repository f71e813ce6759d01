import asyncio
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from palaver.core.errors import Forbidden, Invalid, Unauthenticated
from palaver.core.principal import Principal
from palaver.identity import store
from palaver.identity.issuers import Foreigner
from palaver.identity.refusals import NoSuchUser, PasswordWrong, RegistrationClosed, TooManyAttempts, UserExists
from palaver.identity.service import Identity
from palaver.kit.clock import ManualClock
from palaver.kit.sealed import Sealed
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.identity.conftest import Open
from tests.unit.identity.given import PASSWORD

HERE = "192.0.2.1"
GRACE = Foreigner("https://issuer.example", "grace", "grace@example.org", "Grace", 4e9)
NEW = Sealed("a better password")


async def test_a_user_signs_in_with_the_password_however_the_address_is_written(
    identity: Identity, ada: Principal
) -> None:
    user = await identity.accounts.by_password(" ADA@example.org", PASSWORD, HERE)
    assert (user.id, user.role, user.email) == (ada.user_id, "member", "ada@example.org")


async def test_unknown_address_wrong_password_and_no_password_answer_alike(identity: Identity, ada: Principal) -> None:
    await identity.accounts.create("linkonly@example.org", None)
    said = set()
    for email, password in [
        ("ada@example.org", NEW),
        ("nobody@example.org", PASSWORD),
        ("linkonly@example.org", PASSWORD),
        ("linkonly@example.org", Sealed("")),
    ]:
        with pytest.raises(PasswordWrong) as refused:
            await identity.accounts.by_password(email, password, HERE)
        said.add(refused.value.detail)
    assert len(said) == 1


async def test_an_address_can_be_taken_once_and_also_by_two_at_once(identity: Identity) -> None:
    both = await asyncio.gather(
        identity.accounts.create("bob@example.org", PASSWORD),
        identity.accounts.create("Bob@Example.org", PASSWORD),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["User", "UserExists"]
    with pytest.raises(UserExists):
        await identity.accounts.create("bob@example.org", None)


async def test_registration_is_closed_until_it_is_opened(identity: Identity, open_with: Open) -> None:
    with pytest.raises(RegistrationClosed):
        await identity.people.registering.register("bob@example.org", PASSWORD, None, invitation=None, address=HERE)
    opened = await open_with(registration="open")
    bob = await opened.people.registering.register("bob@example.org", PASSWORD, "Bob", invitation=None, address=HERE)
    assert bob is not None
    assert bob.role == "member"


async def test_a_password_must_be_long_enough_for_the_settings(open_with: Open) -> None:
    strict = await open_with(password_min_length=30)
    with pytest.raises(Invalid, match="30 characters"):
        await strict.accounts.create("bob@example.org", PASSWORD)


async def test_guessing_is_stopped_and_the_right_password_too(open_with: Open, ada: Principal) -> None:
    identity = await open_with(login_attempts=3)
    for _ in range(3):
        with pytest.raises(PasswordWrong):
            await identity.accounts.by_password("ada@example.org", NEW, HERE)
    with pytest.raises(TooManyAttempts) as refused:
        await identity.accounts.by_password("ada@example.org", PASSWORD, HERE)
    assert refused.value.retry_after == 15
    assert await identity.accounts.by_password("ada@example.org", PASSWORD, "192.0.2.2")


async def test_a_new_password_replaces_the_old_one(identity: Identity, ada: Principal) -> None:
    with pytest.raises(PasswordWrong):
        await identity.accounts.change_password(ada.user_id, NEW, NEW, address=HERE)
    with pytest.raises(PasswordWrong):
        await identity.accounts.change_password(ada.user_id, None, NEW, address=HERE)
    await identity.accounts.change_password(ada.user_id, PASSWORD, NEW, address=HERE)
    assert await identity.accounts.by_password("ada@example.org", NEW, HERE)
    with pytest.raises(PasswordWrong):
        await identity.accounts.by_password("ada@example.org", PASSWORD, HERE)


async def test_whoever_has_no_password_sets_the_first_one(identity: Identity) -> None:
    owner = await identity.accounts.owner()
    await identity.accounts.change_password(owner.id, None, NEW, address=HERE)
    assert (await identity.accounts.by_password("owner@palaver.local", NEW, HERE)).role == "admin"


async def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(
    identity: Identity, ada: Principal, database: SqliteDatabase
) -> None:
    old = PasswordHasher(1, 8, 1).hash(PASSWORD.reveal())
    await database.write(store.set_password_hash(ada.user_id, old))
    assert await identity.accounts.by_password("ada@example.org", PASSWORD, HERE)
    stored = await database.read(store.password_hash(ada.user_id))
    assert stored is not None
    assert "m=19456,t=2,p=1" in stored
    assert await identity.accounts.by_password("ada@example.org", PASSWORD, HERE)


async def test_there_is_one_owner_however_often_the_house_is_opened(identity: Identity) -> None:
    owners = await asyncio.gather(*(identity.accounts.owner() for _ in range(5)))
    assert len({owner.id for owner in owners}) == 1
    assert owners[0].role == "admin"


async def test_two_who_sync_the_same_user_at_once_both_succeed(identity: Identity) -> None:
    both = await asyncio.gather(*(identity.accounts.sync(GRACE) for _ in range(5)))
    assert sorted(status for status, _ in both) == ["created", "exists", "exists", "exists", "exists"]
    assert len({user.id for _, user in both}) == 1


async def test_two_processes_that_sync_at_once_both_succeed(
    identity: Identity, database_file: Path, clock: ManualClock
) -> None:
    from palaver.identity.accounts import Accounts
    from palaver.identity.settings import IdentitySettings

    second = SqliteDatabase(database_file)
    other = Accounts(second, IdentitySettings(), identity.passwords, clock)
    try:
        both = await asyncio.gather(identity.accounts.sync(GRACE), other.sync(GRACE))
    finally:
        await second.close()
    assert sorted(status for status, _ in both) == ["created", "exists"]
    assert both[0][1].id == both[1][1].id


async def test_syncing_takes_over_what_the_issuer_says_and_forgets_nothing_it_is_silent_about(
    identity: Identity,
) -> None:
    _, user = await identity.accounts.sync(GRACE)
    await identity.accounts.sync(GRACE._replace(email="hopper@example.org", name=None))
    again = await identity.accounts.get(user.id)
    assert (again.email, again.name) == ("hopper@example.org", "Grace")


async def test_a_foreign_user_with_the_same_address_is_somebody_else(identity: Identity, ada: Principal) -> None:
    _, foreign = await identity.accounts.sync(GRACE._replace(email="ada@example.org"))
    assert foreign.id != ada.user_id
    assert (await identity.accounts.by_email("ada@example.org")).id == ada.user_id
    with pytest.raises(PasswordWrong):
        await identity.accounts.by_password("grace@example.org", PASSWORD, HERE)
    with pytest.raises(Forbidden):
        await identity.accounts.change_password(foreign.id, None, NEW, address=HERE)


async def test_operators_find_users_by_address_and_page_through_all(identity: Identity, ada: Principal) -> None:
    _, grace = await identity.accounts.sync(GRACE)
    assert (await identity.accounts.by_email("grace@example.org")).id == grace.id
    with pytest.raises(NoSuchUser):
        await identity.accounts.by_email("nobody@example.org")
    first = await identity.accounts.page(most=1)
    assert [user.id for user in [*first, *await identity.accounts.page(first[0].id)]] == [ada.user_id, grace.id]


async def test_two_foreign_users_with_one_address_are_not_mistaken_for_each_other(identity: Identity) -> None:
    await identity.accounts.sync(GRACE)
    await identity.accounts.sync(GRACE._replace(subject="another"))
    with pytest.raises(NoSuchUser, match="Several"):
        await identity.accounts.by_email("grace@example.org")


async def test_a_user_who_is_gone_is_signed_out(identity: Identity, ada: Principal) -> None:
    with pytest.raises(Unauthenticated):
        await identity.accounts.get("usr_gone")  # type: ignore[arg-type]


async def test_guessing_the_current_password_is_stopped_as_well(open_with: Open, ada: Principal) -> None:
    identity = await open_with(login_attempts=1)
    with pytest.raises(PasswordWrong):
        await identity.accounts.change_password(ada.user_id, NEW, NEW, address=HERE)
    with pytest.raises(TooManyAttempts):
        await identity.accounts.change_password(ada.user_id, PASSWORD, NEW, address=HERE)
