"""Whether what somebody came by still holds, as streams and sockets ask."""

from datetime import timedelta

from palaver.core.principal import Principal
from palaver.identity.service import Identity
from palaver.identity.sign_ins import Place
from palaver.kit.clock import ManualClock
from tests.unit.identity.given import request


async def came(identity: Identity, **headers: str) -> Principal:
    """Somebody at the door."""
    return await identity.door.who(request(**headers))


async def test_a_stream_outlives_its_access_token_and_not_its_sign_in(
    identity: Identity, ada: Principal, clock: ManualClock
) -> None:
    standing = identity.ground.standing
    tokens, cookie = await identity.sign_ins.open(ada.user_id, cookie=True, place=Place())
    assert cookie is not None
    by_token = await came(identity, authorization=f"Bearer {tokens.access.reveal()}")
    by_cookie = await came(identity, cookie=f"palaver_session={cookie.reveal()}")
    _, secret = await identity.keys.create(ada, "robot", expires_at=clock.now() + timedelta(hours=2))
    by_key = await came(identity, x_api_key=secret.reveal())
    clock.advance(timedelta(hours=1))
    assert [await standing.stands(one) for one in (by_token, by_cookie, by_key)] == [True, True, True]
    await identity.sign_ins.end(cookie.reveal(), None, None)
    assert [await standing.stands(one) for one in (by_token, by_cookie, by_key)] == [True, False, True]
    await identity.sign_ins.end(None, tokens.refresh, None)
    clock.advance(timedelta(hours=1))
    assert [await standing.stands(one) for one in (by_token, by_cookie, by_key)] == [False, False, False]


async def test_what_is_being_opened_while_something_changes_is_asked_and_nothing_else_is(
    identity: Identity, ada: Principal
) -> None:
    standing = identity.ground.standing
    tokens, _ = await identity.sign_ins.open(ada.user_id, cookie=False, place=Place())
    opening = await came(identity, authorization=f"Bearer {tokens.access.reveal()}")
    assert await standing.may_open(opening)
    await identity.accounts.set_role(await identity.accounts.get(ada.user_id), "viewer")
    assert not await standing.may_open(opening), "it was opened for another role"
    again = await came(identity, authorization=f"Bearer {tokens.access.reveal()}")
    assert await standing.may_open(again)
    await identity.accounts.set_disabled(await identity.accounts.get(ada.user_id), disabled=True)
    assert not await standing.may_open(again)
