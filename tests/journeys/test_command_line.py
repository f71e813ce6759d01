"""The command line against a real server and a real home, as an operator uses it: nothing stands in for anything."""

import asyncio
import atexit
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import aiohttp
import pytest

from tests.journeys.nursery import Nursery, first_line

PALAVER = Path(sys.executable).with_name("palaver")
LINK = re.compile(rb"http://127\.0\.0\.1:(\d+)/signin\?token=\S+\n")
PASSWORD = "a good long password\n"


@cache
def commands() -> Nursery:
    """Where commands that come to their end by themselves are run; the others are started as a shell starts them."""
    nursery = Nursery()
    atexit.register(nursery.__exit__)
    return nursery.__enter__()


@dataclass(frozen=True)
class Home:
    """One home, and the commands that are given there."""

    folder: Path
    port: int = 0

    async def start(self, *words: str, **settings: str) -> asyncio.subprocess.Process:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PALAVER_")}
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            PALAVER, *words, env=inherited | self._here | settings, stdin=pipe, stdout=pipe, stderr=pipe
        )

    async def does(self, *words: str, typed: str = "", **settings: str) -> tuple[int, str, str]:
        """A command to its end: exit code, standard output, standard error."""
        async with asyncio.timeout(60):
            code, out, err = await commands().does(*words, typed=typed.encode(), settings=self._here | settings)
        return code, out.decode(), err.decode()

    @property
    def _here(self) -> dict[str, str]:
        return {"PALAVER_HOME": str(self.folder), "PALAVER_PORT": str(self.port)}

    @asynccontextmanager
    async def served(self) -> AsyncIterator[tuple["Home", str]]:
        """While this lasts, the server runs; given are the home with its port, and the link that was printed."""
        with tempfile.NamedTemporaryFile() as log:
            pid, reading = commands().start(self._here, Path(log.name))
            try:
                async with asyncio.timeout(60):
                    line = await first_line(reading)
                found = LINK.fullmatch(line)
                assert found, (line, log.read())
                yield Home(self.folder, int(found[1])), line.decode().strip()
            finally:
                os.kill(pid, signal.SIGINT)
                async with asyncio.timeout(5):
                    more = await first_line(reading)
                os.close(reading)
                code = commands().wait(pid)
        assert (code, more) == (0, b"")


