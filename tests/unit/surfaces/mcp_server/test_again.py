"""What was told in a session of the MCP server is told again: the rest of one answer, each event once, in bounds."""

import asyncio

import anyio
import pytest

from palaver.core.errors import NotFound
from palaver.surfaces.mcp_server.again import Again

pytestmark = pytest.mark.timeout(10)


async def _told(again: Again, name: str) -> list[str]:
    return [event.decode().splitlines()[2].removeprefix("data: ") async for event in again.after(name)]


async def test_a_reader_hears_the_rest_of_its_own_answer_and_of_no_other() -> None:
    again = Again()
    mine = again.keep("1", b"", last=False)
    for number in range(3):
        again.keep("1", b"mine %d" % number, last=False)
        again.keep("2", b"other %d" % number, last=False)
    again.keep("2", b"other answer", last=True)
    again.keep("1", b"answer", last=True)
    assert await _told(again, mine) == ["mine 0", "mine 1", "mine 2", "answer"]


async def test_what_comes_while_a_reader_reads_is_heard_once_and_in_order() -> None:
    again = Again()
    name = again.keep("1", b"first", last=False)
    heard: list[str] = []

    async def read() -> None:
        heard.extend(await _told(again, name))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(read())
        for number in range(100):
            again.keep("1", b"%d" % number, last=number == 99)
            if number % 7 == 0:
                await anyio.wait_all_tasks_blocked()
    assert heard == [str(number) for number in range(100)]


async def test_a_request_of_the_same_number_is_another_stream() -> None:
    again = Again()
    first = again.keep("1", b"", last=False)
    again.keep("1", b"old", last=True)
    second = again.keep("1", b"", last=False)
    again.keep("1", b"new", last=True)
    assert await _told(again, first) == ["old"]
    assert await _told(again, second) == ["new"]


async def test_the_oldest_is_dropped_and_what_is_gone_is_not_there() -> None:
    again = Again(most=100)
    first = again.keep("1", b"", last=False)
    again.keep("1", b"x" * 60, last=True)
    second = again.keep("2", b"", last=False)
    again.keep("2", b"y" * 60, last=True)
    assert await _told(again, second) == ["y" * 60]
    for name in (first, "9-9", "", "1", "1-x", "-1-1", "1-²", "1" * 50 + "-1", "2-99"):
        with pytest.raises(NotFound):
            again.after(name)


async def test_the_end_of_the_session_ends_its_readers() -> None:
    again = Again()
    name = again.keep("1", b"", last=False)
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(_told(again, name))
        await anyio.wait_all_tasks_blocked()
        again.end()
    assert reading.result() == []
