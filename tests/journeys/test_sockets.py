"""WebSockets: one door more to the same runs, with the same rights; what is bad, slow or too much harms nobody else."""

import asyncio
import json
import signal
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.journeys.acting import bash, calls, says
from tests.journeys.house import House, Opening, Person
from tests.journeys.sockets import ANY, Sock, all_of, masked, opened, raw
from tests.journeys.streams import PATIENCE
from tests.promises import keeps
from tests.vendor import FakeVendor, Reply, done, finish, said
from tests.vendor.script import Stall

pytestmark = pytest.mark.timeout(90)


def in_order(sock: Sock, session_id: str) -> list[tuple[str, int]]:
    """Which events of a session were heard, in which order."""
    return [(one["run_id"], one["seq"]) for one in sock.events() if one["session_id"] == session_id]


async def new_session(person: Person) -> str:
    """An empty session."""
    return (await person.post("/sessions"))["id"]


@keeps("sockets:same-as-rest")
async def test_every_kind_of_credential_opens_a_socket_and_nothing_else_does(house: House, owner: Person) -> None:
    async with house.client.post(
        f"{house.url}/api/v1/auth/register", json={"email": "a@example.org", "password": "correct horse battery"}
    ) as reply:
        token, cookie = (await reply.json())["access_token"], reply.cookies["palaver_session"].value
    ticket = (await owner.post("/auth/ticket"))["ticket"]
    own = {"Cookie": f"palaver_session={cookie}"}
    for headers, more, path in (
        ({"Authorization": f"Bearer {token}"}, {}, ANY),
        ({"X-API-Key": owner.token}, {}, ANY),
        (own, {"origin": house.url}, ANY),
        ({}, {"subprotocols": [f"palaver.bearer.{token}", "palaver"]}, ANY),
        ({}, {"subprotocols": [f"palaver.bearer.{token}"]}, ANY),
        ({}, {}, f"{ANY}?ticket={ticket}"),
    ):
        async with opened(owner, path, headers=headers, **more) as sock:
            assert (await sock.answer("ping"))["type"] == "pong", headers
            if "subprotocols" in more:
                assert sock.connection.subprotocol == more["subprotocols"][-1]
    for headers, more, path, code in (
        ({}, {}, ANY, 4401),
        ({"Authorization": "Bearer nonsense"}, {}, ANY, 4401),
        ({}, {}, f"{ANY}?ticket={ticket}", 4401),
        (own, {"origin": "https://elsewhere.example"}, ANY, 4403),
        (own, {}, ANY, 4403),
        ({"X-API-Key": owner.token}, {"origin": "https://elsewhere.example"}, ANY, 4403),
        ({"X-API-Key": owner.token}, {}, "/ws/chat/ses_nobodys", 4404),
    ):
        async with opened(owner, path, headers=headers, **more) as sock:
            assert await sock.closed() == code, (headers, more, path)
            assert sock.heard == []
    assert (await owner.call("GET", "/ws")).status == 426


@keeps("sockets:no-secrets")
async def test_no_credential_of_a_socket_stands_in_a_log_however_the_handshake_ends(open_house: Opening) -> None:
    house = await open_house(observability__log_level="debug")
    owner = await house.owner()
    secrets = [owner.token, "palaver.bearer.wrong-secret"]
    for path in (ANY, "/ws/chat/ses_nobodys"):
        ticket = (await owner.post("/auth/ticket"))["ticket"]
        secrets.append(ticket)
        for _ in range(2):  # the second time it is used up
            async with opened(owner, f"{path}?ticket={ticket}", headers={}) as sock:
                with suppress(ConnectionClosed):
                    await sock.answer("ping")
    for offered in (f"palaver.bearer.{owner.token}", secrets[1]):
        async with opened(owner, headers={}, subprotocols=[offered, "palaver"]) as sock:
            with suppress(ConnectionClosed):
                await sock.answer("nonsense")
    assert await house.end(signal.SIGTERM) == 0
    said = house.log.read_text()
    assert "Shutting down" in said
    assert [secret for secret in secrets if secret in said] == []


