"""The directory of ThroughLine, with a stand-in: asked beside everything, kept with its age, and never in the way."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from palaver.care.resources.reading import shipped
from palaver.care.resources.service import Help
from palaver.care.resources.settings import ThroughLineSettings
from palaver.care.resources.throughline import LARGEST, REST, REST_WHEN_REFUSED, Directory, DirectoryFailed, ThroughLine
from palaver.entry.settings import SettingsRefused, load_settings
from palaver.kit.clock import ManualClock

SECRET, TOKEN = "a-secret-of-somebody", "token-of-somebody"
ONE = {"helplines": [{"name": "A line", "phoneNumber": "1190"}]}


class Resting(ManualClock):
    """Tells how long somebody rests after each try."""

    def __init__(self) -> None:
        super().__init__()
        self.rests = asyncio.Queue[timedelta]()

    async def sleep(self, span: timedelta) -> None:
        self.rests.put_nowait(span)
        await super().sleep(span)

    async def tried(self) -> timedelta:
        async with asyncio.timeout(5):
            return await self.rests.get()


class StandIn:
    """Answers as it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.clock = Resting()
        self.asked: list[tuple[str, Any]] = []
        self.lists: Any = ONE
        self.token: Any = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "scope": None}
        self.statuses: list[int] = []  # of the next lists, before they are given
        self.url = ""

    async def give_token(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.content_type, dict(await request.post())))
        return await _as(self.token)

    async def give_list(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.headers["authorization"], dict(request.query)))
        return await _as(self.statuses.pop(0) if self.statuses else self.lists)

    @property
    def paths(self) -> str:
        """What was asked for, in order: t(oken) or l(ist)."""
        return "".join("t" if kind.startswith("application/") else "l" for kind, _ in self.asked)

    def settings(self, **more: Any) -> ThroughLineSettings:
        told = {"url": f"{self.url}/v1/", "token_url": f"{self.url}/token", "client_id": "me", "client_secret": SECRET}
        return ThroughLineSettings.model_validate({**told, **more})


async def _as(answer: Any) -> web.StreamResponse:
    if answer == "nothing":
        await asyncio.Event().wait()
    if isinstance(answer, int):
        return web.Response(status=answer, text=f"{TOKEN} {SECRET}", headers={"location": "https://example.org"})
    return web.Response(body=answer) if isinstance(answer, bytes) else web.json_response(answer)


@pytest.fixture
async def there() -> AsyncGenerator[StandIn]:
    made = StandIn()
    app = web.Application()
    app.router.add_post("/token", made.give_token)
    app.router.add_get("/v1/helplines", made.give_list)
    async with TestServer(app) as server:
        made.url = str(server.make_url("")).rstrip("/")
        yield made


@contextlib.asynccontextmanager
async def asking(there: StandIn, **more: Any) -> AsyncGenerator[ThroughLine]:
    made = ThroughLine(there.settings(**more), there.clock)
    try:
        yield made
    finally:
        await made.close()


@contextlib.asynccontextmanager
async def running(there: StandIn, home: str | None = None, **more: Any) -> AsyncGenerator[Directory]:
    directory = Directory(there.settings(**more), there.clock, home)
    try:
        async with asyncio.TaskGroup() as tasks:
            job = tasks.create_task(directory.run())
            yield directory
            job.cancel()
    finally:
        await directory.close()


async def test_a_token_is_asked_for_once_and_anew_when_it_runs_out_or_is_taken_back(there: StandIn) -> None:
    async with asking(there) as asked:
        found = await asked.helplines("KE")
        assert [(one.id, one.name) for one in found.services] == [("throughline-ke-1", "A line")]
        form = {"grant_type": "client_credentials", "client_id": "me", "client_secret": SECRET}
        wish = {"country_code": "ke", "topic": "suicidal thoughts", "priority_only": "true"}
        assert there.asked == [("application/x-www-form-urlencoded", form), (f"Bearer {TOKEN}", wish)]
        await asked.helplines("UG")
        assert there.paths == "tll"
        there.clock.advance(timedelta(hours=1))
        await asked.helplines("KE")
        assert there.paths == "tlltl"
        there.statuses = [401]
        assert (await asked.helplines("KE")).services
        assert there.paths == "tlltlltl"
        there.statuses = [401, 401]
        with pytest.raises(DirectoryFailed, match="status 401"):
            await asked.helplines("KE")


