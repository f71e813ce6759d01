"""Whatever stands in the body of a request of another protocol, it is answered or refused as that protocol has it.

A body that is right is changed at a few places. It is never our own fault (500), and what is refused leaves nothing.
"""

import asyncio
import copy
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.journeys.client_bodies import AG_UI, AI_SDK, CHAT, CONVERSATION, MESSAGES, MODEL, RESPONSES, VECTORS
from tests.journeys.house import House, Person, houses
from tests.journeys.nursery import Nursery
from tests.journeys.streams import PATIENCE
from tests.promises import keeps
from tests.vendor import FakeVendor

TABLES = ("sessions", "messages", "runs", "uploads", "threads")
EXAMPLES = 30  # of each protocol


class Protocol(NamedTuple):
    """Where a protocol is spoken, a body that is right, and how it tells errors."""

    path: str
    body: dict[str, Any]
    wrong: Callable[[Any], bool]
    named: str | None = None  # the field that names a chat, which is another one in each example


def of_openai(told: Any) -> bool:
    """An error as OpenAI's clients read it."""
    error = told["error"]
    return error.keys() == {"message", "type", "param", "code"} and bool(error["message"] and error["type"])


def of_anthropic(told: Any) -> bool:
    """An error as Anthropic's clients read it."""
    return told["type"] == "error" and bool(told["error"]["type"] and told["error"]["message"] and told["request_id"])


def plain(told: Any) -> bool:
    """An error as clients show it that have no shape for it."""
    return bool(told["code"] and told["message"] and told["request_id"])


PROTOCOLS = {
    "chat": Protocol("/v1/chat/completions", CHAT, of_openai),
    "responses": Protocol("/v1/responses", RESPONSES, of_openai),
    "conversations": Protocol("/v1/conversations", CONVERSATION, of_openai),
    "embeddings": Protocol("/v1/embeddings", VECTORS, of_openai),
    "messages": Protocol("/v1/messages", MESSAGES, of_anthropic),
    "counting": Protocol("/v1/messages/count_tokens", MESSAGES, of_anthropic),
    "ai_sdk": Protocol("/api/ai-sdk/chat", AI_SDK, plain, "id"),
    "ag_ui": Protocol("/ag-ui", AG_UI, plain, "threadId"),
}
COUNTED = ("model", "system", "messages", "tools", "tool_choice", "thinking", "output_config")

STRANGE: some.SearchStrategy[Any] = some.sampled_from(
    [
        None, True, False, 0, -1, 1, 2, 3, 10**30, -0.5, 1e308, "", " ", "x", "a\0b", "\ud800", "x" * 300,
        "ses_" + "0" * 32, "msg_" + "0" * 32, "fil_" + "0" * 32, "new:0", "new:9", "new:x", "nobody/nothing",
        "agent/nobody", "data:,x", "data:image/png;base64,", "data:text/plain;base64,%%%", "https://example.org/a b",
        "../../etc/passwd", '{"a": "\\u0000"}', '{"a": "\\ud800"}', '{"n": NaN}', "[" * 2_000, "text", "user",
        "assistant", "tool", "function", [], {}, [None], [[]], [{}], ["x"], {"type": "text"}, {"type": "nothing"},
        {"x": {}}, [{"type": "text", "text": "x"}],
    ]
)  # fmt: skip


class Change(NamedTuple):
    """What is done at one place of a body: the place by its number."""

    at: int
    how: str
    value: Any


