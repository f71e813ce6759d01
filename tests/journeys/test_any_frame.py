"""Whatever is sent over a socket, each message is answered once, in order; the socket stays, and the server too."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.journeys.house import House, Person, houses
from tests.journeys.nursery import Nursery
from tests.journeys.sockets import Sock, opened
from tests.promises import keeps
from tests.vendor import FakeVendor

EXAMPLES = 100
REFUSALS = {"invalid", "not_found", "conflict", "session_busy", "forbidden", "model_unavailable", "payload_too_large"}

scalars = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20)
anything = some.recursive(
    scalars, lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4)
)
ids = some.sampled_from(["{session}", "{run}", "ses_none", "run_none", "\0", "x" * 64, "x" * 65, ""])
fields: dict[str, some.SearchStrategy[Any]] = {
    "client_id": some.text(min_size=1, max_size=4),
    "session_id": ids,
    "run_id": ids,
    "after": some.integers(-1, 1 << 60) | some.fixed_dictionaries({"run_id": ids, "seq": some.integers(-1, 1 << 60)}),
    "on": some.booleans(),
    "call_id": some.text(max_size=4),
    "decision": some.sampled_from(["approve", "reject", "answer", "maybe"]),
    "permission_mode": some.sampled_from(["default", "plan", "bypassPermissions", "nonsense"]),
    "model": some.sampled_from(["fake/fake-n5-d1", "nobody/nothing", ""]),
}
HERE = {"session_id": "{session}"}
RIGHT: list[dict[str, Any]] = [
    {"type": "ping"},
    {"type": "subscribe", **HERE},
    {"type": "subscribe", "after": {"run_id": "{run}", "seq": 2}, **HERE},
    {"type": "unsubscribe", **HERE},
    {"type": "interrupt", **HERE},
    {"type": "typing", "on": True, **HERE},
    {"type": "control", "permission_mode": "plan", **HERE},
    {"type": "answer", "decision": "approve", **HERE},
    {"type": "message", "client_id": "m", **HERE},  # without what every message has to say: a run is others' matter
    {"type": "nonsense"},
]
changes = some.fixed_dictionaries({}, optional={name: one | anything for name, one in fields.items()})
commands = some.tuples(some.sampled_from(RIGHT), changes | some.just({})).map(lambda one: one[0] | one[1])
said = (commands | commands | anything).map(json.dumps)
broken = some.tuples(said, some.integers(0, 40)).map(lambda one: one[0][: one[1]])
frames = some.lists(said | broken | some.text() | some.binary(), min_size=1, max_size=12)


class World(NamedTuple):
    """A server, a session in it with an answer, and somebody who never sends anything wrong."""

    runner: asyncio.Runner
    owner: Person
    names: dict[str, str]
    bystander: Sock

    async def sent(self, given: list[str | bytes]) -> None:
        """Each is answered, by an error or as what it is, before what comes behind it; then all goes on."""
        async with opened(self.owner) as sock:
            for number, frame in enumerate(given):
                await sock.connection.send(self._named(frame))
                await sock.send("ping", client_id=f"mark {number}")
                answers = await self._answers(sock, f"mark {number}")
                if not answers:  # the one command that wants no answer
                    assert isinstance(frame, str), frame
                    assert json.loads(frame)["type"] == "typing", frame
                    continue
                assert len(answers) == 1, (frame, answers)
                if answers[0]["type"] == "error":
                    assert answers[0]["code"] in REFUSALS, (frame, answers)
                    assert answers[0]["message"]
        assert (await self.bystander.answer("ping", "still"))["type"] == "pong"

    async def _answers(self, sock: Sock, mark: str) -> list[dict[str, Any]]:
        """What was answered before the mark."""
        before = len(sock.heard)
        await sock.until(lambda said: said.get("client_id") == mark)
        return [one for one in sock.heard[before:-1] if one["type"] in {"ack", "error", "pong"} and "seq" not in one]

    def _named(self, frame: str | bytes) -> str | bytes:
        if isinstance(frame, str):
            for name, value in self.names.items():
                frame = frame.replace(f"{{{name}}}", value)
        return frame


@pytest.fixture
def world(nursery: Nursery, tmp_path: Path) -> Iterator[World]:
    """Opened outside of any test's loop."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def begin() -> World:
            vendor = await stack.enter_async_context(FakeVendor())
            opening = await stack.enter_async_context(houses(nursery, tmp_path, vendor))
            house: House = await opening(sockets__messages_per_second="10000", sockets__messages_at_once="10000")
            owner = await house.owner()
            events = await owner.ask("hello")
            names = {"session": events[0].data["session_id"], "run": events[0].run_id}
            return World(runner, owner, names, await stack.enter_async_context(opened(owner)))

        try:
            yield runner.run(begin())
        finally:
            runner.run(stack.aclose())


@pytest.mark.timeout(300)  # what fails is made smaller for a while
@keeps("sockets:bad-frames")
def test_any_message_is_answered_and_its_socket_stays(world: World) -> None:

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(frames)
    def any_frames(given: list[str | bytes]) -> None:
        world.runner.run(world.sent(given))

    any_frames()
