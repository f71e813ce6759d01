"""An agent at work in the terminal, with a real server: a person tries approvals and questions without any account."""

import asyncio
import os
import pty
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.conformance.test_chat_at_a_terminal import Terminal, start
from tests.journeys.acting import says
from tests.journeys.broken_line import BrokenLine
from tests.journeys.house import House, Person
from tests.journeys.test_command_line import Home
from tests.promises import keeps
from tests.vendor import FakeVendor

WAITS = re.compile(r"palaver approvals (?:approve|answer) (run_\w+) (call_\w+)")
GOES_ON = re.compile(r"palaver chat --session (ses_\w+)")


@asynccontextmanager
async def chatting(home: Home, *words: str) -> AsyncIterator[Terminal]:
    """`palaver chat` with a person at its terminal, who leaves with Ctrl-D at the end."""
    far, near = pty.openpty()
    _, key, _ = await home.does("key", "create", "--user", "owner@palaver.local", "--name", "terminal")
    url = f"http://127.0.0.1:{home.port}"
    process = await start(url, home.folder, "chat", *words, at=near, PALAVER_KEY=key.strip())
    os.close(near)
    terminal = Terminal(far)
    yield terminal
    terminal.types("\x04")
    async with asyncio.timeout(30):
        assert await process.wait() == 0
    asyncio.get_running_loop().remove_reader(far)
    os.close(far)


@asynccontextmanager
async def talking(url: str, owner: Person, folder: Path, model: str) -> AsyncIterator[Terminal]:
    """The same, with a server that is killed meanwhile, and a model that says what the test wants."""
    far, near = pty.openpty()
    process = await start(url, folder, "chat", "--model", model, at=near, PALAVER_KEY=owner.token)
    os.close(near)
    terminal = Terminal(far)
    await terminal.shows("> ")
    yield terminal
    await terminal.shows("> ")
    terminal.types("\x04")
    async with asyncio.timeout(30):
        assert await process.wait() == 0
    asyncio.get_running_loop().remove_reader(far)
    os.close(far)


@keeps("cli:chat:comes-back")
async def test_a_server_that_is_killed_in_mid_answer_is_waited_for_and_later_only_told_to_be_away(
    house: House, owner: Person, tmp_path: Path
) -> None:
    line = BrokenLine(lambda: house.url)
    async with line.laid() as url, talking(url, owner, tmp_path, "fake/fake-n40-d15-a") as terminal:
        terminal.types("tell me\n")
        await terminal.shows("part 7 ")
        await house.kill()
        await house.start()
        await terminal.shows("(the answer begins again)")
        again = await terminal.shows("part 39 ")
        await terminal.shows("> ")
        await house.kill()
        terminal.types("are you there?\n")
        await terminal.shows("Is Palaver running there?")
        await house.start()
        await terminal.shows("> ")
        terminal.types("and now?\n")
        await terminal.shows("part 39 ")
    assert again.split() == " ".join(f"part {number}" for number in range(39)).split()
    [session] = (await owner.get("/sessions"))["items"]
    assert [one["role"] for one in await owner.messages(session["id"])] == ["user", "assistant"] * 2


@keeps("cli:chat:cancels")
async def test_ctrl_c_cancels_the_run_even_while_the_server_is_away(
    house: House, owner: Person, tmp_path: Path
) -> None:
    line = BrokenLine(lambda: house.url)
    async with line.laid() as url, talking(url, owner, tmp_path, "fake/fake-n50-w5") as terminal:
        terminal.types("tell me\n")
        await terminal.shows("part 4 ")
        await house.kill()
        terminal.types("\x03")
        await terminal.shows("^C")
        await house.start()
        await terminal.shows("(stopped)")
    session = (await owner.get("/sessions"))["items"][0]
    assert (session["status"], session["active_run_id"]) == ("idle", None)
    assert (await owner.messages(session["id"]))[-1]["finish_reason"] == "interrupted"


async def test_an_answer_gives_a_terminal_no_commands(
    house: House, owner: Person, vendor: FakeVendor, tmp_path: Path
) -> None:
    vendor.next(says("red \x1b[31m and \x1b]52;c;aGk=\x07 done"))
    async with talking(house.url, owner, tmp_path, "fake/fake-n3") as terminal:
        terminal.types("tell me\n")
        assert (await terminal.shows(" done")).endswith("red \\u001b[31m and \\u001b]52;c;aGk=\\u0007")


async def test_a_wrong_key_and_an_address_that_is_none_are_told_in_one_sentence(house: House, tmp_path: Path) -> None:
    home = Home(tmp_path)
    for url, code, sentence in (
        (house.url, 1, "The API key is not valid: unknown, expired or deleted"),
        ("http://127.0.0.1:1", 1, "Nobody answers at http://127.0.0.1:1/api/v1. Is Palaver running there?"),
        ("127.0.0.1:1", 2, "The address of the server begins with http:// or https:// and names a host."),
    ):
        ended, out, err = await home.does("chat", "hello", PALAVER_URL=url, PALAVER_KEY="plv_wrong")
        assert (ended, out, sentence in err) == (code, "", True), err
        assert "Traceback" not in err
        assert code == 2 or len(err.splitlines()) == 1


