"""MCP servers that die, hang, babble, change or stay away: a call becomes an outcome, and nothing is left over."""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from palaver.kit.clock import ManualClock
from palaver.tools.mcp.definition import ServerDefinition
from palaver.tools.mcp.precedence import Server, in_force
from palaver.tools.port import Outcome, Tool
from tests.mcp.party import OBLIGING, OTHER, PLAIN, USER, Told, alive, at, listening, operated, party, program, until
from tests.promises import keeps

START = timedelta(seconds=0.5)


def says(script: str, name: str = "s") -> Server:
    """A server that is one line of Python."""
    return Server(name, ServerDefinition(command=sys.executable, args=("-c", script)), "user")


async def begun(path: Path) -> int:
    """The process of a call that has written down that it began."""
    await until(lambda: path.exists() and path.read_text("utf-8").startswith("begun "))
    return int(path.read_text("utf-8").split()[1])


async def test_a_hundred_calls_at_once_share_three_programs() -> None:
    async with party(most_per_server=3) as ours:
        tools = await ours.tools(program())
        async with asyncio.TaskGroup() as calls:
            asked = [calls.create_task(ours.call(tools["echo"], text=str(number))) for number in range(100)]
            who = [calls.create_task(ours.call(tools["pid"])) for _ in range(100)]
        assert [one.result() for one in asked] == [Outcome(str(number)) for number in range(100)]
        assert 1 <= len({one.result().content for one in who}) <= 3
        (stats,) = ours.servers.stats()
        assert (stats.total, stats.free, stats.lent) == (stats.free, stats.total, 0)
        assert stats.total <= 3


@keeps("mcp:killed")
async def test_a_server_killed_in_mid_call_is_an_error_and_is_rebuilt(tmp_path: Path) -> None:
    async with party() as ours:
        tools = await ours.tools(program())
        async with asyncio.TaskGroup() as calls:
            call = calls.create_task(ours.call(tools["wait"], path=str(tmp_path / "a")))
            os.kill(await begun(tmp_path / "a"), signal.SIGKILL)
        assert not call.result().ok
        assert "lost during the call" in call.result().content
        assert (await ours.call(tools["echo"], text="again")).content == "again"
        assert ours.servers.stats()[0].restarts == 1


async def test_a_server_that_ends_itself_is_rebuilt_each_time() -> None:
    async with party() as ours:
        tools = await ours.tools(program())
        for times in range(1, 4):
            assert not (await ours.call(tools["die"])).ok
            assert (await ours.call(tools["echo"], text="x")).ok
            assert ours.servers.stats()[0].restarts == times


async def test_a_server_killed_while_nobody_uses_it_costs_no_call() -> None:
    async with party() as ours:
        tools = await ours.tools(program())
        pid = int((await ours.call(tools["pid"])).content)
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not ours.servers.stats()[0].total)
        assert (await ours.call(tools["pid"])).content != str(pid)


async def test_cancelling_a_call_tells_the_server_and_keeps_it(tmp_path: Path) -> None:
    async with party(most_per_server=1) as ours:
        tools, file = await ours.tools(program()), tmp_path / "a"
        async with asyncio.TaskGroup() as calls:
            call = calls.create_task(ours.call(tools["wait"], path=str(file)))
            pid = await begun(file)
            call.cancel()
        await until(lambda: file.read_text("utf-8") == f"cancelled {pid}")
        assert (await ours.call(tools["pid"])).content == str(pid)


async def test_a_server_that_does_not_hear_a_cancellation_is_replaced(tmp_path: Path) -> None:
    async with party(most_per_server=1) as ours:
        tools, file = await ours.tools(program()), tmp_path / "a"
        async with asyncio.TaskGroup() as calls:
            call = calls.create_task(ours.call(tools["hang"], path=str(file)))
            pid = await begun(file)
            call.cancel()
        assert int((await ours.call(tools["pid"])).content) != pid
        await until(lambda: not alive(pid))


