"""Whoever may no longer be here hears nothing more: open streams and sockets of theirs end, and what they asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.journeys.accounts import login, member
from tests.journeys.house import PASSWORD, House, Opening, Person
from tests.journeys.sockets import Sock, opened
from tests.journeys.streams import PATIENCE, Stream
from tests.promises import keeps

pytestmark = pytest.mark.timeout(60)

GRACE = "grace@example.org"
Act = Callable[[House, Person, Person], Awaitable[object]]


@asynccontextmanager
async def listening(house: House, by: Person, session_id: str) -> AsyncIterator[tuple[Stream, Sock]]:
    """A stream and a socket of somebody, both open."""
    async with by.stream("GET", f"/sessions/{session_id}/events") as stream, opened(by) as sock:
        await sock.send("ping")
        yield stream, sock


async def id_of(person: Person) -> str:
    """Who they are."""
    return (await person.get("/auth/me"))["user"]["id"]


async def disabled(house: House, owner: Person, grace: Person) -> None:
    await owner.patch(f"/users/{await id_of(grace)}", {"disabled": True})


async def demoted(house: House, owner: Person, grace: Person) -> None:
    await owner.patch(f"/users/{await id_of(grace)}", {"role": "viewer"})


async def signed_out_by_another(house: House, owner: Person, grace: Person) -> None:
    assert (await owner.call("DELETE", f"/users/{await id_of(grace)}/sign-ins")).status == 204


async def signed_out(house: House, owner: Person, grace: Person) -> None:
    assert (await grace.call("POST", "/auth/logout")).status == 204


async def new_password(house: House, owner: Person, grace: Person) -> None:
    other = house.person((await login(house, GRACE)).json["access_token"])
    await other.post("/auth/password", {"current_password": PASSWORD, "new_password": "staple the horse"})


async def ended_from_elsewhere(house: House, owner: Person, grace: Person) -> None:
    other = house.person((await login(house, GRACE)).json["access_token"])
    assert (await other.call("DELETE", "/auth/devices")).status == 204


ACTS: list[Act] = [disabled, demoted, signed_out_by_another, signed_out, new_password, ended_from_elsewhere]


@keeps("identity:standing")
async def test_what_ends_a_sign_in_ends_what_it_has_open_before_it_is_answered(open_house: Opening) -> None:
    house = await open_house(sockets__credentials="1h")  # nobody looks by the clock
    owner = await house.owner()
    for act in ACTS:
        with house.writing() as link:
            link.execute("delete from users where subject = ?", (GRACE,))
        grace = await member(house, GRACE)
        session_id = (await grace.post("/sessions", {}))["id"]
        async with listening(house, grace, session_id) as (stream, sock), listening(
            house, owner, (await owner.post("/sessions", {}))["id"]
        ) as (_, others):  # fmt: skip
            await act(house, owner, grace)
            assert await stream.next() is None, act.__name__
            assert await sock.closed() == 4401, act.__name__
            assert (await others.answer("ping", "still"))["type"], act.__name__


async def test_a_key_that_is_deleted_and_one_ticket_of_who_left_hear_nothing_more(open_house: Opening) -> None:
    house = await open_house(sockets__credentials="1h")
    grace = await member(house, GRACE)
    session_id = (await grace.post("/sessions", {}))["id"]
    made = await grace.post("/api-keys", {"name": "robot"})
    ticket = (await grace.post("/auth/ticket"))["ticket"]
    key = house.person(made["key"])
    async with listening(house, key, session_id) as (stream, sock), opened(
        grace, f"/api/v1/ws?ticket={ticket}", headers={}
    ) as by_ticket:  # fmt: skip
        assert (await grace.call("DELETE", f"/api-keys/{made['id']}")).status == 204
        assert await stream.next() is None
        assert await sock.closed() == 4401
        await by_ticket.send("ping")
        assert (await by_ticket.until("pong"))["type"] == "pong"
        assert (await grace.call("POST", "/auth/logout")).status == 204
        assert await by_ticket.closed() == 4401


async def test_what_somebody_asked_ends_when_they_are_disabled_and_goes_on_when_they_only_sign_out(
    house: House, owner: Person
) -> None:
    ada, grace = await member(house, "ada@example.org"), await member(house, GRACE)
    runs: dict[str, str] = {}
    for who in (ada, grace):
        async with who.query("Hello", model="fake/fake-n400-d40") as stream:
            runs[who.token] = (await stream.until("content")).run_id
    assert (await ada.call("POST", "/auth/logout")).status == 204
    await disabled(house, owner, grace)
    assert await ended(house, owner, runs[grace.token]) == "interrupted"
    assert house.rows("select state from runs where id = ?", runs[ada.token]) == [("live",)]


async def test_what_changes_behind_the_servers_back_counts_soon(open_house: Opening) -> None:
    house = await open_house(sockets__credentials="100ms")
    owner, grace = await house.owner(), await member(house, GRACE)
    async with grace.query("Hello", model="fake/fake-n400-d40") as stream, opened(grace) as sock:
        run_id = (await stream.until("content")).run_id
        with house.writing() as link:  # as `palaver user disable` does
            link.execute("update users set disabled_at = created_at where subject = ?", (GRACE,))
        heard = await stream.rest()
        assert "done" not in {event.type for event in heard} or heard[-1].data["finish_reason"] == "interrupted"
        assert await sock.closed() == 4401
    assert await ended(house, owner, run_id) == "interrupted"


async def ended(house: House, owner: Person, run_id: str) -> str:
    """Why a run is over, once it is."""
    async with asyncio.timeout(PATIENCE):
        while (found := house.rows("select state, finish_reason from runs where id = ?", run_id)[0])[0] != "over":
            await owner.get("/health")
    return found[1]
