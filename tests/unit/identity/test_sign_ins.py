import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from palaver.core.principal import Principal
from palaver.identity.refusals import LinkRefused, RefreshRefused, SignInOver
from palaver.identity.service import Identity
from palaver.identity.sign_ins import Tokens
from palaver.kit.clock import ManualClock
from palaver.kit.sealed import Sealed
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.identity.given import PASSWORD, request


async def holds(identity: Identity, tokens: Tokens) -> bool:
    try:
        await identity.door.who(request(authorization=f"Bearer {tokens.access.reveal()}"))
    except SignInOver:
        return False
    return True


async def test_refreshing_gives_a_new_pair_and_both_access_tokens_hold(identity: Identity, ada: Principal) -> None:
    first, _ = await identity.sign_ins.open(ada.user_id, cookie=False)
    user_id, second = await identity.sign_ins.refresh(first.refresh)
    assert user_id == ada.user_id
    assert first.refresh != second.refresh
    assert await holds(identity, first)
    assert await holds(identity, second)


async def test_a_refresh_token_that_comes_again_ends_everything_that_came_from_its_sign_in(
    identity: Identity, ada: Principal, caplog: pytest.LogCaptureFixture
) -> None:
    first, _ = await identity.sign_ins.open(ada.user_id, cookie=False)
    other, _ = await identity.sign_ins.open(ada.user_id, cookie=False)
    _, second = await identity.sign_ins.refresh(first.refresh)
    with pytest.raises(RefreshRefused):
        await identity.sign_ins.refresh(first.refresh)
    assert "came twice" in caplog.text
    with pytest.raises(RefreshRefused):
        await identity.sign_ins.refresh(second.refresh)
    assert not await holds(identity, second)
    assert await holds(identity, other)


async def test_of_two_who_refresh_at_once_one_succeeds_and_the_sign_in_ends(identity: Identity, ada: Principal) -> None:
    first, _ = await identity.sign_ins.open(ada.user_id, cookie=False)
    both = await asyncio.gather(*(identity.sign_ins.refresh(first.refresh) for _ in range(2)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in both) == ["RefreshRefused", "tuple"]
    assert not await holds(identity, first)


async def test_a_refresh_token_waits_as_long_as_it_said(identity: Identity, ada: Principal, clock: ManualClock) -> None:
    tokens, _ = await identity.sign_ins.open(ada.user_id, cookie=False)
    clock.advance(timedelta(seconds=tokens.refresh_expires_in - 1))
    _, tokens = await identity.sign_ins.refresh(tokens.refresh)
    clock.advance(timedelta(seconds=tokens.refresh_expires_in))
    with pytest.raises(RefreshRefused):
        await identity.sign_ins.refresh(tokens.refresh)


async def test_signing_out_counts_at_once_for_the_family_the_cookie_and_nothing_else(
    identity: Identity, ada: Principal
) -> None:
    tokens, cookie = await identity.sign_ins.open(ada.user_id, cookie=True)
    other, _ = await identity.sign_ins.open(ada.user_id, cookie=False)
    assert cookie is not None
    await identity.sign_ins.end(cookie.reveal(), tokens.refresh, None)
    assert not await holds(identity, tokens)
    with pytest.raises(SignInOver):
        await identity.door.who(request(cookie=f"palaver_session={cookie.reveal()}"))
    with pytest.raises(RefreshRefused):
        await identity.sign_ins.refresh(tokens.refresh)
    assert await holds(identity, other)
    await identity.sign_ins.end("unknown", Sealed("unknown"), "fam_unknown")


async def test_a_new_password_ends_every_sign_in_and_every_link(identity: Identity, ada: Principal) -> None:
    tokens, cookie = await identity.sign_ins.open(ada.user_id, cookie=True)
    link = await identity.one_time.sign_in_token(ada.user_id)
    user = await identity.accounts.get(ada.user_id)
    await identity.accounts.set_password(user, PASSWORD)
    assert cookie is not None
    assert not await holds(identity, tokens)
    with pytest.raises(SignInOver):
        await identity.door.who(request(cookie=f"palaver_session={cookie.reveal()}"))
    with pytest.raises(LinkRefused):
        await identity.one_time.use(link.reveal(), "sign_in")


async def test_of_many_who_follow_one_link_at_once_one_is_signed_in(identity: Identity, ada: Principal) -> None:
    link = await identity.one_time.sign_in_token(ada.user_id)
    all_at_once = await asyncio.gather(
        *(identity.one_time.use(link.reveal(), "sign_in") for _ in range(5)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in all_at_once) == ["LinkRefused"] * 4 + ["Principal"]


async def test_a_link_is_no_ticket_and_neither_lasts(identity: Identity, ada: Principal, clock: ManualClock) -> None:
    link = await identity.one_time.sign_in_token(ada.user_id)
    ticket, expires_in = await identity.one_time.ticket(ada)
    for token, purpose in ((link, "ticket"), (ticket, "sign_in")):
        with pytest.raises(LinkRefused):
            await identity.one_time.use(token.reveal(), purpose)  # type: ignore[arg-type]
    clock.advance(timedelta(seconds=expires_in))
    with pytest.raises(LinkRefused):
        await identity.one_time.use(ticket.reveal(), "ticket")
    assert await identity.one_time.use(link.reveal(), "sign_in")


async def test_no_secret_stands_in_the_database(
    identity: Identity, ada: Principal, database: SqliteDatabase, database_file: Path
) -> None:
    tokens, cookie = await identity.sign_ins.open(ada.user_id, cookie=True)
    link = await identity.one_time.sign_in_token(ada.user_id)
    _, key = await identity.keys.create(ada, "laptop")
    await database.close()
    content = b"".join(path.read_bytes() for path in database_file.parent.iterdir())
    assert ada.user_id.encode() in content
    assert cookie is not None
    secret_of_key = key.reveal().split("_", 2)[2]  # what stands before it is the key's id, which is no secret
    secrets = [secret.reveal() for secret in (PASSWORD, tokens.access, tokens.refresh, cookie, link)]
    for secret in (*secrets, secret_of_key):
        assert secret.encode() not in content


async def test_a_sign_in_that_is_kept_up_outlives_the_first_refresh_token(
    identity: Identity, ada: Principal, clock: ManualClock
) -> None:
    tokens, _ = await identity.sign_ins.open(ada.user_id, cookie=False)
    for _ in range(3):
        clock.advance(timedelta(days=20))
        await identity.upkeep.once()
        _, tokens = await identity.sign_ins.refresh(tokens.refresh)
    assert await holds(identity, tokens)