async def test_users_and_keys_can_be_made_while_the_server_runs_and_while_it_does_not(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert (await home.does("user", "create", "ada@example.org", "--role", "admin", typed=PASSWORD))[0] == 0
    _, early, _ = await home.does("key", "create", "--user", "ada@example.org", "--name", "early")
    async with home.served() as (running, _), aiohttp.ClientSession() as http:
        assert (await running.does("user", "create", "bob@example.org", typed=PASSWORD))[0] == 0
        _, late, _ = await running.does("key", "create", "--user", "bob@example.org", "--name", "late")
        people: list[tuple[str, str]] = []
        for key in (early, late):
            assert key.count("\n") == 1
            at = f"http://127.0.0.1:{running.port}/api/v1/auth/me"
            async with http.get(at, headers={"X-API-Key": key.strip()}) as reply:
                me = (await reply.json())["user"]
                people.append((me["email"], me["role"]))
    assert people == [("ada@example.org", "admin"), ("bob@example.org", "member")]


async def test_a_revoked_key_and_one_that_ended_open_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    await home.does("user", "create", "ada@example.org", typed=PASSWORD)
    async with home.served() as (running, _), aiohttp.ClientSession() as http:
        _, key, _ = await running.does("key", "create", "--user", "ada@example.org", "--name", "x", "--expires", "30d")
        _, listed, _ = await running.does("key", "list", "--user", "ada@example.org")
        headers, at = {"X-API-Key": key.strip()}, f"http://127.0.0.1:{running.port}/api/v1/auth/me"
        async with http.get(at, headers=headers) as reply:
            assert reply.status == 200
        assert (await running.does("key", "revoke", listed.split()[0], "--user", "ada@example.org"))[0] == 0
        async with http.get(at, headers=headers) as reply:
            assert reply.status == 401
        code, _, err = await running.does(
            "key", "create", "--user", "ada@example.org", "--name", "x", "--expires", "0s"
        )
    assert (code, err) == (1, "The key would expire before it is made.\n")


async def test_the_printed_link_signs_a_browser_in_once(tmp_path: Path) -> None:
    async with Home(tmp_path).served() as (_, link):
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as browser:
            async with browser.get(link, allow_redirects=False) as reply:
                assert (reply.status, reply.headers["Location"]) == (303, "/")
            async with browser.get(link.partition("/signin")[0] + "/api/v1/auth/me") as reply:
                assert (await reply.json())["user"]["email"] == "owner@palaver.local"
        async with aiohttp.ClientSession() as stranger, stranger.get(link, allow_redirects=False) as reply:
            assert reply.status == 401


async def test_chat_and_models_find_the_server_of_their_home_without_a_key(tmp_path: Path) -> None:
    async with Home(tmp_path).served() as (running, _):
        code, listed, _ = await running.does("models")
        assert (code, listed.split()[0]) == (0, "builtin/guide")
        code, answer, _ = await running.does("chat", "How do I connect Ollama?")
        assert code == 0
        assert "11434" in answer


async def test_a_conversation_is_gone_on_with_in_the_terminal_after_the_server_was_started_again(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path)
    async with home.served() as (running, _):
        await running.does("chat", "What is Palaver?", "--model", "builtin/guide")
        session = await _only_session(running)
    async with home.served() as (running, _):
        code, _, _ = await running.does("chat", "And how do I stop it?", "--session", session["id"])
        assert code == 0
        assert (await _only_session(running))["message_count"] == 4


async def _only_session(home: Home) -> dict[str, object]:
    _, key, _ = await home.does("key", "create", "--user", "owner@palaver.local", "--name", "look")
    at = f"http://127.0.0.1:{home.port}/api/v1/sessions"
    async with aiohttp.ClientSession() as http, http.get(at, headers={"X-API-Key": key.strip()}) as reply:
        (session,) = json.loads(await reply.read())["items"]
    return session


async def test_doctor_is_content_with_a_home_that_works(tmp_path: Path) -> None:
    async with Home(tmp_path).served() as (running, _):
        code, out, _ = await running.does("doctor")
        assert code == 0
        assert "Palaver is running and answers" in out
    code, out, _ = await Home(tmp_path, running.port).does("doctor")
    assert code == 0
    assert f"Port {running.port} is free" in out


async def test_doctor_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "palaver.db").write_bytes(b"this is no database, whatever its name says" * 100)
    (tmp_path / "palaver.toml").write_text(
        '[providers.mine]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "MY_KEY"\n', "utf-8"
    )
    with_a_listener = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with with_a_listener:
        port = with_a_listener.sockets[0].getsockname()[1]
        code, out, _ = await Home(tmp_path, port).does("doctor")
    assert code == 1
    assert "cannot be used: file is not a database." in out
    assert f"Port {port} on 127.0.0.1 cannot be used" in out
    assert "set PALAVER_PORT to another one" in out
    assert "Set MY_KEY in the environment." in out


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
async def test_the_server_ends_cleanly_within_five_seconds(tmp_path: Path, signal_: signal.Signals) -> None:
    process = await Home(tmp_path).start("serve")
    assert process.stdout
    async with asyncio.timeout(60):
        await process.stdout.readline()
    process.send_signal(signal_)
    async with asyncio.timeout(5):
        out, err = await process.communicate()
    assert (process.returncode, out) == (0, b"")
    assert b"Traceback" not in err


async def test_a_port_that_is_taken_is_told_and_ends_the_command(tmp_path: Path) -> None:
    async with Home(tmp_path / "one").served() as (running, _):
        code, out, err = await Home(tmp_path / "two", running.port).does("serve")
    assert (code != 0, out) == (True, "")
    assert "address already in use" in err
    assert "Traceback" not in err