async def test_cancelling_while_the_person_is_asked_takes_the_question_back() -> None:
    async with party() as ours:
        tools, told, waiting = await ours.tools(program()), Told(), asyncio.Event()
        ended = asyncio.Event()

        async def ask(questions: object) -> None:
            waiting.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        scene = type(told.scene)(
            **{name: getattr(told.scene, name) for name in told.scene.__dataclass_fields__ if name != "ask"},
            ask=ask,  # type: ignore[arg-type]
        )
        async with asyncio.TaskGroup() as calls:
            call = calls.create_task(tools["wish"].use({}, scene))
            await waiting.wait()
            call.cancel()
        await asyncio.wait_for(ended.wait(), 10)


async def test_noise_between_messages_does_not_matter() -> None:
    async with party() as ours:
        tools = await ours.tools(program())
        assert (await ours.call(tools["garbage"])).content == "clean"
        assert (await ours.call(tools["echo"], text="x")).content == "x"


async def test_a_message_that_is_too_long_ends_the_server_and_not_us() -> None:
    async with party(longest_message=100_000) as ours:
        tools = await ours.tools(program())
        assert (await ours.call(tools["huge"], size=50_000)).ok
        outcome = await ours.call(tools["huge"], size=10_000_000)
        assert not outcome.ok
        assert "100,000 bytes" in outcome.content
        assert (await ours.call(tools["echo"], text="x")).content == "x"


@pytest.mark.parametrize("kind", ["http", "sse"])
async def test_an_answer_that_is_too_long_ends_the_connection_and_not_us(kind: str) -> None:
    clock = ManualClock()
    with listening(sys.executable, "-W", "ignore", OBLIGING, kind, "{port}") as port:
        async with party(clock=clock, longest_message=100_000) as ours:
            tools = await ours.tools(at(f"http://127.0.0.1:{port}/{'mcp' if kind == 'http' else 'sse'}", kind))
            assert (await ours.call(tools["huge"], size=40_000)).ok
            outcome = await ours.call(tools["huge"], size=10_000_000)
            assert not outcome.ok
            assert len(outcome.content) < 1_000
            clock.advance(timedelta(minutes=5))
            assert (await ours.call(tools["echo"], text="x")).content == "x"


@pytest.mark.parametrize("script", [PLAIN, OBLIGING])
async def test_tools_that_change_are_listed_anew(script: str) -> None:
    async with party() as ours:
        server = program(script)
        tools = await ours.tools(server)
        assert "grown" not in tools
        assert (await ours.call(tools["grow"])).ok

        async def grown() -> dict[str, Tool]:
            while "grown" not in (found := await ours.tools(server)):
                await asyncio.to_thread(lambda: None)
            return found

        async with asyncio.timeout(10):
            tools = await grown()
        assert (await ours.call(tools["grown"])).content == "grown"


async def test_tools_that_no_model_could_use_are_left_out_and_named() -> None:
    async with party() as ours:
        offered = await ours.servers.tools(USER, [program()])
        told = " ".join(notice.message for notice in offered.notices)
        assert "broken: its schema is not valid" in told
        assert "vast: its schema is too long" in told
        assert {notice.code for notice in offered.notices} == {"mcp_tool_left_out"}


