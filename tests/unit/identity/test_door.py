from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from palaver.core.errors import Forbidden, Unauthenticated
from palaver.core.principal import Principal
from palaver.identity import store
from palaver.identity.refusals import (
    IssuerAway,
    KeyRefused,
    LinkRefused,
    NobodySignedIn,
    OriginRefused,
    ScopeMissing,
    SignInOver,
    TokenExpired,
    TokenMalformed,
    WrongIssuer,
)
from palaver.identity.service import Identity
from palaver.identity.tokens import AccessTokens
from palaver.kit.clock import ManualClock
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.identity.conftest import Open
from tests.unit.identity.fake_issuer import FakeIssuer, ec_key, public
from tests.unit.identity.given import SIGNING_KEY, request, settle

EC = ec_key("two")


def bearer(token: str, **more: Any) -> dict[str, Any]:
    return request(authorization=f"Bearer {token}", **more)


async def test_whoever_brings_nothing_is_told_how(identity: Identity) -> None:
    with pytest.raises(NobodySignedIn, match="X-API-Key") as refused:
        await identity.door.who(request())
    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}


async def test_an_access_token_lets_in_until_it_expires_also_when_it_was_seen_before(
    identity: Identity, ada: Principal, clock: ManualClock
) -> None:
    tokens, _ = await identity.sign_ins.open(ada.user_id, cookie=False)
    for _ in range(2):
        principal = await identity.door.who(bearer(tokens.access.reveal()))
        assert (principal.user_id, principal.via, principal.scopes) == (ada.user_id, "token", None)
    clock.advance(timedelta(seconds=tokens.expires_in))
    with pytest.raises(TokenExpired):
        await identity.door.who(bearer(tokens.access.reveal()))


async def test_a_key_is_taken_in_either_header(identity: Identity, ada: Principal) -> None:
    key, secret = await identity.keys.create(ada, "laptop")
    for scope in (bearer(secret.reveal()), request(x_api_key=secret.reveal())):
        assert (await identity.door.who(scope)).key_id == key.id


async def test_a_key_with_a_wrong_secret_or_form_is_refused_like_an_unknown_one(
    identity: Identity, ada: Principal
) -> None:
    _, secret = await identity.keys.create(ada, "laptop")
    text = secret.reveal()
    swapped = text[:-1] + ("A" if text[-1] != "A" else "B")
    said = set()
    for wrong in (swapped, text[:-1], "plv_", "plv_" + "0" * 32 + "_" + "A" * 43):
        with pytest.raises(KeyRefused) as refused:
            await identity.door.who(bearer(wrong))
        said.add(refused.value.detail)
    assert len(said) == 1


async def test_a_cookie_lets_in_and_slides_with_use(
    identity: Identity, ada: Principal, clock: ManualClock, database: SqliteDatabase
) -> None:
    cookie = f"palaver_session={(await identity.sign_ins.open_browser(ada.user_id)).reveal()}"
    for _ in range(3):
        clock.advance(timedelta(days=20))
        assert (await identity.door.who(request(cookie=cookie))).via == "cookie"
        await identity.upkeep.once()
        await settle(database)
    clock.advance(timedelta(days=30))
    with pytest.raises(SignInOver):
        await identity.door.who(request(cookie=cookie))


async def test_the_cookie_changes_nothing_for_pages_of_others(open_with: Open, ada: Principal) -> None:
    identity = await open_with(trusted_origins=["https://App.example/"])
    cookie = f"palaver_session={(await identity.sign_ins.open_browser(ada.user_id)).reveal()}"
    with pytest.raises(OriginRefused):
        await identity.door.who(request("POST", cookie=cookie, origin="https://evil.example"))
    for origin in ("http://palaver.example", "https://app.example"):
        assert await identity.door.who(request("POST", cookie=cookie, origin=origin))


