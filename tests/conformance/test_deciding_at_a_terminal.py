"""Approvals and questions at the terminal, and where there is none: a process of its own at a pseudo-terminal."""

import asyncio
import json
import os
import pty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.conformance.test_chat_at_a_terminal import Terminal, end, start
from tests.unit.entry.cli.api_in_short import APPROVAL, QUESTION, RUN, SESSION, ApiInShort


@asynccontextmanager
async def chatting(
    api: ApiInShort, home: Path, *words: str
) -> AsyncIterator[tuple[Terminal, asyncio.subprocess.Process]]:
    """`palaver chat` with a person at its terminal."""
    far, near = pty.openpty()
    async with api.served() as url:
        process = await start(url, home, "chat", *words, at=near)
        os.close(near)
        yield Terminal(far), process
        async with asyncio.timeout(20):
            await process.wait()
    asyncio.get_running_loop().remove_reader(far)
    os.close(far)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y\n", {"decision": "approve"}),
        ("s\n", {"decision": "approve", "remember": "session"}),
        ("n not there\n", {"decision": "reject", "message": "not there"}),
        ('e {"path": "b.txt"}\n', {"decision": "approve", "arguments": {"path": "b.txt"}}),
    ],
)  # fmt: skip
async def test_a_call_is_shown_whole_and_what_is_typed_is_sent(tmp_path: Path, typed: str, answer: object) -> None:
    api = ApiInShort("APPROVAL", "Done.")
    async with chatting(api, tmp_path, "write it") as (terminal, process):
        await terminal.shows("Write wants your yes. It changes files of the workspace.")
        await terminal.shows('"content": "hi"')
        await terminal.shows("t yes for this tool from now on]")
        terminal.types(typed)
        await terminal.shows("Done.")
        assert await process.wait() == 0
    assert api.answers == [{"call_id": "call_1", **answer}]  # type: ignore[dict-item]


async def test_a_no_without_a_reason_is_asked_for_one(tmp_path: Path) -> None:
    api = ApiInShort("APPROVAL", "Done.")
    async with chatting(api, tmp_path, "write it") as (terminal, _):
        await terminal.shows("from now on]")
        terminal.types("n\n")
        await terminal.shows("Why?")
        terminal.types("too early\n")
        await terminal.shows("Done.")
    assert api.answers == [{"call_id": "call_1", "decision": "reject", "message": "too early"}]


async def test_what_is_not_understood_and_what_the_server_refuses_is_asked_again(tmp_path: Path) -> None:
    api = ApiInShort("APPROVAL", "Done.")
    api.refusals = [(422, "`content` is missing.")]
    async with chatting(api, tmp_path, "write it") as (terminal, _):
        await terminal.shows("from now on]")
        terminal.types("perhaps\n")
        await terminal.shows("Type one of")
        await terminal.shows("from now on]")
        terminal.types('e {"path": "b.txt"}\n')
        await terminal.shows("`content` is missing.")
        await terminal.shows("from now on]")
        terminal.types("y\n")
        await terminal.shows("Done.")
    assert [answer["decision"] for answer in api.answers] == ["approve", "approve"]


async def test_an_editor_changes_the_arguments(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf \'{"path": "c.txt", "content": "ho"}\' > "$1.new"; mv "$1.new" "$1"\n')
    editor.chmod(0o700)
    api = ApiInShort("APPROVAL", "Done.")
    far, near = pty.openpty()
    async with api.served() as url:
        process = await start(url, tmp_path, "chat", "write it", at=near, EDITOR=str(editor), VISUAL="")
        os.close(near)
        terminal = Terminal(far)
        await terminal.shows("from now on]")
        terminal.types("e\n")
        await terminal.shows("Done.")
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    asyncio.get_running_loop().remove_reader(far)
    os.close(far)
    assert api.answers[0]["arguments"] == {"path": "c.txt", "content": "ho"}


