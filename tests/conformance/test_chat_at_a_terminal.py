"""`palaver chat` as a person runs it: a process of its own, its terminal, its signals."""

import asyncio
import fcntl
import os
import pty
import signal
import sys
import termios
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.unit.entry.cli.api_in_short import RUN, SESSION, ApiInShort

PALAVER = Path(sys.executable).with_name("palaver")


class Ended(NamedTuple):
    code: int
    out: str
    err: str


async def start(url: str, home: Path, *words: str, at: int | None = None, **more: str) -> asyncio.subprocess.Process:
    """A command with pipes, or with the terminal `at` that it then belongs to."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PALAVER_")}
    environment = {**inherited, "PALAVER_URL": url, "PALAVER_KEY": "plv_key", "PALAVER_HOME": str(home), **more}
    end = asyncio.subprocess.PIPE if at is None else at
    return await asyncio.create_subprocess_exec(
        PALAVER,
        *words,
        env=environment,
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=at is not None,
        preexec_fn=None if at is None else partial(fcntl.ioctl, at, termios.TIOCSCTTY, 0),
    )


async def end(process: asyncio.subprocess.Process, typed: str = "") -> Ended:
    async with asyncio.timeout(20):
        out, err = await process.communicate(typed.encode())
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def test_a_question_gets_its_answer_alone_on_standard_output(tmp_path: Path) -> None:
    api = ApiInShort("Under ", "a ", "tree.")
    async with api.served() as url:
        ended = await end(await start(url, tmp_path, "chat", "Where?", "--model", "builtin/guide"))
    assert ended == Ended(0, "Under a tree.\n", "")
    assert api.asked == [{"prompt": "Where?", "model": "builtin/guide"}]


async def test_lines_of_standard_input_are_turns_of_one_conversation(tmp_path: Path) -> None:
    api = ApiInShort("Yes.")
    async with api.served() as url:
        ended = await end(await start(url, tmp_path, "chat"), "one\n\ntwo\n")
    assert ended.out == "Yes.\nYes.\n"
    assert api.asked == [{"prompt": "one"}, {"prompt": "two", "session_id": SESSION}]


async def test_ctrl_c_stops_the_answer_and_the_conversation_goes_on(tmp_path: Path) -> None:
    api = ApiInShort("Half ", "WAIT")
    async with api.served() as url:
        process = await start(url, tmp_path, "chat")
        assert process.stdin
        process.stdin.write(b"one\n")
        async with asyncio.timeout(20):
            await api.waiting.wait()
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            await api.cancelled.wait()
        ended = await end(process, "two\n")
    assert ended.code == 0
    assert "(stopped)" in ended.err
    assert [asked["prompt"] for asked in api.asked] == ["one", "two"]


async def test_a_session_is_resumed_and_what_is_under_way_is_heard_first(tmp_path: Path) -> None:
    api = ApiInShort("So ", "far.")
    api.active_run = RUN
    async with api.served() as url:
        ended = await end(await start(url, tmp_path, "chat", "--session", SESSION), "more\n")
    assert ended.out == "So far.\nSo far.\n"
    assert api.followed == ["0"]
    assert api.asked == [{"prompt": "more", "session_id": SESSION}]


async def test_an_error_is_told_on_standard_error_and_by_the_exit_code(tmp_path: Path) -> None:
    api = ApiInShort("Be", "FAIL")
    async with api.served() as url:
        ended = await end(await start(url, tmp_path, "chat", "hello"))
    assert (ended.code, ended.out) == (1, "Be\n")
    assert "It is away." in ended.err


async def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    async with ApiInShort().served() as url:
        pass
    ended = await end(await start(url, tmp_path, "chat", "hello"))
    assert ended == Ended(1, "", f"Nobody answers at {url}/api/v1. Is Palaver running there?\n")


async def test_models_are_listed_with_what_one_chooses_by(tmp_path: Path) -> None:
    async with ApiInShort().served() as url:
        ended = await end(await start(url, tmp_path, "models"))
    assert ended.out == "builtin/guide  Guide, 32,000 tokens, local\nx/y            not ready\n"


class Terminal:
    """What a person sees and types: the far side of a pseudo-terminal."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._seen = b""
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(side, self._read)

    def _read(self) -> None:
        try:
            self._seen += os.read(self._side, 4096)
        except OSError:  # the near side is closed: Linux says so this way
            asyncio.get_running_loop().remove_reader(self._side)
        self._more.set()

    async def shows(self, text: str) -> str:
        """Wait until this is to be seen; given is what was seen before it, and then gone."""
        async with asyncio.timeout(20):
            while text.encode() not in self._seen:
                self._more.clear()
                await self._more.wait()
        before, _, self._seen = self._seen.partition(text.encode())
        return before.decode()

    def types(self, keys: str) -> None:
        os.write(self._side, keys.encode())


async def test_a_person_at_a_terminal_is_prompted_stops_with_ctrl_c_and_is_told_how_to_go_on(tmp_path: Path) -> None:
    api = ApiInShort("Half ", "WAIT")
    far, near = pty.openpty()
    async with api.served() as url:
        process = await start(url, tmp_path, "chat", at=near)
        os.close(near)
        terminal = Terminal(far)
        await terminal.shows("> ")
        terminal.types("one\n")
        await terminal.shows("Half ")
        terminal.types("\x03")
        await terminal.shows("(stopped)")
        await terminal.shows("> ")
        terminal.types("\x04")
        await terminal.shows(f"palaver chat --session {SESSION}")
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    asyncio.get_running_loop().remove_reader(far)
    os.close(far)
    assert api.cancelled.is_set()


@pytest.mark.parametrize("verb", ["serve", "chat", "models", "doctor", "config"])
async def test_bad_settings_end_every_verb_with_a_line_each_and_code_2(tmp_path: Path, verb: str) -> None:
    (tmp_path / "palaver.toml").write_text("prot = 1\nport = 'x'\n", "utf-8")
    ended = await end(await start("http://127.0.0.1:1", tmp_path, verb))
    assert ended.code == 2
    assert ended.err.splitlines() == [
        f"{tmp_path}/palaver.toml: prot is not a setting. Did you mean port?",
        f"{tmp_path}/palaver.toml: port: Input should be a valid integer, unable to parse string as an integer",
    ]


async def test_the_version_is_printed_alone(tmp_path: Path) -> None:
    from palaver import __version__

    assert await end(await start("", tmp_path, "version")) == Ended(0, f"{__version__}\n", "")
