"""Two hundred turns with a model of a small window, which refuses what does not fit by its own count."""

import asyncio
import re
from typing import Any

import pytest

from tests.journeys.house import Opening, Person
from tests.journeys.test_compaction import FACT, SMALL, WINDOW
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Reply, failure, stream
from tests.vendor.tokens import asked, tokens

pytestmark = pytest.mark.timeout(180)

TURNS, PLANTED = 200, 3
PROSE = "Tell me about trees, villages and the people who meet there. " * 7
SWAHILI = "Niambie kuhusu miti, vijiji na watu wanaokutana chini ya mti mkubwa wa mbuyu. " * 6
CODE = 'for (let i = 0; i < rows.length; i++) { total += rows[i]["price"] * 1.18; }\n' * 9
CODE_OF_DOOR = re.compile(r"code of the door is (\d+)")
FREE = {"max_tokens", "max_completion_tokens"}


class Small:
    """A model that counts, refuses what is over its window, and answers only from what it is told."""

    def __init__(self) -> None:
        self.refused: list[int] = []
        self.spent = {"input_tokens": 0, "output_tokens": 0}
        self.turns: list[Any] = []
        self.answers = 0

    def __call__(self, body: dict[str, Any]) -> Reply:
        count = asked(body) + max((body[name] for name in FREE if body.get(name)), default=0)
        if count > WINDOW:
            self.refused.append(count)
            return failure(400, {"code": "context_length_exceeded"})
        text = self.said(body)
        usage = {"prompt_tokens": asked(body), "completion_tokens": tokens(text)}
        self.spent["input_tokens"] += usage["prompt_tokens"]
        self.spent["output_tokens"] += usage["completion_tokens"]
        return stream(text, usage=usage | {"total_tokens": sum(usage.values())})

    def said(self, body: dict[str, Any]) -> str:
        told = str(body["messages"])
        if "You sum up" in told:
            return f"They talked. {FACT}" if CODE_OF_DOOR.search(told) else "They talked."
        if "You compare" in told:
            return "OK"
        self.turns.append(body["messages"])
        self.answers += 1
        found = CODE_OF_DOOR.search(told)
        door = f"The door opens with {found[1]}. " if found else ""
        return f"Answer {self.answers}. {door}" + "Trees give shade to those who talk. " * 6


def prompt(number: int) -> str:
    about = CODE if number % 7 == 0 else SWAHILI if number % 5 == 0 else PROSE
    return f"Turn {number}. {FACT if number == PLANTED else ''} {about}"


async def everything(owner: Person, session: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": 200}
    while True:
        page = await owner.get(f"/sessions/{session}/messages", params=params)
        found += page["items"]
        if not page["next_cursor"]:
            return found
        params["cursor"] = page["next_cursor"]


def texts(told: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["role"], one["content"]) for one in told]


@keeps("context:long", "context:fits", "context:compaction", "context:usage")
async def test_two_hundred_turns_fit_a_small_window_and_the_third_one_is_not_forgotten(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(SMALL)).owner()
    vendor.always = small = Small()
    session: str | None = None
    runs: list[str] = []
    for number in range(1, TURNS + 1):
        more = {"session_id": session} if session else {}
        events = await owner.ask(prompt(number), model="fake/small", **more)
        assert events[-1].data["finish_reason"] == "stop"
        session = events[0].data["session_id"]
        runs.append(events[0].run_id)
    assert session is not None
    assert small.refused == []

    whole = await everything(owner, session)
    said = [(one["role"], one["text"]) for one in whole if one["role"] != "system"]
    assert [text for role, text in said if role == "user"] == [prompt(number) for number in range(1, TURNS + 1)]
    assert len(small.turns) == TURNS
    summaries = [one for one in whole if one["role"] == "system"]
    assert len(summaries) >= 5
    assert (await owner.get(f"/sessions/{session}/summaries"))["items"] == summaries
    for number, told in enumerate(small.turns, 1):
        # The question, and whole before it the last two exchanges, word for word.
        heard = [one for one in texts(told) if one[0] != "system"]
        assert heard[-5:] == said[max(0, 2 * number - 6) : 2 * number - 1], number
        assert number <= PLANTED or "The door opens with 4711" in said[2 * number - 1][1]
    told = small.turns[-1]
    assert prompt(PLANTED) not in str(told)
    assert FACT in told[0]["content"]
    assert told[0]["role"] == "system"

    await assert_all_adds_up(owner, session, runs, whole, small.spent)


async def assert_all_adds_up(
    owner: Person, session: str, runs: list[str], whole: list[dict[str, Any]], spent: dict[str, int]
) -> None:
    """What the vendor counted is what every message says, and together what runs, session, person and day say."""
    price = spent["input_tokens"] * 1e-6 + spent["output_tokens"] * 2e-6
    kept = await owner.get(f"/sessions/{session}")
    of_messages = [one["usage"] for one in whole if one["usage"]]
    of_runs = [(await owner.get(f"/runs/{one}"))["usage"] for one in runs]
    of_summaries = [one["usage"] for one in whole if one["role"] == "system"]
    for parts in (of_messages, of_runs + of_summaries):
        assert {name: sum(one[name] for one in parts) for name in spent} == spent
        assert sum(one["cost_usd"] for one in parts) == pytest.approx(price)
    assert {name: kept["usage"][name] for name in spent} == spent
    assert kept["cost"] == pytest.approx(price)
    for by in ("day", "model", "session"):
        report = await owner.get(f"/usage?by={by}")
        assert {name: report["total"][name] for name in spent} == spent, by
        assert {name: sum(one["used"][name] for one in report["items"]) for name in spent} == spent
        assert report["total"]["cost_usd"] == pytest.approx(price)
    stats = await owner.get("/stats")
    assert {name: stats[name] for name in spent} == spent


@keeps("context:usage")
async def test_tokens_of_many_turns_at_once_are_counted_each_once(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(SMALL)).owner()
    vendor.always = small = Small()
    sessions = [(await owner.post("/sessions", {"model": "fake/small"}))["id"] for _ in range(4)]
    bodies = [{"prompt": "Why?", "session_id": one, "when_busy": "queue"} for one in sessions for _ in range(6)]
    await asyncio.gather(*(owner.post("/query/single", body) for body in bodies))
    kept = [await owner.get(f"/sessions/{one}") for one in sessions]
    assert [one["turn_count"] for one in kept] == [6] * 4
    assert {name: sum(one["usage"][name] for one in kept) for name in small.spent} == small.spent
    for by in ("day", "model", "session"):
        report = await owner.get(f"/usage?by={by}")
        assert {name: report["total"][name] for name in small.spent} == small.spent
        assert report["total"]["answers"] == len(bodies)
    for one in kept:
        of_messages = [message["usage"] for message in await owner.messages(one["id"]) if message["usage"]]
        assert sum(used["input_tokens"] for used in of_messages) == one["usage"]["input_tokens"]