async def test_questions_are_answered_by_number_or_in_own_words(tmp_path: Path) -> None:
    api = ApiInShort("QUESTION", "Done.")
    async with chatting(api, tmp_path, "ask me") as (terminal, _):
        await terminal.shows("2. Coffee")
        terminal.types("2\n")
        await terminal.shows("Whose?")
        terminal.types("Ada's\n")
        await terminal.shows("Done.")
    assert api.answers == [{"call_id": "call_2", "decision": "answer", "answers": [["Coffee"], ["Ada's"]]}]


async def test_what_somebody_answers_elsewhere_is_asked_no_longer(tmp_path: Path) -> None:
    api = ApiInShort("APPROVAL", "Done.")
    async with chatting(api, tmp_path, "write it") as (terminal, process):
        await terminal.shows("from now on]")
        api.settle()
        await terminal.shows("Done.")
        assert await process.wait() == 0
    assert api.answers == []


async def test_who_answers_second_is_told_and_the_answer_goes_on(tmp_path: Path) -> None:
    api = ApiInShort("APPROVAL", "Done.")
    api.refusals = [(409, "It was answered before.")]
    async with chatting(api, tmp_path, "write it") as (terminal, _):
        await terminal.shows("from now on]")
        terminal.types("y\n")
        await terminal.shows("(answered before)")
        api.settle()
        await terminal.shows("Done.")


async def test_what_was_answered_in_the_past_is_not_asked_when_a_run_is_replayed(tmp_path: Path) -> None:
    api = ApiInShort("REPLAYED", "Done.")
    async with api.served() as url:
        ended = await end(await start(url, tmp_path, "chat", "write it"))
    assert (ended.code, ended.out) == (0, "Done.\n")
    api = ApiInShort("REPLAYED", "APPROVAL", "Done.")
    async with chatting(api, tmp_path, "write it") as (terminal, _):
        await terminal.shows("from now on]")
        terminal.types("y\n")
        await terminal.shows("Done.")
    assert api.answers == [{"call_id": "call_1", "decision": "approve"}]


async def test_ctrl_c_at_an_approval_stops_the_run(tmp_path: Path) -> None:
    api = ApiInShort("APPROVAL", "Done.")
    async with chatting(api, tmp_path, "write it") as (terminal, _):
        await terminal.shows("from now on]")
        terminal.types("\x03")
        async with asyncio.timeout(20):
            await api.cancelled.wait()
        api.settle()
        await terminal.shows("(stopped)")
    assert api.answers == []


async def test_ctrl_d_at_an_approval_leaves_it_waiting_and_says_how_to_answer(tmp_path: Path) -> None:
    api = ApiInShort("APPROVAL", "Done.")
    async with chatting(api, tmp_path, "write it") as (terminal, process):
        await terminal.shows("from now on]")
        terminal.types("\x04")
        await terminal.shows(f"palaver approvals approve {RUN} call_1")
        async with asyncio.timeout(20):
            assert await process.wait() == 3
        api.settle()


@pytest.mark.parametrize(("word", "how"), [("APPROVAL", "approve"), ("QUESTION", "answer")])
async def test_without_a_terminal_nothing_hangs_and_the_exit_code_says_that_the_run_waits(
    tmp_path: Path, word: str, how: str
) -> None:
    api = ApiInShort("So. ", word, "Done.")
    async with api.served() as url:
        ended = await end(await start(url, tmp_path, "chat", "write it"))
        api.settle()
    assert ended.code == 3
    assert f"palaver approvals {how} {RUN} call_" in ended.err
    assert f"palaver chat --session {SESSION}" in ended.err
    assert "Done." not in ended.out


async def test_tool_calls_and_their_results_are_lines_beside_the_answer(tmp_path: Path) -> None:
    async with ApiInShort("First.", "TOOL", "Then.").served() as url:
        ended = await end(await start(url, tmp_path, "chat", "write it"))
    assert ended.out == "First.\nThen.\n"
    assert ended.err == '> Write {"path": "a.txt"}\n< done in 1.2 s: Wrote a.txt\\u001b[2J\n'