@pytest.mark.parametrize(
    ("answer", "says"),
    [(500, "status 500"), (302, "status 302"), (204, "status 204"), (429, "429"), (b"<html>", "cannot be read"),
     (b'{"helplines": [{"na', "cannot be read"), (b" " * (LARGEST + 1), "larger"), ("nothing", "too long")],
)  # fmt: skip
async def test_what_does_not_answer_as_it_should_fails_without_telling_a_secret(
    there: StandIn, answer: Any, says: str
) -> None:
    patience = 0.2 if answer == "nothing" else 5.0
    async with asyncio.timeout(5), asking(there, timeout_seconds=patience) as asked:
        there.token = answer
        with pytest.raises(DirectoryFailed) as refused:
            await asked.helplines("KE")
        assert says in str(refused.value) or "no token" in str(refused.value)
        there.token = {"access_token": "x"}
        there.lists = answer
        with pytest.raises(DirectoryFailed, match=says) as failed:
            await asked.helplines("KE")
        for error in (failed, refused):
            assert SECRET not in str(error.value)
            assert TOKEN not in str(error.value)
        assert failed.value.rest == (REST_WHEN_REFUSED if answer == 429 else REST)


async def test_nobody_waits_what_was_told_is_kept_and_grows_old(there: StandIn) -> None:
    async with running(there) as directory:
        helping = Help(None, directory)

        def told() -> list[str]:
            return [one.id for one in helping.chosen("KE") if one.id.startswith("throughline")]

        assert told() == []  # from what ships, at once
        assert [one.id for one in helping.chosen("KE")][-2:] == ["ke-emergency-999", "world-find-a-helpline"]
        assert await there.clock.tried() == timedelta(0)
        assert told() == ["throughline-ke-1"]
        assert there.paths == "tl"
        there.clock.advance(timedelta(hours=11))
        assert told()
        there.lists = 500
        there.clock.advance(timedelta(hours=2))
        assert told()  # still, and it is asked for anew
        assert await there.clock.tried() == REST
        there.clock.advance(timedelta(hours=11))
        assert told() == []
        assert helping.chosen("JP")
        assert helping.chosen()
    assert directory.state() == {"countries": 1, "skipped": 0, "trouble": "It answered with status 500."}


async def test_how_long_it_is_kept_and_what_it_is_asked_about_are_the_operators(there: StandIn) -> None:
    async with running(there, "KE", keep_hours=2, topic="Grief & loss") as directory:
        assert await there.clock.tried() == timedelta(0)
        assert there.asked[-1][1]["topic"] == "Grief & loss"
        there.clock.advance(timedelta(hours=2))
        assert directory.look("KE") == ()


async def test_after_a_failure_it_is_left_in_peace_for_a_while_and_the_country_of_the_server_is_asked_for_again(
    there: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    there.lists = 429
    with caplog.at_level(logging.DEBUG):
        async with running(there, "KE") as directory:
            assert await there.clock.tried() == REST_WHEN_REFUSED
            directory.look("UG")
            there.lists = ONE
            there.clock.advance(REST_WHEN_REFUSED - timedelta(seconds=1))
            assert there.paths == "tl"
            there.clock.advance(timedelta(seconds=1))
            assert [await there.clock.tried(), await there.clock.tried()] == [timedelta(0)] * 2
            assert directory.look("KE")
            assert directory.look("UG")
            assert directory.state() == {"countries": 2, "skipped": 0, "trouble": None}
    assert "ThroughLine could not be asked" in caplog.text
    assert SECRET not in caplog.text
    assert TOKEN not in caplog.text


async def test_entries_of_no_use_are_counted_and_what_ships_is_told(there: StandIn) -> None:
    there.lists = {"helplines": [*ONE["helplines"], {"name": "half"}]}
    async with running(there, "KE") as directory:
        assert await there.clock.tried() == timedelta(0)
        assert directory.look("KE") == ()
        assert directory.state()["skipped"] == 1
        assert [one.id for one in Help(None, directory).chosen("KE")] == [one.id for one in Help().chosen("KE")]
    assert not any(name.startswith("throughline") for name in shipped())


def test_it_is_off_without_a_client_and_no_secret_leaves_in_the_clear(tmp_path: Path) -> None:
    assert not ThroughLineSettings.model_validate({}).on
    both = {"client_id": "me", "client_secret": SECRET}
    assert SECRET not in repr(ThroughLineSettings.model_validate(both))
    wrong: list[dict[str, str]] = [
        {"client_id": "me"},
        {"client_secret": SECRET},
        {**both, "url": "http://example.org"},
        {**both, "token_url": "http://10.0.0.1/token"},
        {**both, "token_url": "ftp://localhost"},
        {**both, "url": "https:"},
    ]
    for one in wrong:
        variables = {f"PALAVER_CARE__THROUGHLINE__{name.upper()}": value for name, value in one.items()}
        with pytest.raises(SettingsRefused, match=r"THROUGHLINE") as error:
            load_settings({"PALAVER_HOME": str(tmp_path), **variables})
        assert SECRET not in str(error.value)
