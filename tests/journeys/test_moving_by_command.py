"""Sessions taken away and brought by command, against a real server: what is written where, and how commands end."""

import asyncio
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.journeys.test_bringing import CHATGPT, CLAUDE, contents, without_ids
from tests.journeys.test_command_line import PALAVER, Home
from tests.promises import keeps

pytestmark = pytest.mark.timeout(180)


async def get(home: Home, path: str) -> Any:
    _, key, _ = await home.does("key", "create", "--user", "owner@palaver.local", "--name", "look")
    at = f"http://127.0.0.1:{home.port}/api/v1{path}"
    async with aiohttp.ClientSession() as http, http.get(at, headers={"X-API-Key": key.strip()}) as reply:
        return json.loads(await reply.read())


@keeps("sessions:round-trip:command")
async def test_all_sessions_go_from_one_server_to_another_by_two_commands(tmp_path: Path) -> None:
    taken, again = tmp_path / "all.zip", tmp_path / "again.zip"
    async with Home(tmp_path / "one").served() as (one, _):
        await one.does("chat", "Write a file notes.txt with the words hello there", "--mode", "acceptEdits")
        assert (await one.does("import", "-", typed=CLAUDE))[0] == 0
        code, out, err = await one.does("export", "--all", "--out", str(taken))
        assert (code, out, err.startswith("Taken: "), str(taken) in err) == (0, "", True, True)
        assert taken.stat().st_mode & 0o077 == 0
    async with Home(tmp_path / "two").served() as (two, _):
        code, out, err = await two.does("import", str(taken), "--dry-run")
        assert (code, out, err.splitlines()[-1]) == (
            0, "", "Could be taken in: 2 sessions, 4 messages, 1 files, 0 projects."
        )  # fmt: skip
        assert (await get(two, "/sessions"))["items"] == []
        code, out, err = await two.does("import", str(taken))
        assert code == 0
        assert err.splitlines()[-1] == "Taken in: 2 sessions, 4 messages, 1 files, 0 projects."
        first, second = out.splitlines()
        assert second.endswith("  Baking")
        session = await get(two, f"/sessions/{first.split()[0]}")
        assert session["message_count"] == 2
        assert (await two.does("export", "--all", "--out", str(again)))[0] == 0
    assert contents(again.read_bytes()) == contents(taken.read_bytes())


@keeps("sessions:round-trip:command")
async def test_one_session_is_taken_as_json_as_a_zip_or_to_be_read(tmp_path: Path) -> None:
    async with Home(tmp_path).served() as (home, _):
        _, brought, _ = await home.does("import", "-", typed=CHATGPT)
        session = brought.split()[0]
        code, whole, err = await home.does("export", "--session", session)
        assert (code, json.loads(whole)["session"]["id"], err) == (0, session, f"Taken: {told(len(whole.encode()))}.\n")
        _, text, _ = await home.does("export", "--session", session, "--format", "markdown", "--out", "-")
        assert text.startswith("# Trees\n")
        file = tmp_path / "one.zip"
        assert (await home.does("export", "--session", session, "--format", "zip", "--out", str(file)))[0] == 0
        with zipfile.ZipFile(file) as found:
            assert found.namelist() == [f"sessions/{session}.json", "manifest.json"]
            assert found.read(f"sessions/{session}.json").decode() == whole
        _, array, _ = await home.does("export", "--all", "--format", "json")
        assert [without_ids(json.dumps(one)) for one in json.loads(array)] == [
            without_ids(json.dumps(json.loads(whole)))
        ]


@keeps("sessions:round-trip:command")
async def test_a_file_that_is_there_stays_and_one_that_is_not_whole_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("mine")
    async with Home(tmp_path / "home").served() as (home, _):
        _, brought, _ = await home.does("import", "-", typed=CLAUDE)
        session = brought.split()[0]
        code, out, err = await home.does("export", "--session", session, "--out", str(file))
        assert (code, out, err) == (1, "", f"{file} is there already; --force replaces it.\n")
        assert file.read_text() == "mine"
        assert (await home.does("export", "--session", session, "--out", str(file), "--force"))[0] == 0
        assert json.loads(file.read_text())["session"]["title"] == "Baking"
        code, _, err = await home.does("export", "--session", "ses_nobody", "--out", str(tmp_path / "none.json"))
        assert (code, err) == (1, "There is no such session.\n")
        code, _, err = await home.does("export", "--all", "--out", str(tmp_path / "no" / "where.zip"))
        assert (code, err) == (1, f"{tmp_path / 'no' / 'where.zip'}: No such file or directory.\n")
        assert (await home.does("export", "--all", "--session", session))[0] == 2
        assert (await home.does("export"))[0] == 2
    code, _, err = await home.does("export", "--all", "--out", str(tmp_path / "away.zip"))
    assert (code, "Is Palaver running there?" in err) == (1, True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home", "mine.json"]


@keeps("sessions:import:all-or-nothing", "sessions:round-trip:command")
async def test_a_broken_file_is_told_with_its_line_and_brings_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "conversations.json"
    broken.write_text(f"[{CLAUDE[1:-1]},\n{CHATGPT[1:]}".replace('"u1": {', '"u1": [', 1))
    async with Home(tmp_path / "home").served() as (home, _):
        for more in ((), ("--dry-run",)):
            code, out, err = await home.does("import", str(broken), *more)
            assert (code, out) == (1, "")
            line = next(at for at, said in enumerate(broken.read_text().splitlines(), 1) if '"u1": [' in said)
            assert err.splitlines()[-1].startswith(f"the file, conversation 2, line {line}"), err
            assert err.endswith("Nothing was imported.\n")
        assert (await get(home, "/sessions"))["items"] == []
        code, _, err = await home.does("import", str(tmp_path / "none.json"))
        assert (code, err) == (1, f"{tmp_path / 'none.json'}: No such file or directory.\n")


async def test_a_reader_that_goes_away_ends_the_export_without_a_word(tmp_path: Path) -> None:
    long = json.loads(CLAUDE)
    long[0]["chat_messages"][0] |= {"text": "x" * 400_000, "content": []}
    async with Home(tmp_path).served() as (home, _):
        assert (await home.does("import", "-", typed=json.dumps(long)))[0] == 0
        reading, writing = os.pipe()
        os.close(reading)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PALAVER_")}
        here = {"PALAVER_HOME": str(home.folder), "PALAVER_PORT": str(home.port)}
        process = await asyncio.create_subprocess_exec(
            PALAVER, "export", "--all", env=inherited | here, stdout=writing, stderr=asyncio.subprocess.PIPE
        )
        os.close(writing)
        async with asyncio.timeout(60):
            _, err = await process.communicate()
        assert (process.returncode, err) == (141, b"")


def told(count: int) -> str:
    """A number of bytes as the command says it."""
    return f"{count:,} bytes" if count < 1024 else f"{count / 1024:,.1f} KiB"
