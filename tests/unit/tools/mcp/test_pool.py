"""The pool of MCP servers: nobody shares an instance, nobody waits for ever, nothing is left over."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest

from palaver.tools.mcp.crew import Crew, ServerAway
from tests.unit.tools.mcp.fakes import FakeLink, Stand, until


@asynccontextmanager
async def standing(**settings: object) -> AsyncGenerator[Stand]:
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        stand = Stand(tasks, **settings)
        try:
            yield stand
        finally:
            stand.may_start.set()
            await stand.pool.close()
    assert stand.opened == stand.closed


async def use(stand: Stand, *crews: Crew, gate: asyncio.Event | None = None) -> None:
    async with stand.pool.lent(*crews) as links:
        for link in links:
            assert isinstance(link, FakeLink)
            link.users += 1
            assert link.users == 1
        await (gate.wait() if gate else asyncio.to_thread(lambda: None))
        for link in links:
            link.users -= 1  # type: ignore[attr-defined]


async def test_a_hundred_calls_share_three_instances_one_at_a_time() -> None:
    async with standing() as stand:
        crew = stand.crew()
        async with asyncio.TaskGroup() as calls:
            for _ in range(100):
                calls.create_task(use(stand, crew))
        assert stand.opened == 3
        assert (len(crew.free), len(crew.lent), len(crew.waiting)) == (3, 0, 0)


async def test_calls_one_after_another_meet_the_same_instance() -> None:
    async with standing() as stand:
        crew = stand.crew()
        for _ in range(5):
            await use(stand, crew)
        assert stand.opened == 1


async def test_whoever_waits_too_long_is_told() -> None:
    async with standing(lend_deadline=timedelta(seconds=0.05)) as stand:
        crew, gate = stand.crew(most=1), asyncio.Event()
        async with asyncio.TaskGroup() as calls:
            calls.create_task(use(stand, crew, gate=gate))
            await until(lambda: crew.lent)
            with pytest.raises(ServerAway, match="free in time"):
                await use(stand, crew)
            gate.set()
        await use(stand, crew)


async def test_cancelling_one_who_waits_loses_no_instance() -> None:
    async with standing() as stand:
        crew, gate = stand.crew(most=1), asyncio.Event()
        async with asyncio.TaskGroup() as calls:
            calls.create_task(use(stand, crew, gate=gate))
            await until(lambda: crew.lent)
            waiting = calls.create_task(use(stand, crew))
            await until(lambda: crew.waiting)
            gate.set()
            waiting.cancel()
        await until(lambda: crew.free)
        await use(stand, crew)


async def test_cancelling_one_who_was_just_given_an_instance_loses_none() -> None:
    async with standing() as stand:
        crew = stand.crew(most=1)
        async with asyncio.TaskGroup() as calls:
            async with stand.pool.lent(crew):
                waiting = calls.create_task(use(stand, crew))
                await until(lambda: crew.waiting)
            assert crew.lent  # it is the other's now, who does not know it yet
            waiting.cancel()
        assert (len(crew.free), len(crew.lent)) == (1, 0)


async def test_an_instance_that_dies_is_rebuilt_for_those_who_wait() -> None:
    async with standing() as stand:
        crew, gate = stand.crew(most=1), asyncio.Event()
        async with asyncio.TaskGroup() as calls:
            calls.create_task(use(stand, crew, gate=gate))
            await until(lambda: crew.lent)
            waiting = calls.create_task(use(stand, crew))
            await until(lambda: crew.waiting)
            stand.links[0].ended.set()
            await waiting
            gate.set()
        assert (stand.opened, crew.restarts, crew.total) == (2, 1, 1)


async def test_an_instance_that_died_unused_is_never_lent() -> None:
    async with standing() as stand:
        crew = stand.crew()
        await use(stand, crew)
        stand.links[0].ended.set()
        await use(stand, crew)
        assert stand.opened == 2


async def test_a_server_that_fails_rests_longer_each_time_and_then_is_tried_again() -> None:
    async with standing() as stand:
        crew = stand.crew()
        stand.failing = True
        with pytest.raises(ServerAway, match="broken"):
            await use(stand, crew)
        stand.failing = False
        with pytest.raises(ServerAway, match="broken"):
            await use(stand, crew)  # it rests
        assert stand.opened == 0
        stand.clock.advance(timedelta(seconds=1.1))
        await use(stand, crew)
        assert (stand.opened, crew.error, crew.failures) == (1, None, 0)


async def test_rests_grow_to_a_bound() -> None:
    async with standing(longest_rest=timedelta(seconds=10)) as stand:
        crew = stand.crew()
        stand.failing = True
        rests: list[float] = []
        for _ in range(6):
            with pytest.raises(ServerAway):
                await use(stand, crew)
            assert crew.retry_at is not None
            rests.append((crew.retry_at - stand.clock.now()).total_seconds())
            stand.clock.advance(timedelta(seconds=11))
        assert rests == [1, 2, 4, 8, 10, 10]


async def test_all_who_wait_for_a_server_that_does_not_start_are_told() -> None:
    async with standing() as stand:
        crew = stand.crew()
        stand.failing = True
        stand.may_start.clear()
        results: list[BaseException] = []

        async def tell() -> None:
            try:
                await use(stand, crew)
            except ServerAway as error:
                results.append(error)

        async with asyncio.TaskGroup() as calls:
            for _ in range(10):
                calls.create_task(tell())
            await until(lambda: len(crew.waiting) == 10)
            stand.may_start.set()
        assert len(results) == 10


async def test_several_servers_are_lent_together_or_not_at_all() -> None:
    async with standing(lend_deadline=timedelta(seconds=0.05)) as stand:
        one, other, gate = stand.crew("a", most=1), stand.crew("b", most=1), asyncio.Event()
        async with asyncio.TaskGroup() as calls:
            calls.create_task(use(stand, other, gate=gate))
            await until(lambda: other.lent)
            with pytest.raises(ServerAway):
                await use(stand, one, other)
            assert not one.lent
            gate.set()
        await use(stand, one, other)


async def test_taking_several_in_opposite_orders_never_locks() -> None:
    async with standing() as stand:
        one, other = stand.crew("a", most=1), stand.crew("b", most=1)
        async with asyncio.TaskGroup() as calls:
            for _ in range(50):
                calls.create_task(use(stand, one, other))
                calls.create_task(use(stand, other, one))


async def test_an_instance_whose_call_was_cut_short_is_seen_to_first() -> None:
    async with standing() as stand:
        crew = stand.crew(most=1)
        for sound, opened in ((True, 1), (False, 2)):
            async with stand.pool.lent(crew) as (link,):
                assert isinstance(link, FakeLink)
                link.shaken, link.sound = True, sound
            await use(stand, crew)
            assert stand.opened == opened
        assert crew.restarts == 1


async def test_idle_instances_end_and_those_to_be_kept_stay() -> None:
    async with standing(idle=timedelta(minutes=10)) as stand:
        crew, kept = stand.crew(), stand.crew("kept", least=1)
        stand.pool.warm()
        await until(lambda: kept.free)
        await use(stand, crew)
        stand.clock.advance(timedelta(minutes=9))
        stand.pool.evict()
        assert crew.total == 1
        stand.clock.advance(timedelta(minutes=1))
        stand.pool.evict()
        assert (crew.total, kept.total) == (0, 1)
        await use(stand, crew)
        assert crew.restarts == 0


async def test_what_is_kept_running_is_rebuilt_when_it_dies() -> None:
    async with standing() as stand:
        crew = stand.crew(least=2)
        stand.pool.warm()
        await until(lambda: len(crew.free) == 2)
        stand.links[0].ended.set()
        await until(lambda: len(crew.free) == 1)
        stand.pool.warm()
        await until(lambda: len(crew.free) == 2)
        assert crew.restarts == 1


@pytest.mark.parametrize("bound", ["most_per_user", "most_in_all"])
async def test_bounds_hold_and_idle_ones_make_room(bound: str) -> None:
    async with standing(**{bound: 2}) as stand:
        crews = [stand.crew(name, owner="usr_1") for name in "abc"]
        for crew in crews:
            await use(stand, crew)
            stand.clock.advance(timedelta(seconds=1))
        assert [crew.total for crew in crews] == [0, 1, 1]
        async with AsyncExitStack() as held:
            for crew in crews[1:]:
                await held.enter_async_context(stand.pool.lent(crew))
            with pytest.raises(ServerAway, match="Too many"):
                await use(stand, crews[0])


async def test_two_users_never_meet_one_instance() -> None:
    async with standing() as stand:
        await use(stand, stand.crew(owner="usr_1"))
        await use(stand, stand.crew(owner="usr_2"))
        assert [link.crew.key.owner for link in stand.links] == ["usr_1", "usr_2"]


@pytest.mark.parametrize("moment", ["starting", "lent", "free"])
async def test_closing_ends_everything_at_any_moment(moment: str) -> None:
    moments: dict[str, Callable[[Crew], object]] = {
        "starting": lambda crew: crew.starting,
        "lent": lambda crew: crew.lent,
        "free": lambda crew: crew.free,
    }
    async with standing() as stand:
        crew, gate = stand.crew(), asyncio.Event()
        if moment == "starting":
            stand.may_start.clear()
        if moment == "free":
            gate.set()

        async def quietly() -> None:
            try:
                await use(stand, crew, gate=gate)
            except ServerAway:
                return

        async with asyncio.TaskGroup() as calls:
            calls.create_task(quietly())
            await until(lambda: moments[moment](crew))
            stand.may_start.set()
            await stand.pool.close()
            gate.set()
        with pytest.raises(ServerAway):
            await use(stand, crew)
        assert crew.total == 0