@keeps("mcp:away")
@pytest.mark.parametrize(
    "server",
    [
        says("import sys; sys.exit(1)"),
        says("import sys; print('not a server'); sys.exit(0)"),
        says("import time; time.sleep(300)"),
        says("import sys; [print('{}', flush=True) for _ in sys.stdin]"),
        says("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"),
        Server("s", ServerDefinition(command="/no/such/program"), "user"),
        Server("s", ServerDefinition(command=sys.executable, args=(PLAIN,), cwd="/no/such/folder"), "user"),
        Server("s", ServerDefinition(command="${MISSING}"), "user"),
        Server("s", ServerDefinition(type="http", url="https://127.0.0.1:9/"), "user"),
        Server("s", ServerDefinition(type="sse", url="https://localhost:9/"), "user"),
        at("http://127.0.0.1:9/"),
        at("http://127.0.0.1:9/", "sse"),
    ],
)
async def test_a_server_that_is_away_is_left_out_with_a_notice_and_others_are_there(server: Server) -> None:
    async with party(start_deadline=START) as ours:
        offered = await ours.servers.tools(USER, [program(name="good"), server])
        assert "mcp__good__echo" in {tool.spec.name for tool in offered.tools}
        assert {tool.spec.server for tool in offered.tools} == {"good"}
        (notice,) = [one for one in offered.notices if one.code != "mcp_tool_left_out"]
        assert notice.code == "mcp_unavailable"
        status = ours.servers.status(USER, [server])[0]
        assert status.state == "failed"
        assert status.error


async def test_a_server_that_came_back_is_tried_after_a_rest(tmp_path: Path) -> None:
    clock = ManualClock()
    script = (
        "import os, runpy, sys; os.path.exists(sys.argv[1]) or exit(1); runpy.run_path(sys.argv[2], None, '__main__')"
    )
    async with party(clock=clock) as ours:
        there = tmp_path / "there"
        server = Server("s", ServerDefinition(command=sys.executable, args=("-c", script, str(there), PLAIN)), "user")
        assert not (await ours.servers.tools(USER, [server])).tools
        there.touch()
        assert not (await ours.servers.tools(USER, [server])).tools
        clock.advance(timedelta(seconds=2))
        assert (await ours.servers.tools(USER, [server])).tools


async def test_what_a_program_gets_of_our_environment_is_next_to_nothing() -> None:
    definition = ServerDefinition(
        command=sys.executable, args=(PLAIN,), env={"MINE": "1", "TAKEN": "${ALLOWED}", "NOT": "${HIDDEN:-none}"}
    )
    async with party(user_variables=("ALLOWED",)) as ours:
        tools = await ours.tools(Server("s", definition, "user"))
        there = json.loads((await ours.call(tools["environment"])).content)
        assert there.keys() - {"LC_CTYPE"} == {"PATH", "HOME", "LANG", "MINE", "TAKEN", "NOT", "cwd"}
        assert (there["TAKEN"], there["NOT"]) == ("a variable", "none")
        assert there["HOME"] == there["cwd"] != os.environ["HOME"]
        assert Path(there["HOME"]).exists()
    assert not Path(there["HOME"]).exists()


@keeps("mcp:own-servers")
async def test_two_users_of_one_definition_have_a_program_each_and_share_the_operators() -> None:
    async with party(servers={"shared": operated(PLAIN)}) as ours:
        for name, same in (("own", False), ("shared", True)):
            shared = in_force(ours.servers.settings.servers, {}, None)
            servers = shared if same else (program(name=name),)
            pids = {(await ours.call((await ours.tools(*servers, user=user))["pid"])).content for user in (USER, OTHER)}
            assert len(pids) == (1 if same else 2)


async def test_a_changed_definition_is_another_server() -> None:
    async with party() as ours:
        one = await ours.call((await ours.tools(program()))["pid"])
        other = await ours.call((await ours.tools(program(PLAIN, "changed")))["pid"])
        assert one.content != other.content


async def test_only_an_operator_may_trust_that_a_tool_only_reads() -> None:
    servers = {"trusted": operated(PLAIN, trust_annotations=True), "other": operated(PLAIN)}
    async with party(servers=servers) as ours:
        force = (*in_force(ours.servers.settings.servers, {}, None), program(name="mine"))
        offered = await ours.servers.tools(USER, force)
        effects = {tool.spec.name: tool.spec.effect for tool in offered.tools}
        assert {name for name, effect in effects.items() if effect == "reads"} == {"mcp__trusted__echo"}
        assert set(effects.values()) == {"reads", "acts"}