async def test_a_ticket_opens_one_websocket_with_the_same_scopes(identity: Identity, ada: Principal) -> None:
    key, secret = await identity.keys.create(ada, "laptop", ["runs:read"])
    by_key = await identity.door.who(request(x_api_key=secret.reveal()))
    ticket, _ = await identity.one_time.ticket(by_key)
    socket = request(kind="websocket", path="/api/v1/ws", query=f"ticket={ticket.reveal()}".encode())
    principal = await identity.door.who(socket)
    assert (principal.via, principal.key_id, principal.scopes) == ("ticket", key.id, {"runs:read"})
    with pytest.raises(LinkRefused):
        await identity.door.who(socket)


async def test_a_ticket_goes_with_its_key(identity: Identity, ada: Principal) -> None:
    key, secret = await identity.keys.create(ada, "laptop")
    ticket, _ = await identity.one_time.ticket(await identity.door.who(request(x_api_key=secret.reveal())))
    await identity.keys.delete(ada.user_id, key.id)
    with pytest.raises(LinkRefused):
        await identity.door.who(request(kind="websocket", query=f"ticket={ticket.reveal()}".encode()))


async def test_a_narrow_key_is_refused_where_it_may_not(identity: Identity, ada: Principal) -> None:
    _, secret = await identity.keys.create(ada, "reader", ["sessions:read"])

    async def calls(method: str, path: str) -> Principal:
        return await identity.door.who(request(method, path, x_api_key=secret.reveal()))

    assert await calls("GET", "/api/v1/sessions")
    for method, path, missing in [
        ("POST", "/api/v1/sessions", "sessions:write"),
        ("POST", "/api/v1/query", "runs:write"),
        ("POST", "/api/v1/api-keys", "keys:write"),
        ("GET", "/api/v1/something-new", "admin"),
    ]:
        with pytest.raises(ScopeMissing, match=missing):
            await calls(method, path)


async def test_a_server_below_a_path_of_a_proxy_knows_its_own_paths(identity: Identity, ada: Principal) -> None:
    _, secret = await identity.keys.create(ada, "reader", ["sessions:read"])
    scope = request(path="/chat/api/v1/sessions", x_api_key=secret.reveal()) | {"root_path": "/chat"}
    assert await identity.door.who(scope)


async def test_administrators_endpoints_are_closed_to_members(identity: Identity, ada: Principal) -> None:
    identity.door.check(Principal(user_id=ada.user_id, role="admin"), "admin")
    with pytest.raises(Forbidden, match="administrators"):
        identity.door.check(ada, "admin")


async def test_a_foreign_token_makes_its_user_at_first_sight_and_finds_the_same_one_again(
    open_with: Open, issuer: FakeIssuer
) -> None:
    issuer.keys = [public(EC, "two")]
    identity = await open_with(issuers=[{"issuer": issuer.url, "audience": "palaver"}])
    scope = bearer(issuer.token(EC, "two", email="ada@example.org"))
    first, second = await identity.door.who(scope), await identity.door.who(scope)
    assert first == second
    assert (first.via, first.role) == ("issuer", "member")
    assert (await identity.accounts.get(first.user_id)).email == "ada@example.org"


async def test_a_foreign_token_that_was_seen_before_still_expires(
    open_with: Open, issuer: FakeIssuer, clock: ManualClock
) -> None:
    issuer.keys = [public(EC, "two")]
    identity = await open_with(issuers=[{"issuer": issuer.url, "audience": "palaver"}], clock_skew=0)
    scope = bearer(issuer.token(EC, "two", exp=clock.now().timestamp() + 60))
    await identity.door.who(scope)
    clock.advance(timedelta(seconds=60))
    with pytest.raises(TokenExpired):
        await identity.door.who(scope)


async def test_without_issuers_every_foreign_token_is_refused(identity: Identity, issuer: FakeIssuer) -> None:
    with pytest.raises(WrongIssuer):
        await identity.door.who(bearer(issuer.token(EC, "two")))
    assert issuer.fetched == 0


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "ü.ü.ü", "plv_\x00", "e" * 9000, "eyJ" + "e" * 100_000 + ".e.e"])
async def test_nonsense_is_refused_in_every_place(identity: Identity, text: str) -> None:
    for scope in (bearer(text), request(x_api_key=text or "?"), request(cookie=f"palaver_session={text or '?'}")):
        with pytest.raises(Unauthenticated):
            await identity.door.who(scope)


