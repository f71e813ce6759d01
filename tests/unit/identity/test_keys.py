from datetime import timedelta

import pytest

from palaver.core.errors import Invalid, NotFound
from palaver.core.principal import Principal
from palaver.identity.refusals import KeyRefused, ScopeMissing, TooManyKeys
from palaver.identity.service import Identity
from palaver.kit.clock import ManualClock, stamp
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.identity.conftest import Open
from tests.unit.identity.given import request, settle


async def test_a_key_works_until_it_is_deleted_and_then_at_once_no_more(identity: Identity, ada: Principal) -> None:
    key, secret = await identity.keys.create(ada, "laptop", ["runs:write", "runs:write"])
    principal = await identity.door.who(request(x_api_key=secret.reveal()))
    assert (principal.user_id, principal.key_id, principal.via) == (ada.user_id, key.id, "key")
    assert principal.scopes == {"runs:write"}
    await identity.keys.delete(ada.user_id, key.id)
    with pytest.raises(KeyRefused):
        await identity.door.who(request(x_api_key=secret.reveal()))


async def test_a_key_expires_when_it_says(identity: Identity, ada: Principal, clock: ManualClock) -> None:
    until = clock.now() + timedelta(hours=1)
    key, secret = await identity.keys.create(ada, "laptop", expires_at=until)
    assert key.expires_at == stamp(until)
    clock.advance(timedelta(seconds=3599))
    await identity.door.who(request(x_api_key=secret.reveal()))
    clock.advance(timedelta(seconds=1))
    with pytest.raises(KeyRefused):
        await identity.door.who(request(x_api_key=secret.reveal()))
    with pytest.raises(Invalid):
        await identity.keys.create(ada, "late", expires_at=until)


async def test_somebody_elses_key_and_an_unknown_one_answer_alike(identity: Identity, ada: Principal) -> None:
    bob = await identity.accounts.create("bob@example.org", None)
    key, _ = await identity.keys.create(ada, "laptop")
    said = set()
    for wanted in (key.id, "key_unknown", ""):
        with pytest.raises(NotFound) as refused:
            await identity.keys.delete(bob.id, wanted)
        said.add(refused.value.detail)
    assert len(said) == 1
    assert [each.id for each in await identity.keys.list(ada.user_id)] == [key.id]
    assert await identity.keys.list(bob.id) == []


@pytest.mark.parametrize("scopes", [[], ["sessions"], ["runs:write", "everything"]])
async def test_scopes_that_are_none_are_refused_with_those_that_are(
    identity: Identity, ada: Principal, scopes: list[str]
) -> None:
    with pytest.raises(Invalid, match="sessions:read") as refused:
        await identity.keys.create(ada, "laptop", scopes)
    assert refused.value.errors[0]["loc"] == ["body", "scopes"]


async def test_nobody_hands_on_more_than_they_hold(identity: Identity, ada: Principal) -> None:
    narrow = Principal(user_id=ada.user_id, via="key", scopes=frozenset({"keys:write", "runs:write"}))
    assert (await identity.keys.create(narrow, "narrower", ["runs:read"]))[0].scopes == ["runs:read"]
    for scopes in (["sessions:read"], None):
        with pytest.raises(ScopeMissing):
            await identity.keys.create(narrow, "wider", scopes)
    with pytest.raises(ScopeMissing):
        await identity.keys.create(ada, "administrator", ["admin"])


async def test_a_user_has_as_many_keys_as_the_settings_say(open_with: Open, ada: Principal) -> None:
    identity = await open_with(keys_per_user=2)
    for _ in range(2):
        key, _ = await identity.keys.create(ada, "laptop")
    with pytest.raises(TooManyKeys):
        await identity.keys.create(ada, "one too many")
    await identity.keys.delete(ada.user_id, key.id)
    await identity.keys.create(ada, "room again")


async def test_the_last_use_is_told_at_once_and_written_down_later(
    identity: Identity, open_with: Open, ada: Principal, clock: ManualClock, database: SqliteDatabase
) -> None:
    _, secret = await identity.keys.create(ada, "laptop")
    assert (await identity.keys.list(ada.user_id))[0].last_used_at is None
    clock.advance(timedelta(seconds=5))
    await identity.door.who(request(x_api_key=secret.reveal()))
    used = stamp(clock.now())
    assert (await identity.keys.list(ada.user_id))[0].last_used_at == used
    another = await open_with()
    assert (await another.keys.list(ada.user_id))[0].last_used_at is None
    await identity.upkeep.once()
    await settle(database)
    assert (await another.keys.list(ada.user_id))[0].last_used_at == used