@keeps("sockets:acknowledged", "runs:idempotent")
async def test_a_message_is_acknowledged_before_its_events_and_once_however_often_it_is_sent(
    house: House, owner: Person
) -> None:
    async with opened(owner) as sock, opened(owner) as other:
        ack = await sock.answer("message", "one", prompt="hello")
        assert (ack["type"], sock.events()) == ("ack", [])
        await sock.until("done")
        retold = await owner.whole(ack["run_id"])
        assert sock.events() == [event.data for event in retold]
        again = await sock.answer("message", "two", prompt="more", session_id=ack["session_id"])
        assert [one for one in sock.heard if one.get("run_id") == again["run_id"]] == [again]
        await sock.until("done")
        for resent in (sock, other):
            same = await resent.answer("message", "one", prompt="hello")
            assert (same["run_id"], same["session_id"]) == (ack["run_id"], ack["session_id"])
        await other.until("done")
        assert other.events(ack["run_id"]) == sock.events(ack["run_id"])
        refused = await sock.answer("message", "one", prompt="something else")
        assert (refused["type"], refused["code"]) == ("error", "conflict")
    assert house.count("runs") == 2


@keeps("sockets:bad-frames")
async def test_a_bad_message_gets_an_error_and_the_socket_stays(owner: Person) -> None:
    bad: list[str | bytes] = [
        "", "{", "null", "[]", '"x"', "1", "NaN", '{"type":1}', '{"type":"nonsense"}', '{"type":"ping","more":1}',
        '{"type":"subscribe"}', '{"type":"subscribe","session_id":1}', '{"type":"typing","session_id":"s"}',
        '{"type":"subscribe","session_id":"ses_x","after":-1}', '{"type":"message","prompt":"no id"}',
        '{"type":"subscribe","session_id":"ses_x","after":{"run_id":"r"}}', '{"type":"ping","client_id":""}',
        '{"type":"message","client_id":"c","prompt":"x","nonsense":1}', '{"type":"message","client_id":"c"}',
        '{"type":"answer","session_id":"ses_x","decision":"maybe"}', '{"type":"control","session_id":"ses_x"}',
        '{"type":"message","client_id":"c","prompt":"\\ud800"}', '{"type":"ping","x":' + "[" * 50_000,
        b'{"type":"ping"}',
    ]  # fmt: skip
    async with opened(owner) as sock:
        for one in bad:
            await sock.connection.send(one)
            told = await sock.next()
            assert (told["type"], told["code"]) == ("error", "invalid"), (one, told)
        told = await sock.answer("nonsense", "mine")
        assert told["client_id"] == "mine"
        assert (await sock.answer("ping", "still"))["type"] == "pong"


@keeps("sockets:bad-frames")
async def test_who_breaks_the_protocol_or_sends_too_much_is_closed_and_the_others_go_on(owner: Person) -> None:
    loop = asyncio.get_running_loop()
    async with opened(owner) as other:
        async with opened(owner) as sock:
            await sock.connection.send("x" * 1_100_000)
            assert await sock.closed() == 4413
        async with raw(owner) as link:
            await loop.sock_sendall(link, masked(b"", 0x01) + masked(b"", 0x00) * 2_000)
            assert b"\x11\x3d" in await all_of(link)  # 4413: pieces without end
        for broken, code in ((b"\x81\x02hi", 1002), (masked(b"x", 0xF1), 1002), (masked(b"x", 0x83), 1002)):
            async with raw(owner) as link:
                await loop.sock_sendall(link, broken)
                assert code.to_bytes(2, "big") in await all_of(link)
        async with raw(owner) as link:
            await loop.sock_sendall(link, masked(b'{"type":"pi'))
        assert (await other.answer("ping"))["type"] == "pong"


@keeps("sockets:same-as-rest")
async def test_a_socket_opens_nothing_that_rest_would_refuse(house: House, owner: Person) -> None:
    stranger = await house.stranger()
    ack_of = await owner.ask("hello")
    session_id, run_id = ack_of[0].data["session_id"], ack_of[0].run_id
    own = await new_session(stranger)
    narrow = house.person((await owner.post("/api/v1/api-keys", {"name": "n", "scopes": ["runs:read"]}))["key"])
    commands: tuple[tuple[str, dict[str, Any]], ...] = (
        ("message", {"prompt": "mine now"}), ("interrupt", {}), ("answer", {"decision": "approve"}),
        ("control", {"permission_mode": "plan"}),
    )  # fmt: skip
    async with opened(stranger) as sock:
        for kind, fields in (("subscribe", {}), ("typing", {"on": True}), ("unsubscribe", {}), *commands):
            told = await sock.answer(kind, session_id=session_id, **fields)
            assert (told["type"], told["code"]) == ("error", "not_found"), kind
        told = await sock.answer("subscribe", session_id=own, after={"run_id": run_id, "seq": 0})
        assert (told["type"], told["code"]) == ("error", "not_found")
    async with opened(narrow) as sock:
        assert (await sock.answer("subscribe", session_id=session_id))["type"] == "ack"
        for kind, fields in commands:
            assert (await sock.answer(kind, session_id=session_id, **fields))["code"] == "forbidden", kind


