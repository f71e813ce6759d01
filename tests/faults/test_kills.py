"""Killing the server, again and again, while twenty runs are under way; nothing that anybody heard may be untrue."""

import asyncio
import random
from dataclasses import dataclass, field

import aiohttp
import pytest

from tests.journeys.house import House, Person
from tests.journeys.streams import PATIENCE, Event, assert_whole, joined, text_of
from tests.promises import keeps

KILLS = 50
LIVE = 20
CHUNKS = 40
MODEL = f"fake/fake-n{CHUNKS}-d10"
ANSWER = "".join(f"part {number} " for number in range(CHUNKS))
LOST = (aiohttp.ClientError, ConnectionError)


@dataclass
class Turn:
    """One question, and what its readers have heard of the answer over all lives of the server."""

    prompt: str
    run_id: str = ""
    session_id: str = ""
    heard: dict[int, bytes] = field(default_factory=dict)
    over: bool = False

    def hear(self, event: Event) -> None:
        """No two lives of the server may tell different things under one number."""
        assert self.heard.setdefault(event.seq, event.raw) == event.raw
        self.over = self.over or event.type == "done"


class Crowd:
    """People who ask, listen, and come back after every kill with the last number they have."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person = person
        self.chance = random.Random(seed)
        self.turns: list[Turn] = []
        self.events = 0
        self._enough = asyncio.Event()
        self._kill_at = 0

    async def live_through(self, house: House) -> None:
        """One life of the server: all listen, and ask anew where a turn is over; then it is killed."""
        self._enough.clear()
        self._kill_at = self.events + self.chance.randrange(0, 600)
        async with asyncio.TaskGroup() as group:
            readers = [group.create_task(self._listen(turn)) for turn in self._under_way()]
            async with asyncio.timeout(PATIENCE):
                await self._enough.wait()
            await house.kill()
            for reader in readers:
                reader.cancel()

    async def see_the_end(self) -> None:
        """Listen until every turn is over."""
        async with asyncio.TaskGroup() as group:
            for turn in self._under_way(ask=False):
                group.create_task(self._listen(turn))

    def _under_way(self, *, ask: bool = True) -> list[Turn]:
        turns = [turn for turn in self.turns if not turn.over]
        if ask:
            new = [Turn(f"question {len(self.turns) + number}") for number in range(LIVE - len(turns))]
            self.turns += new
            turns += new
        return turns

    async def _listen(self, turn: Turn) -> None:
        try:
            if not turn.run_id:
                await self._ask(turn)
            async with self.person.follow(turn.run_id, max(turn.heard, default=0)) as stream:
                async for event in stream:
                    turn.hear(event)
                    self._heard_one()
        except LOST:
            return  # the server was killed; the next life goes on from the last number

    async def _ask(self, turn: Turn) -> None:
        """The question may have been taken though its answer was lost: the key says that it is the same question."""
        headers = {"Idempotency-Key": turn.prompt}
        query = self.person.stream("POST", "/query", json={"prompt": turn.prompt, "model": MODEL}, headers=headers)
        async with query as stream:
            async for event in stream:
                turn.run_id, turn.session_id = event.run_id, event.data["session_id"]
                turn.hear(event)
                self._heard_one()

    def _heard_one(self) -> None:
        self.events += 1
        if self.events >= self._kill_at or all(turn.over for turn in self.turns):
            self._enough.set()


@pytest.mark.timeout(240)
@keeps("runs:kill:nothing-lost", "runs:kill:every-run-ends", "runs:idempotent", "runs:order")
async def test_fifty_kills_with_twenty_live_runs_lose_double_and_change_nothing(house: House) -> None:
    person = await house.owner()
    crowd = Crowd(person, seed=20261121)
    for _ in range(KILLS):
        await crowd.live_through(house)
        await house.start()
    await crowd.see_the_end()
    assert len(crowd.turns) > LIVE
    restarts = 0
    for turn in crowd.turns:
        assert turn.over, turn
        whole = await person.whole(turn.run_id)
        assert_whole(whole)
        assert {event.seq: event.raw for event in whole} == turn.heard
        assert text_of(whole) == ANSWER
        restarts += [event.type for event in whole].count("step_restarted")
        question, answer = await person.messages(turn.session_id)
        assert (question["text"], answer["text"], answer["status"]) == (turn.prompt, ANSWER, "complete")
        assert whole[-2].data["message"]["id"] == answer["id"]
    assert restarts >= KILLS
    assert house.count("runs") == house.count("sessions") == len(crowd.turns)
    assert house.count("messages") == 2 * len(crowd.turns)
    assert house.rows("select count(*) from runs where state != 'over'") == [(0,)]


@keeps("runs:kill:every-run-ends", "runs:busy")
async def test_turns_that_wait_are_taken_in_their_order_after_a_kill(house: House) -> None:
    person = await house.owner()
    async with person.query("first", model="fake/fake-n30-d10") as stream:
        session_id = (await stream.until("content")).data["session_id"]
        waiting = [
            await person.post(f"/sessions/{session_id}/messages", {"prompt": prompt, "when_busy": "queue"})
            for prompt in ("second", "third")
        ]
        assert [run["status"] for run in waiting] == ["queued", "queued"]
        await house.kill()
    await house.start()
    for run in waiting:
        assert_whole(await person.whole(run["id"]))
    said = [message["text"] for message in await person.messages(session_id)]
    assert said[::2] == ["first", "second", "third"]
    assert len(said) == 6


@keeps("runs:kill:nothing-lost")
async def test_a_killed_server_keeps_what_was_said_before_a_cancel_that_it_could_not_finish(house: House) -> None:
    person = await house.owner()
    async with person.query("tell me", model="fake/fake-n50-w3") as stream:
        event = await stream.until(lambda event: event.type == "content" and "part 2" in event.data["content"])
    heard = joined(stream.heard)
    await house.kill()
    with house.writing() as link:  # as if the process had died between the cancel's commit and the end of the run
        link.execute("update runs set cancel = 'user' where id = ?", (event.run_id,))
    await house.start()
    whole = await person.whole(event.run_id)
    assert_whole(whole)
    assert joined(whole).startswith(heard)
    assert whole[-2].data["message"]["text"] == "part 0 part 1 part 2 "
    assert whole[-1].data["finish_reason"] == "interrupted"