async def test_what_is_to_be_kept_running_runs_before_it_is_used_and_is_rebuilt() -> None:
    clock = ManualClock()
    async with party(clock=clock, servers={"kept": operated(PLAIN, min=2)}) as ours, asyncio.TaskGroup() as tasks:
        tending = tasks.create_task(ours.servers.tend())
        await until(lambda: ours.servers.stats()[0].free == 2)
        tools = await ours.tools(*in_force(ours.servers.settings.servers, {}, None))
        os.kill(int((await ours.call(tools["pid"])).content), signal.SIGKILL)
        await until(lambda: ours.servers.stats()[0].total == 1)
        clock.advance(timedelta(seconds=15))
        await until(lambda: ours.servers.stats()[0].free == 2)
        assert ours.servers.stats()[0].restarts == 1
        tending.cancel()


@keeps("mcp:nothing-left")
async def test_closing_leaves_no_program_and_no_child_of_one() -> None:
    async with party() as ours:
        tools = await ours.tools(program())
        pids = [int((await ours.call(tools[name])).content) for name in ("pid", "child")]
        assert all(alive(pid) for pid in pids)
    await until(lambda: not any(alive(pid) for pid in pids))


@keeps("mcp:nothing-left")
@pytest.mark.parametrize("script", [PLAIN, OBLIGING])
async def test_cancelling_every_task_there_is_leaves_no_program_either(script: str) -> None:
    pids: list[int] = []

    async def one_life() -> None:
        async with party() as ours:
            tools = await ours.tools(program(script))
            pids.append(int((await ours.call(tools["pid"])).content))
            if "child" in tools:
                pids.append(int((await ours.call(tools["child"])).content))
            own = asyncio.current_task()
            for task in asyncio.all_tasks():  # as the house does it when it ends
                if task not in {own, outer}:
                    task.cancel()

    outer = asyncio.current_task()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(one_life())
    await until(lambda: not any(alive(pid) for pid in pids))


async def test_closing_in_the_middle_of_calls_is_soon_over(tmp_path: Path) -> None:
    async with party() as ours:
        tools = await ours.tools(program())
        async with asyncio.TaskGroup() as calls:
            deaf = calls.create_task(ours.call(tools["hang"], path=str(tmp_path / "a")))
            pid = await begun(tmp_path / "a")
            async with asyncio.timeout(5):
                await ours.servers.close()
        assert not deaf.result().ok
    assert not alive(pid)


async def test_an_idle_program_is_ended_and_started_again_when_it_is_needed() -> None:
    clock = ManualClock()
    async with party(clock=clock) as ours, asyncio.TaskGroup() as tasks:
        tending = tasks.create_task(ours.servers.tend())
        tools = await ours.tools(program())
        pid = int((await ours.call(tools["pid"])).content)
        for _ in range(41):
            await until(lambda: bool(clock._sleepers))
            clock.advance(timedelta(seconds=15))
        await until(lambda: not alive(pid))
        assert (await ours.call(tools["echo"], text="x")).content == "x"
        tending.cancel()


@pytest.mark.parametrize("kind", ["http", "sse"])
async def test_a_remote_server_that_ends_in_mid_call_is_an_error_and_is_found_again(kind: str) -> None:
    clock, command = ManualClock(), (sys.executable, "-W", "ignore", OBLIGING, kind, "{port}")
    async with party(clock=clock) as ours:
        with listening(*command) as port:
            server = at(f"http://127.0.0.1:{port}/{'mcp' if kind == 'http' else 'sse'}", kind)
            tools = await ours.tools(server)
            assert not (await ours.call(tools["die"])).ok
        assert not (await ours.call(tools["echo"], text="x")).ok
        offered = await ours.servers.tools(USER, [server])
        assert (offered.tools, [one.code for one in offered.notices]) == ((), ["mcp_unavailable"])
        clock.advance(timedelta(minutes=5))
        with listening(*command, port=port):
            assert (await ours.call((await ours.tools(server))["echo"], text="x")).content == "x"