@keeps("sockets:same-order")
async def test_all_sockets_and_streams_of_a_session_hear_the_same_in_the_same_order(owner: Person) -> None:
    session_id = await new_session(owner)
    async with AsyncExitStack() as stack:
        socks = [await stack.enter_async_context(opened(owner, f"/ws/chat/{session_id}")) for _ in range(3)]
        for sock in socks:
            await sock.until("presence")
        stream = await stack.enter_async_context(owner.stream("GET", f"/sessions/{session_id}/events"))
        for number, sock in enumerate(socks):
            ack = await sock.answer("message", f"m{number}", prompt="hello", when_busy="queue")
            assert ack["type"] == "ack", ack
        for hearing in socks:
            while [one["type"] for one in hearing.events()].count("done") < 3:
                await hearing.next()
        while [event.type for event in stream.heard].count("done") < 3:
            await stream.next()
        first = in_order(socks[0], session_id)
        assert [in_order(sock, session_id) for sock in socks[1:]] == [first, first]
        assert [(event.run_id, event.seq) for event in stream.heard] == first
        assert len(first) == len(set(first))


@keeps("sockets:caught-up")
async def test_after_a_kill_a_client_goes_on_by_number_and_misses_nothing(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(Reply([said("goats "), Stall(), said("two"), finish(), done()]))
    async with opened(owner) as sock:
        ack = await sock.answer("message", prompt="hello")
        await sock.until("content")
        before = sock.events()
        await house.kill()
    await house.start()
    vendor.release()
    place = {"run_id": ack["run_id"], "seq": before[-1]["seq"]}
    async with opened(owner) as sock:
        await sock.answer("subscribe", session_id=ack["session_id"], after=place)
        await sock.until("done")
        assert before + sock.events() == [event.data for event in await owner.whole(ack["run_id"])]
        later = await sock.answer("message", "next", prompt="again", session_id=ack["session_id"])
        await sock.until("done")
        everything = before + sock.events()
    for after, expected in (
        (place, sock.events()),
        ({"run_id": ack["run_id"], "seq": 0}, everything),
        (0, sock.events(later["run_id"])),
        (sock.events()[-2]["seq"], sock.events()[-1:]),
    ):
        async with opened(owner) as back:
            told = await back.answer("subscribe", session_id=ack["session_id"], after=after)
            assert told.get("complete", True)
            await back.until("presence")
            assert back.events() == expected


async def test_a_client_that_missed_too_much_is_told_so(open_house: Opening) -> None:
    house = await open_house(sockets__caught_up_runs="2")
    owner = await house.owner()
    first = await owner.ask("hello")
    session_id = first[0].data["session_id"]
    runs = [(await owner.ask("more", session_id=session_id))[0].run_id for _ in range(3)]
    async with opened(owner) as sock:
        place = {"run_id": first[0].run_id, "seq": 1}
        assert (await sock.answer("subscribe", session_id=session_id, after=place))["complete"] is False
        await sock.until("presence")
        assert list(dict.fromkeys(one["run_id"] for one in sock.events())) == runs[1:]


@keeps("sockets:drained")
async def test_an_ending_server_says_so_to_every_socket_before_it_closes_them(house: House, owner: Person) -> None:
    async with opened(owner) as one, opened(owner) as two:
        await one.answer("ping")
        await two.answer("ping")
        assert await house.end(signal.SIGTERM) == 0
        for sock in (one, two):
            assert await sock.closed() == 1012
            assert (sock.heard[-1]["type"], sock.heard[-1]["code"]) == ("notice", "restarting")


@keeps("sockets:bounded")
async def test_an_idle_socket_is_closed_but_not_while_an_answer_runs(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(sockets__idle="300ms")
    owner = await house.owner()
    vendor.next(Reply([said("goats "), Stall(), said("two"), finish(), done()]))
    async with opened(owner) as answered, opened(owner) as idle:
        await answered.answer("message", prompt="hello")
        await answered.until("content")
        assert await idle.closed() == 4408
        assert (await answered.answer("ping"))["type"] == "pong"  # a ping wants nothing: it is the answer that counts
        vendor.release()
        await answered.until("done")
        assert await answered.closed() == 4408


@keeps("sockets:bounded")
async def test_there_are_so_many_sockets_and_messages_and_no_more(open_house: Opening) -> None:
    house = await open_house(
        sockets__most="4", sockets__per_user="3", sockets__per_session="1", sockets__subscriptions="1",
        sockets__messages_at_once="20", sockets__messages_per_second="0.001",
    )  # fmt: skip
    owner, stranger = await house.owner(), await house.stranger()
    session_id, second = await new_session(owner), await new_session(owner)
    async with opened(owner) as one, opened(owner) as two:
        assert (await one.answer("subscribe", session_id=session_id))["type"] == "ack"
        for sock, which in ((one, second), (two, session_id)):
            assert (await sock.answer("subscribe", session_id=which))["code"] == "rate_limited"
        async with opened(owner, f"/ws/chat/{session_id}") as third:
            assert await third.closed() == 4429
        async with opened(owner) as third, opened(owner) as fourth, opened(stranger) as theirs:
            assert await fourth.closed() == 4429
            assert (await theirs.answer("ping"))["type"] == "pong"
            async with opened(stranger) as fifth:
                assert await fifth.closed() == 4429
            for _ in range(20):
                assert (await third.answer("ping"))["type"] == "pong"
            await third.send("ping")
            assert (await third.until("error"))["code"] == "rate_limited"
    async with opened(owner) as again:
        assert (await again.answer("ping"))["type"] == "pong"


@keeps("sockets:slow-reader")
async def test_a_socket_that_stops_reading_is_let_go_and_the_others_hear_everything(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(sockets__unsent_bytes="65536", runs__output_characters="30000000")
    owner = await house.owner()
    session_id = await new_session(owner)
    vendor.next(Reply([said("first"), Stall(), *[said("x" * 50_000)] * 300, finish(), done()]))
    async with raw(owner, buffer=4096) as deaf, opened(owner, f"/ws/chat/{session_id}") as sock:
        command = json.dumps({"type": "subscribe", "session_id": session_id}).encode()
        await asyncio.get_running_loop().sock_sendall(deaf, masked(command))
        await sock.answer("message", prompt="much")
        vendor.release()
        await sock.until("done")
        assert "palaver_readers_let_go_total 1" in (await owner.call("GET", "/metrics")).body.decode()
    assert [one["seq"] for one in sock.events()] == list(range(1, len(sock.events()) + 1))
    assert sum(len(one["content"]) for one in sock.events() if one["type"] == "content") == 300 * 50_000 + 5


@keeps("sockets:slow-reader")
async def test_a_socket_that_speaks_and_does_not_read_is_let_go_after_a_while_however_little_waits_for_it(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(realtime__stuck="300ms", sockets__heartbeat="2s", sockets__messages_at_once="1000000")
    owner = await house.owner()
    session_id = await new_session(owner)
    vendor.next(Reply([*[said("x" * 50_000)] * 60, finish(), done()]))  # more than a connection holds, less than 4 MiB
    loop = asyncio.get_running_loop()
    async with raw(owner, buffer=4096) as deaf, opened(owner, f"/ws/chat/{session_id}") as sock:
        await loop.sock_sendall(deaf, masked(json.dumps({"type": "subscribe", "session_id": session_id}).encode()))
        await sock.answer("message", prompt="much")
        await sock.until("done")

        async def show_life() -> None:
            while (await sock.answer("ping"))["type"] == "pong":
                await loop.sock_sendall(deaf, masked(b"", 0x8A))

        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionError):
                await show_life()
        assert "palaver_readers_let_go_total 1" in (await owner.call("GET", "/metrics")).body.decode()


@keeps("sockets:slow-reader")
async def test_a_client_that_gives_no_sign_of_life_is_asked_and_let_go(open_house: Opening) -> None:
    house = await open_house(sockets__heartbeat="100ms")
    owner = await house.owner()
    async with raw(owner) as silent, opened(owner) as alive:
        assert b"\x89\x00" in await all_of(silent)  # a ping, and in the end the connection is gone
        assert (await alive.answer("ping"))["type"] == "pong"


@keeps("sockets:presence")
async def test_several_windows_are_one_presence_and_writing_has_a_deadline(open_house: Opening) -> None:
    house = await open_house(sockets__typing="200ms")
    owner = await house.owner()
    session_id = await new_session(owner)
    async with opened(owner, f"/ws/chat/{session_id}") as one:
        (user,) = (await one.until("presence"))["users"]
        async with opened(owner, f"/ws/chat/{session_id}") as two:
            assert (await two.until("presence"))["users"] == [user]
            await two.send("typing", on=True)
            assert (await one.until("typing"))["on"] is True
            assert (await one.until("typing"))["on"] is False  # nobody said so: it was too long ago
            await two.send("typing", on=True)
            assert (await one.until("typing"))["on"] is True
            await two.send("typing", on=False)
            told = await one.until("typing")
            assert (told["user_id"], told["on"]) == (user["user_id"], False)
        await one.answer("ping")
        assert [said["type"] for said in one.heard].count("presence") == 1
        assert (await one.answer("unsubscribe"))["type"] == "ack"
        assert (await one.answer("message", "m", prompt="hello"))["type"] == "ack"


@keeps("sockets:same-as-rest")
async def test_a_credential_that_is_taken_back_ends_its_sockets_and_a_deleted_session_its_own(
    open_house: Opening,
) -> None:
    house = await open_house(sockets__credentials="100ms")
    owner = await house.owner()
    session_id = await new_session(owner)
    key = await owner.post("/api/v1/api-keys", {"name": "soon gone"})
    ticket = (await house.person(key["key"]).post("/auth/ticket"))["ticket"]
    async with (
        opened(house.person(key["key"])) as by_key,
        opened(owner, f"{ANY}?ticket={ticket}", headers={}) as by_ticket,
        opened(owner, f"/ws/chat/{session_id}") as chat,
        opened(owner) as other,
    ):
        await other.answer("subscribe", session_id=session_id)
        assert (await owner.call("DELETE", f"/api/v1/api-keys/{key['id']}")).status == 204
        assert await by_key.closed() == 4401
        assert await by_ticket.closed() == 4401
        assert (await owner.call("DELETE", f"/sessions/{session_id}")).status == 204
        assert await chat.closed() == 4404
        assert (await other.until("unsubscribed"))["reason"] == "deleted"
        assert (await other.answer("ping"))["type"] == "pong"


async def test_what_waits_is_answered_and_what_runs_is_controlled_and_ended_over_a_socket(
    owner: Person, vendor: FakeVendor
) -> None:
    async with opened(owner) as sock:
        vendor.next(calls(bash("c1")), says("done"))
        ack = await sock.answer("message", "m1", prompt="go")
        session_id = ack["session_id"]
        await sock.until("waiting")
        answered = await sock.answer("answer", "a1", session_id=session_id, decision="approve")
        assert (answered["type"], answered["run_id"]) == ("ack", ack["run_id"])
        await sock.until("done")
        told = await sock.answer("control", "k1", session_id=session_id, permission_mode="plan")
        assert told["type"] == "ack"
        assert (await owner.get(f"/sessions/{session_id}"))["permission_mode"] == "plan"
        vendor.next(Reply([said("goats "), Stall(), said("two"), finish(), done()]))
        await sock.answer("message", "m2", prompt="go on", session_id=session_id)
        await sock.until("content")
        assert (await sock.answer("message", "m3", prompt="now", session_id=session_id))["code"] == "session_busy"
        assert (await sock.answer("interrupt", "i1", session_id=session_id))["type"] == "ack"
        ended = sock.heard[-1] if sock.heard[-1]["type"] == "done" else None
        ended = ended or next((one for one in sock.events() if one.get("finish_reason") == "interrupted"), None)
        assert (ended or await sock.until("done"))["finish_reason"] == "interrupted"


async def test_two_hundred_sockets_of_one_session_hear_every_event_once(owner: Person) -> None:
    session_id = await new_session(owner)
    async with AsyncExitStack() as stack:
        socks = await asyncio.gather(
            *(stack.enter_async_context(opened(owner, f"/ws/chat/{session_id}")) for _ in range(200))
        )
        for sock in socks:
            await sock.until("presence")
        ack = await socks[0].answer("message", prompt="hello")
        await asyncio.gather(*(sock.until("done") for sock in socks))
        whole = [event.data for event in await owner.whole(ack["run_id"])]
        assert all(sock.events() == whole for sock in socks)
