"""A mailbox never makes its writer wait; a reader that is too slow is let go."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.kit.streams import Closed, Lagged, Mailbox


def weighing(weight: int) -> Callable[[], int]:
    return lambda: weight


async def test_the_reader_gets_everything_that_is_there_at_once_and_in_order() -> None:
    mailbox: Mailbox[int] = Mailbox(10)
    for item in (1, 2, 3):
        mailbox.offer(item)
    assert await mailbox.take() == [1, 2, 3]
    mailbox.offer(4)
    assert await mailbox.take() == [4]


async def test_a_waiting_reader_wakes_for_the_next_item() -> None:
    mailbox: Mailbox[int] = Mailbox(10)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        taken = tasks.create_task(mailbox.take())
        asyncio.get_running_loop().call_soon(mailbox.offer, 1)
    assert taken.result() == [1]


async def test_what_has_no_room_lets_the_reader_go_and_says_so() -> None:
    mailbox: Mailbox[str] = Mailbox(10)
    let_go: list[str] = []
    mailbox.lagging = lambda: let_go.append("now")
    mailbox.offer("a", weighing(6))
    mailbox.offer("b", weighing(4))
    assert let_go == []
    mailbox.offer("c", weighing(1))
    mailbox.offer("d", weighing(1))
    assert let_go == ["now"]
    for _ in range(2):
        with pytest.raises(Lagged):
            await mailbox.take()


async def test_one_item_that_is_larger_than_the_mailbox_still_finds_room_in_an_empty_one() -> None:
    mailbox: Mailbox[str] = Mailbox(10)
    mailbox.offer("large", weighing(11))
    assert await mailbox.take() == ["large"]
    mailbox.offer("again", weighing(10))
    assert await mailbox.take() == ["again"]


async def test_what_is_taken_at_once_does_not_go_through_the_mailbox_and_overtakes_nothing() -> None:
    mailbox: Mailbox[str] = Mailbox(10)
    past: list[str] = []

    def take(item: str) -> bool:
        past.append(item)
        return item != "refused"

    mailbox.at_once = take
    for item in ("first", "refused", "behind it"):
        mailbox.offer(item)
    assert past == ["first", "refused"]
    assert await mailbox.take() == ["refused", "behind it"]


async def test_a_closed_mailbox_gives_what_is_there_and_takes_nothing_more() -> None:
    mailbox: Mailbox[int] = Mailbox(10)
    mailbox.offer(1)
    mailbox.end()
    mailbox.offer(2)
    assert await mailbox.take() == [1]
    with pytest.raises(Closed):
        await mailbox.take()


async def test_closing_wakes_a_waiting_reader() -> None:
    mailbox: Mailbox[int] = Mailbox(10)
    asyncio.get_running_loop().call_soon(mailbox.end)
    async with asyncio.timeout(5):
        with pytest.raises(Closed):
            await mailbox.take()


async def test_the_first_end_is_the_end() -> None:
    mailbox: Mailbox[int] = Mailbox(1)
    mailbox.end()
    mailbox.end(Lagged)
    with pytest.raises(Closed):
        await mailbox.take()


async def test_a_reader_that_stops_waiting_may_wait_again() -> None:
    mailbox: Mailbox[int] = Mailbox(10)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await mailbox.take()
    mailbox.offer(1)
    assert await mailbox.take() == [1]


@given(some.lists(some.tuples(some.integers(0, 8), some.booleans()), max_size=30))
def test_a_reader_gets_every_item_once_and_in_order_or_is_let_go(offers: list[tuple[int, bool]]) -> None:
    asyncio.run(_read(offers))


async def _read(offers: list[tuple[int, bool]]) -> None:
    mailbox: Mailbox[int] = Mailbox(10)
    taken: list[int] = []
    waiting = 0
    for number, (weight, reads) in enumerate(offers):
        overflows = waiting + weight > 10 and len(taken) < number
        mailbox.offer(number, weighing(weight))
        if overflows:
            with pytest.raises(Lagged):
                await mailbox.take()
            return
        waiting += weight
        if reads:
            taken += await mailbox.take()
            assert taken == list(range(number + 1))
            waiting = 0
