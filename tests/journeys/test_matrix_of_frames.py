"""Every frame of a socket, sent by those who have no business there: a new one cannot be forgotten."""

from typing import Any, get_args

import pytest

from palaver.realtime.frames import Bound, FreeKind
from tests.journeys.accounts import worthless
from tests.journeys.house import House, Person
from tests.journeys.rooms import Room, opened_room
from tests.journeys.sockets import ANY, Sock, opened
from tests.journeys.test_matrix import kept
from tests.promises import keeps

KINDS = {*(str(one.__struct_config__.tag) for one in get_args(Bound)), *get_args(FreeKind)}

# What each says beside its session, as somebody who may would say it.
SAID: dict[str, dict[str, Any]] = {
    "subscribe": {},
    "unsubscribe": {},
    "interrupt": {},
    "typing": {"on": True},
    "ping": {},
    "answer": {"decision": "reject"},
    "control": {"permission_mode": "plan"},
    "message": {"prompt": "hello", "model": "fake/fake-n2-d1"},  # after those that concern a turn under way
}
# Who × frame → the error's code, or the type of the answer where it is done.
GONE = dict.fromkeys(SAID, "not_found") | {"ping": "pong"}
MAY: dict[str, dict[str, str]] = {
    "stranger": GONE,
    "administrator": GONE,
    "removed": GONE,
    "viewer": dict.fromkeys(SAID, "forbidden") | {"subscribe": "ack", "unsubscribe": "ack", "ping": "pong"},
    "a key that reads": dict.fromkeys(SAID, "forbidden") | {"subscribe": "ack", "unsubscribe": "ack", "ping": "pong"},
    "owner": dict.fromkeys(SAID, "ack") | {"ping": "pong", "answer": "not_found"},
}
LAST = "unsubscribe"  # what was subscribed to has to be heard until the others were tried


def test_every_frame_has_a_place_in_the_table() -> None:
    assert SAID.keys() == KINDS
    assert all(row.keys() == KINDS for row in MAY.values())


@keeps("identity:matrix")
async def test_a_frame_does_what_its_sender_may_and_says_nothing_of_what_they_may_not_see(
    house: House, owner: Person
) -> None:
    room = await opened_room(house)
    people = await everybody(room, owner)
    before = kept(house, room["owner"])
    for who in (name for name in MAY if name != "owner"):
        async with opened(people[who]) as sock:
            assert (who, await told(sock, room.session_id)) == (who, MAY[who])
            assert who in {"viewer", "a key that reads"} or "the first words" not in str(sock.heard)
    assert kept(house, room["owner"]) == before
    async with opened(people["owner"]) as sock:
        assert await told(sock, room.session_id) == MAY["owner"]


@keeps("identity:matrix")
@pytest.mark.parametrize("who", ["stranger", "administrator", "removed"])
async def test_what_a_frame_says_about_somebody_elses_session_it_says_about_none(
    house: House, owner: Person, who: str
) -> None:
    room = await opened_room(house)
    people = await everybody(room, owner)
    async with opened(people[who]) as sock:
        theirs = [await said(sock, kind, room.session_id) for kind in SAID]
        nobodys = [await said(sock, kind, "ses_" + "0" * 32) for kind in SAID]
    assert [_plain(one) for one in theirs] == [_plain(one) for one in nobodys]


@keeps("identity:matrix")
async def test_no_socket_opens_without_a_credential_that_holds_and_is_wide_enough(house: House) -> None:
    room = await opened_room(house)
    ada = room["owner"]
    narrow = await ada.post("/api-keys", {"name": "z", "scopes": ["models:read"]})
    wrong = await worthless(house, ada)
    for path in (ANY, f"/ws/chat/{room.session_id}"):
        for why, token in (wrong | {"a narrow key": narrow["key"]}).items():
            async with opened(Person(ada.client, ada.url, token), path) as sock:
                assert (path, why, await sock.closed()) == (path, why, 4401 if why in wrong else 4403)
                assert all(one["type"] == "error" for one in sock.heard)


async def everybody(room: Room, administrator: Person) -> dict[str, Person]:
    """Those of the room, and who else has a row in the table."""
    ada = room["owner"]
    key = await ada.post("/api-keys", {"name": "reads", "scopes": ["runs:read", "sessions:read"]})
    return room.people | {"administrator": administrator, "a key that reads": Person(ada.client, ada.url, key["key"])}


async def told(sock: Sock, session_id: str) -> dict[str, str]:
    """What each frame comes to."""
    kinds = sorted(SAID, key=lambda kind: (kind == LAST, kind != "subscribe"))
    answers = {kind: await said(sock, kind, session_id) for kind in kinds}
    return {kind: answer.get("code") or answer["type"] for kind, answer in answers.items()}


async def said(sock: Sock, kind: str, session_id: str) -> dict[str, Any]:
    """The answer to one frame."""
    return await sock.answer(kind, f"{kind} {session_id}", session_id=session_id, **SAID[kind])


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in {"client_id", "session_id", "request_id"}}
