"""Ending the server while streams are open: soon, cleanly, and so that clients go on where they were."""

import asyncio
import signal

import pytest

from tests.journeys.house import House, Person
from tests.journeys.streams import assert_whole, joined, text_of
from tests.promises import keeps
from tests.vendor import FakeVendor

SOON = 5.0


@pytest.mark.timeout(60)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@keeps("service:ends-soon", "runs:watch:no-gap", "runs:kill:every-run-ends")
async def test_a_server_that_is_told_to_end_lets_streams_go_and_its_runs_go_on_after_a_restart(
    house: House, owner: Person, vendor: FakeVendor, number: signal.Signals
) -> None:
    loop = asyncio.get_running_loop()
    async with (
        owner.query("one", model="fake/fake-n40-d20") as one,
        owner.query("two", model="fake/fake-n50-p60000") as two,
    ):
        await one.until(lambda event: event.type == "content" and "part 3 " in event.data["content"])
        await two.until("run")
        async with owner.stream("GET", f"/sessions/{one.heard[0].data['session_id']}/events") as tab:
            await tab.until("content")
            began = loop.time()
            code = await house.end(number)
            took = loop.time() - began
            for stream in (one, two, tab):
                await stream.rest()  # an end, not a broken connection
    print(f"ended after {took:.2f} s")
    assert (code, took < SOON) == (0, True), took
    assert "Traceback" not in house.log.read_text()
    await vendor.heard[0].gone()
    await house.start()
    heard = [*one.heard, *await owner.whole(one.heard[0].run_id, one.heard[-1].seq)]
    assert_whole(heard)
    assert text_of(heard) == "".join(f"part {part} " for part in range(40))
    assert joined(heard) == joined(await owner.whole(one.heard[0].run_id))
    await owner.post(f"/runs/{two.heard[0].run_id}/cancel")
    assert_whole([*two.heard, *await owner.whole(two.heard[0].run_id, two.heard[-1].seq)])


@pytest.mark.timeout(60)
@keeps("service:ends-soon")
async def test_a_server_ends_soon_though_a_reader_does_not_read(house: House, owner: Person) -> None:
    async with owner.query("much", model="fake/fake-n3000-s2000") as stream:
        await stream.until("content")
        stream.reply.connection.transport.pause_reading()  # type: ignore[union-attr]
        await owner.until("/health/detailed", lambda _: True)
        began = asyncio.get_running_loop().time()
        code = await house.end()
        took = asyncio.get_running_loop().time() - began
    print(f"ended after {took:.2f} s")
    assert (code, took < SOON) == (0, True), took


@pytest.mark.timeout(60)
@keeps("service:ends-soon")
async def test_whoever_waits_for_a_single_answer_is_told_that_the_server_restarts(house: House, owner: Person) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(
            owner.call("POST", "/query/single", {"prompt": "x", "model": "fake/fake-n5-p60000"}, headers=KEY)
        )
        await owner.until("/health/detailed", _one_run)
        assert await house.end() == 0
        answer = await waiting
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    await house.start()
    (run,) = house.rows("select id from runs")
    await owner.post(f"/runs/{run[0]}/cancel")
    message = await owner.call("POST", "/query/single", {"prompt": "x", "model": "fake/fake-n5-p60000"}, headers=KEY)
    assert (message.status, message.json["status"]) == (200, "partial")


KEY = {"Idempotency-Key": "k"}


def _one_run(found: dict[str, list[dict[str, dict[str, int]]]]) -> bool:
    return found["checks"][-1]["detail"]["runs"] == 1
