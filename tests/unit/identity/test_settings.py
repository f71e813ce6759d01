import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from palaver.core.errors import Unauthenticated
from palaver.core.principal import Principal
from palaver.identity import store
from palaver.identity.settings import IdentitySettings, IssuerSettings
from palaver.kit.clock import ManualClock
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.identity.conftest import Open
from tests.unit.identity.fake_issuer import FakeIssuer, ec_key, public
from tests.unit.identity.given import request, settle

CLERK = {"issuer": "https://clerk.example", "audience": "palaver"}


@pytest.mark.parametrize(
    "issuer",
    [
        {"issuer": "https://clerk.example"},
        {**CLERK, "issuer": "http://clerk.example"},
        {**CLERK, "jwks_url": "http://clerk.example/keys"},
        {**CLERK, "jwks_url": "file:///keys"},
        {**CLERK, "algorithms": []},
        {**CLERK, "algorithms": ["HS256"]},
        {**CLERK, "audiance": "palaver"},
    ],
)
def test_an_issuer_that_would_be_unsafe_is_refused(issuer: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        IssuerSettings.model_validate(issuer)


@pytest.mark.parametrize(
    "issuer",
    [
        CLERK,
        {"issuer": "https://clerk.example", "required_claims": {"azp": "https://app.example"}},
        {**CLERK, "issuer": "http://127.0.0.1:8080/realms/a"},
        {**CLERK, "issuer": "http://keycloak:8080", "insecure_http": True},
        {**CLERK, "issuer": "urn:company", "jwks_url": "https://keys.example"},
    ],
)
def test_an_issuer_that_can_be_trusted_is_taken(issuer: dict[str, Any]) -> None:
    assert IssuerSettings.model_validate(issuer).issuer == issuer["issuer"]


def test_an_issuer_is_listed_once() -> None:
    with pytest.raises(ValidationError, match="once"):
        IdentitySettings.model_validate({"issuers": [CLERK, CLERK]})


@pytest.mark.parametrize("field", ["access_token_lifetime", "cookie_lifetime", "ticket_lifetime", "jwks_timeout"])
def test_a_span_of_no_time_is_refused(field: str) -> None:
    with pytest.raises(ValidationError):
        IdentitySettings.model_validate({field: timedelta(0)})


async def test_every_lifetime_is_as_it_is_set(open_with: Open, clock: ManualClock, database: SqliteDatabase) -> None:
    identity = await open_with(
        access_token_lifetime=60,
        refresh_token_lifetime=120,
        cookie_lifetime=180,
        sign_in_link_lifetime=240,
        ticket_lifetime=30,
    )
    owner = await identity.accounts.owner()
    tokens, cookie = await identity.sign_ins.open(owner.id, cookie=True)
    link = await identity.one_time.sign_in_token(owner.id)
    ticket, expires_in = await identity.one_time.ticket(Principal(user_id=owner.id))
    assert (tokens.expires_in, tokens.refresh_expires_in, expires_in) == (60, 120, 30)
    assert cookie is not None
    door, use = identity.door, identity.one_time.use
    ways: list[tuple[int, Callable[[], Awaitable[Any]]]] = [
        (30, lambda: use(ticket.reveal(), "ticket")),
        (60, lambda: door.who(request(authorization=f"Bearer {tokens.access.reveal()}"))),
        (120, lambda: identity.sign_ins.refresh(tokens.refresh)),
        (180, lambda: door.who(request(cookie=f"palaver_session={cookie.reveal()}"))),
        (240, lambda: use(link.reveal(), "sign_in")),
    ]
    start = clock.now()
    for seconds, way in ways:
        clock.advance(start + timedelta(seconds=seconds) - clock.now())
        with pytest.raises(Unauthenticated):
            await way()
    owner_again = await identity.accounts.owner()
    link = await identity.one_time.sign_in_token(owner_again.id)
    clock.advance(timedelta(seconds=239))
    assert await use(link.reveal(), "sign_in")


async def test_uses_are_written_as_often_as_it_is_set(
    open_with: Open, clock: ManualClock, database: SqliteDatabase
) -> None:
    identity = await open_with(use_written_every=10)
    owner = await identity.accounts.owner()
    _, key = await identity.keys.create(Principal(user_id=owner.id), "laptop")
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        upkeep = tasks.create_task(identity.upkeep.run())
        await settle(database)
        await identity.door.who(request(x_api_key=key.reveal()))
        clock.advance(timedelta(seconds=9))
        await settle(database)
        before = (await database.read(store.keys_of(owner.id)))[0].last_used_at
        clock.advance(timedelta(seconds=1))
        while (await database.read(store.keys_of(owner.id)))[0].last_used_at is None:
            await settle(database)
        upkeep.cancel()
    assert before is None


async def test_an_issuer_says_e_mail_and_name_in_the_claims_that_are_set(open_with: Open, issuer: FakeIssuer) -> None:
    issuer.keys = [public(ec_key("two"), "two")]
    identity = await open_with(
        issuers=[{"issuer": issuer.url, "audience": "palaver", "email_claim": "mail", "name_claim": "nick"}]
    )
    token = issuer.token(ec_key("two"), "two", mail="ada@example.org", nick="Ada", email="x@example.org", name="X")
    principal = await identity.door.who(request(authorization=f"Bearer {token}"))
    user = await identity.accounts.get(principal.user_id)
    assert (user.email, user.name) == ("ada@example.org", "Ada")
