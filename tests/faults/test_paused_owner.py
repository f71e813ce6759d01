"""A process that was paused past its lease while another one took its runs over: it must not write a word more."""

import asyncio
import os
import signal

import pytest

from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import PATIENCE, Event, Stream, assert_whole, joined, text_of
from tests.promises import keeps
from tests.vendor import FakeVendor

LEASE = "600ms"
ANSWER = "".join(f"part {number} " for number in range(60))


async def heard_until_let_go(stream: Stream) -> list[Event]:
    async with asyncio.timeout(PATIENCE):
        return await stream.rest()


@pytest.mark.timeout(90)
@keeps("runs:one-driver", "runs:kill:every-run-ends")
async def test_an_owner_that_wakes_up_after_its_lease_writes_nothing_more(
    open_house: Opening, vendor: FakeVendor
) -> None:
    first = await open_house(runs__lease=LEASE)
    owner = await first.owner()
    async with (
        asyncio.TaskGroup() as group,
        owner.query("one", model="fake/fake-n60-d20") as one,
        owner.query("two", model="fake/fake-n60-d20") as two,
        owner.query("silent", model="fake/fake-n50-w2") as silent,
    ):
        for stream in (one, two, silent):
            await stream.until(lambda event: event.type == "content" and "part 1 " in event.data["content"])
        os.kill(first.pid, signal.SIGSTOP)
        second = await open_house(runs__lease=LEASE)
        elsewhere = Person(owner.client, second.url, owner.token)
        run_ids = [stream.heard[0].run_id for stream in (one, two, silent)]
        for run_id in run_ids:
            await _restarted(elsewhere, run_id)
        os.kill(first.pid, signal.SIGCONT)
        await owner.post(f"/runs/{run_ids[2]}/cancel")  # it believes that this run is still its own
        await heard_until_let_go(silent)
        left = [group.create_task(heard_until_let_go(stream)) for stream in (one, two)]
        ended = [await elsewhere.whole(run_id) for run_id in run_ids[:2]]
        heard = [await reader for reader in left]
        assert_whole(await elsewhere.whole(run_ids[2]))
        vendor.release()
    for whole, before in zip(ended, heard, strict=True):
        assert_whole(whole)
        assert text_of(whole) == ANSWER
        assert [event.type for event in whole].count("step_restarted") == 1
        assert joined(whole).startswith(joined(before))
    # Its new owner ended it: what was asked of the old one was noted, and not done there.
    assert second.rows("select finish_reason from runs where id = ?", run_ids[2]) == [("interrupted",)]
    assert second.count("messages") == 6
    assert second.rows("select count(*) from runs where state != 'over'") == [(0,)]
    for run_id, whole in zip(run_ids, ended, strict=False):
        assert joined(await owner.whole(run_id)) == joined(whole)


async def _restarted(person: Person, run_id: str) -> None:
    async with person.follow(run_id) as stream:
        await stream.until("step_restarted")


@keeps("runs:one-driver")
async def test_a_server_that_gave_its_lease_up_leaves_its_runs_to_the_next_at_once(
    open_house: Opening,
) -> None:
    first = await open_house()
    owner = await first.owner()
    async with owner.query("one", model="fake/fake-n30-d10") as stream:
        run_id = (await stream.until("content")).run_id
        await first.end()
    second: House = await open_house()
    assert_whole(await Person(owner.client, second.url, owner.token).whole(run_id))