async def test_a_person_edits_and_approves_a_call_and_sees_what_came_of_it(tmp_path: Path) -> None:
    async with Home(tmp_path).served() as (running, _), chatting(running, "--model", "builtin/guide") as terminal:
        await terminal.shows("> ")
        terminal.types("write notes.txt with 'Buy bread' and then read it\n")
        await terminal.shows("Write wants your yes.")
        await terminal.shows('"content": "Buy bread"')
        await terminal.shows("from now on]")
        terminal.types('e {"path": "notes.txt", "content": "Buy milk"}\n')
        await terminal.shows("(approved)")
        await terminal.shows("**Read**")
        await terminal.shows("Buy milk")
        await terminal.shows("> ")


async def test_a_yes_for_the_tool_is_not_asked_for_again_and_a_no_is_told(tmp_path: Path) -> None:
    async with Home(tmp_path).served() as (running, _), chatting(running, "--model", "builtin/guide") as terminal:
        await terminal.shows("> ")
        terminal.types("write a.txt with '1'\n")
        await terminal.shows("from now on]")
        terminal.types("t\n")
        await terminal.shows("done. Wrote a.txt")
        await terminal.shows("> ")
        terminal.types("write b.txt with '2'\n")
        await terminal.shows("done. Wrote b.txt")
        await terminal.shows("> ")
        terminal.types("fetch https://example.com\n")
        await terminal.shows("from now on]")
        terminal.types("n I am offline\n")
        await terminal.shows("was not allowed, so I did not do it")
        await terminal.shows("I am offline")
        await terminal.shows("> ")


async def test_a_question_is_put_and_answered_by_number(tmp_path: Path) -> None:
    async with Home(tmp_path).served() as (running, _), chatting(running, "--model", "builtin/guide") as terminal:
        await terminal.shows("> ")
        terminal.types("ask me: tea or coffee?\n")
        await terminal.shows("2. coffee")
        terminal.types("2\n")
        await terminal.shows("Your answer:")
        await terminal.shows("coffee")
        await terminal.shows("> ")


async def test_a_run_that_waits_without_a_terminal_is_answered_after_a_restart_and_gone_on_with(tmp_path: Path) -> None:
    home = Home(tmp_path)
    order = ("chat", "write notes.txt with 'Buy bread'", "--model", "builtin/guide")
    async with home.served() as (running, _):
        code, out, err = await running.does(*order)
        assert (code, out) == (3, "")
    waits, goes_on = WAITS.search(err), GOES_ON.search(err)
    assert waits
    assert goes_on
    async with home.served() as (running, _):
        _, listed, _ = await running.does("approvals")
        assert f"{waits[1]} {waits[2]}" in listed
        assert '"content": "Buy bread"' in listed
        assert (await running.does("approvals", "approve", waits[1], waits[2]))[0] == 0
        code, _, again = await running.does("approvals", "reject", waits[1], waits[2])
        assert (code, len(again.splitlines())) == (1, 1)
        async with asyncio.timeout(30):
            while code:  # the first run may be about to end
                code, out, _ = await running.does("chat", "read notes.txt", "--session", goes_on[1])
        assert "Buy bread" in out
        assert (await running.does("approvals"))[1] == ""


async def test_modes_and_rules_of_the_command_line_count(tmp_path: Path) -> None:
    async with Home(tmp_path).served() as (running, _):
        ask = ("chat", "write a.txt with '1'", "--model", "builtin/guide")
        assert "done. Wrote a.txt" in (await running.does(*ask, "--mode", "acceptEdits"))[1]
        assert "done. Wrote a.txt" in (await running.does(*ask, "--allow", "Write(*.txt)"))[1]
        assert "was not allowed" in (await running.does(*ask, "--mode", "dontAsk"))[1]
        assert "not offered" in (await running.does(*ask, "--deny", "Write"))[1]


async def test_agents_commands_and_skills_are_kept_from_the_terminal(tmp_path: Path) -> None:
    agent, command = tmp_path / "tess.md", tmp_path / "list.md"
    agent.write_text("---\ndescription: Tests things\nmodel: builtin/guide\ntools: Read, LS\n---\nTest it.\n")
    command.write_text("---\ndescription: Lists\n---\nlist the files\n")
    async with Home(tmp_path / "home").served() as (running, _):
        assert (await running.does("agent", "add", str(agent)))[0] == 0
        assert (await running.does("command", "add", str(command)))[0] == 0
        assert (await running.does("agent", "list"))[1].startswith("tess  ")
        code, out, _ = await running.does("chat", "/list", "--agent", "tess")
        assert (code, "The workspace is empty." in out) == (0, True)
        assert "not offered" in (await running.does("chat", "write a.txt with '1'", "--agent", "tess"))[1]
        assert (await running.does("agent", "remove", "tess"))[0] == 0
        assert (await running.does("agent", "list"))[1] == ""