async def test_a_token_longer_than_any_is_refused_before_it_is_read(identity: Identity) -> None:
    with pytest.raises(TokenMalformed):
        await identity.door.who(bearer("a." + "b" * 8192 + ".c"))


def forget_users() -> Script[None]:
    yield store.Statement(store.delete(store.users))()


async def test_every_credential_ends_with_its_user(
    identity: Identity, ada: Principal, database: SqliteDatabase
) -> None:
    tokens, cookie = await identity.sign_ins.open(ada.user_id, cookie=True)
    _, key = await identity.keys.create(ada, "laptop")
    ticket, _ = await identity.one_time.ticket(ada)
    assert cookie is not None
    await database.write(forget_users())
    for scope in (
        bearer(tokens.access.reveal()),
        request(cookie=f"palaver_session={cookie.reveal()}"),
        request(x_api_key=key.reveal()),
        request(kind="websocket", query=f"ticket={ticket.reveal()}".encode()),
    ):
        with pytest.raises(Unauthenticated):
            await identity.door.who(scope)


class CountingReads:
    """The database, and how often it was read."""

    def __init__(self, inner: SqliteDatabase) -> None:
        self._inner = inner
        self.statements = 0

    async def read(self, script: Script[Any]) -> Any:
        def counted() -> Script[Any]:
            given = None
            while True:
                try:
                    do = script.send(given)  # type: ignore[arg-type]
                except StopIteration as end:
                    return end.value
                self.statements += 1
                given = yield do

        return await self._inner.read(counted())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


async def test_each_way_in_costs_one_statement(
    identity: Identity, ada: Principal, open_with: Open, database: SqliteDatabase, issuer: FakeIssuer
) -> None:
    issuer.keys = [public(EC, "two")]
    opened = await open_with(issuers=[{"issuer": issuer.url, "audience": "palaver"}])
    tokens, cookie = await identity.sign_ins.open(ada.user_id, cookie=True)
    _, key = await identity.keys.create(ada, "laptop")
    assert cookie is not None
    foreign = bearer(issuer.token(EC, "two"))
    await opened.door.who(foreign)
    counting = CountingReads(database)
    for owner in (opened.door, opened.accounts):
        owner._database = counting  # type: ignore[assignment]
    for scope in (
        bearer(tokens.access.reveal()),
        request(x_api_key=key.reveal()),
        request(cookie=f"palaver_session={cookie.reveal()}"),
        foreign,
    ):
        counting.statements = 0
        await opened.door.who(scope)
        assert counting.statements == 1


async def test_a_token_and_its_sign_in_must_be_of_the_same_user(
    identity: Identity, ada: Principal, clock: ManualClock
) -> None:
    tokens, _ = await identity.sign_ins.open(ada.user_id, cookie=False)
    access = AccessTokens(SIGNING_KEY, timedelta(minutes=1), clock)
    family = access.read(tokens.access.reveal()).family_id
    assert await identity.door.who(bearer(access.issue(ada.user_id, family).reveal()))
    with pytest.raises(SignInOver):
        await identity.door.who(bearer(access.issue("usr_other", family).reveal()))


async def test_a_foreign_token_that_was_seen_before_is_not_good_on_keys_that_are_too_old(
    open_with: Open, issuer: FakeIssuer, clock: ManualClock
) -> None:
    issuer.keys = [public(EC, "two")]
    identity = await open_with(issuers=[{"issuer": issuer.url, "audience": "palaver"}])
    scope = bearer(issuer.token(EC, "two"))
    await identity.door.who(scope)
    issuer.answer = web.Response(status=500)
    clock.advance(timedelta(hours=23))
    assert await identity.door.who(scope)
    clock.advance(timedelta(hours=1))
    with pytest.raises(IssuerAway):
        await identity.door.who(scope)