CHANGES = some.lists(
    some.builds(Change, some.integers(0, 10_000), some.sampled_from(["put", "put", "leave", "add", "again"]), STRANGE),
    min_size=1,
    max_size=3,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a body: what holds it, and its key there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from places(inner)


def changed(body: dict[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """The body with its changes."""
    made = copy.deepcopy(body)
    for change in changes:
        found = list(places(made))
        if not found:
            break
        holder, key = found[change.at % len(found)]
        match change.how:
            case "put":
                holder[key] = change.value
            case "leave":
                del holder[key]
            case "add" if isinstance(holder, dict):
                holder["strange"] = change.value
            case _ if isinstance(holder, list):
                holder.insert(key, copy.deepcopy(holder[key]))
            case _:
                pass
    return made


class World(NamedTuple):
    """A server that all bodies share."""

    runner: asyncio.Runner
    house: House
    owner: Person

    def counted(self) -> tuple[int, ...]:
        """How much there is of what a request could store."""
        return tuple(self.house.count(table) for table in TABLES)

    async def settled(self) -> None:
        """Wait until no answer is under way."""
        async with asyncio.timeout(PATIENCE):
            while self.house.rows("select count(*) from runs where state not in ('over', 'waiting')")[0][0]:
                await self.owner.get("/health")

    async def sent(self, protocol: Protocol, body: Any) -> tuple[int, bytes]:
        """What comes of a body."""
        headers = {"Authorization": f"Bearer {self.owner.token}", "anthropic-version": "2023-06-01"}
        if protocol.wrong is not of_anthropic:
            del headers["anthropic-version"]
        data, url = json.dumps(body).encode(), f"{self.house.url}{protocol.path}"
        async with (
            asyncio.timeout(PATIENCE),
            self.owner.client.post(url, data=data, headers=headers | {"Content-Type": "application/json"}) as reply,
        ):
            return reply.status, await reply.read()

    def check(self, protocol: Protocol, body: Any) -> None:
        """Answered, or refused in the shape of the protocol, and then nothing is left of it."""
        self.runner.run(self.settled())
        before = self.counted()
        status, told = self.runner.run(self.sent(protocol, body))
        assert status < 500, told
        assert b'"internal"' not in told, told
        if status >= 400:
            assert protocol.wrong(json.loads(told)), told
            assert self.counted() == before, (status, told)


@pytest.fixture
def world(nursery: Nursery, tmp_path: Path) -> Iterator[World]:
    """A server, outside of any test's loop."""
    with asyncio.Runner() as runner:

        async def opened() -> tuple[FakeVendor, Any, House, Person]:
            vendor = await FakeVendor().__aenter__()
            opening = houses(nursery, tmp_path, vendor)
            house = await (await opening.__aenter__())()
            return vendor, opening, house, await house.owner()

        async def closed() -> None:
            await opening.__aexit__(None, None, None)
            await vendor.close()

        vendor, opening, house, owner = runner.run(opened())
        try:
            yield World(runner, house, owner)
        finally:
            runner.run(closed())


LATE: dict[str, list[dict[str, Any]]] = {  # what could be noticed only when the history stands in a session already
    "chat": [{"model": "nobody/nothing"}, {"tool_choice": {"type": "function", "function": {"name": "nobody"}}}],
    "responses": [{"model": "nobody/nothing"}, {"tools": [], "tool_choice": "required"}],
    "messages": [{"model": "nobody/nothing"}, {"model": "agent/nobody"}],
    "ai_sdk": [
        {"model": "nobody/nothing"},
        {"messages": [*AI_SDK["messages"], {"id": "x", "role": "user", "parts": []}]},
    ],
    "ag_ui": [
        {"forwardedProps": {"model": "nobody/nothing"}},
        {"forwardedProps": {"model": MODEL, "agent": "nobody"}},
        {"messages": [*AG_UI["messages"][-2:], {"id": "t2", "role": "tool", "toolCallId": "nobody", "content": "x"}]},
    ],
}


@keeps("surfaces:any-body")
def test_what_is_refused_late_leaves_neither_its_history_nor_its_documents(world: World) -> None:
    for name, wrongs in LATE.items():
        protocol = PROTOCOLS[name]
        for wrong in wrongs:
            before = world.counted()
            status, told = world.runner.run(world.sent(protocol, protocol.body | wrong))
            assert (status in {400, 404}, protocol.wrong(json.loads(told))) == (True, True), (name, wrong, status, told)
            assert world.counted() == before, (name, wrong, told)


@pytest.mark.timeout(400)  # what fails is made smaller for a while
@pytest.mark.parametrize("name", PROTOCOLS)
@keeps("surfaces:any-body")
def test_any_body_is_answered_or_refused_as_its_protocol_has_it(world: World, name: str) -> None:
    protocol = PROTOCOLS[name]
    body = {key: protocol.body[key] for key in COUNTED} if name == "counting" else protocol.body
    number = iter(range(1_000_000))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(CHANGES)
    def any_body(changes: list[Change]) -> None:
        fresh = body | ({protocol.named: f"{name}-{next(number)}"} if protocol.named else {})
        world.check(protocol, changed(fresh, changes))

    world.check(protocol, body)
    any_body()