async def test_options_of_a_turn_stand_in_its_request(tmp_path: Path) -> None:
    schema, servers = tmp_path / "schema.json", tmp_path / "mcp.json"
    schema.write_text('{"type": "string"}')
    servers.write_text('{"mcpServers": {"fs": {"command": "x"}}}')
    api = ApiInShort("Yes.")
    words = (
        "--mode plan --allow Read --allow Bash(git:*) --deny Write --agent tess --max-turns 3 --max-budget 0.5 "
        f"--json-schema {schema} --mcp-config {servers}"
    )  # fmt: skip
    async with api.served() as url:
        assert (await end(await start(url, tmp_path, "chat", "hi", *words.split()))).code == 0
    assert api.asked == [
        {
            "prompt": "hi",
            "permission_mode": "plan",
            "allowed_tools": ["Read", "Bash(git:*)"],
            "disallowed_tools": ["Write"],
            "agent": "tess",
            "max_turns": 3,
            "max_budget_usd": 0.5,
            "output_format": {"type": "json_schema", "schema": {"type": "string"}},
            "mcp_servers": {"fs": {"command": "x"}},
        }
    ]


async def test_a_file_that_is_no_json_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("[")
    api = ApiInShort("Yes.")
    async with api.served() as url:
        ended = await end(await start(url, tmp_path, "chat", "hi", "--json-schema", str(tmp_path / "bad.json")))
    assert (ended.code, api.asked) == (2, [])


async def test_approvals_lists_what_waits_and_answers_it(tmp_path: Path) -> None:
    api = ApiInShort()
    api.pending = {**APPROVAL, "kind": "approval", "run_id": RUN, "session_id": SESSION, "expires_at": "2026-11-22"}
    async with api.served() as url:
        listed = await end(await start(url, tmp_path, "approvals"))
        for words in (("approve", "--arguments", '{"path": "b"}', "--remember", "tool"), ("reject", "--message", "no")):
            verb, *more = words
            assert (await end(await start(url, tmp_path, "approvals", verb, RUN, "call_1", *more))).code == 0
        api.pending = {**QUESTION, "kind": "question", "run_id": RUN, "session_id": SESSION}
        assert (await end(await start(url, tmp_path, "approvals", "answer", RUN, "call_2", "1", "Ada"))).code == 0
    assert listed.out.startswith(f"{RUN} call_1  Trees\n  Write wants your yes.")
    assert "until 2026-11-22" in listed.out
    assert [{name: value for name, value in answer.items() if name != "call_id"} for answer in api.answers] == [
        {"decision": "approve", "arguments": {"path": "b"}, "remember": "tool"},
        {"decision": "reject", "message": "no"},
        {"decision": "answer", "answers": [["Tea"], ["Ada"]]},
    ]


async def test_an_answer_that_came_too_late_is_told_by_the_exit_code(tmp_path: Path) -> None:
    api = ApiInShort()
    api.refusals = [(409, "It was answered before.")]
    async with api.served() as url:
        ended = await end(await start(url, tmp_path, "approvals", "approve", RUN, "call_1"))
    assert (ended.code, ended.err) == (1, "It was answered before.\n")


async def test_definitions_are_added_from_files_listed_and_removed(tmp_path: Path) -> None:
    (tmp_path / "tess.md").write_text("---\ndescription: Tests things\ntools: Read, Bash(git add:*)\n---\nTest it.\n")
    (tmp_path / "rex.json").write_text(json.dumps({"description": "Reads", "instructions": "Read it."}))
    api = ApiInShort()
    async with api.served() as url:
        added = await end(await start(url, tmp_path, "agent", "add", str(tmp_path / "tess.md")))
        await end(await start(url, tmp_path, "agent", "add", str(tmp_path / "rex.json"), "--name", "max"))
        listed = await end(await start(url, tmp_path, "agent"))
        removed = await end(await start(url, tmp_path, "agent", "remove", "tess"))
        unknown = await end(await start(url, tmp_path, "agent", "remove", "nobody"))
    assert (added.out, removed.code, unknown.code) == ("agt_0\n", 0, 2)
    assert listed.out == "tess  agt_0  Tests things\nmax  agt_1  Reads\n"
    assert [item["name"] for item in api.shelf] == ["max"]
