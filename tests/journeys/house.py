"""A running Palaver as people and programs meet it: a process, its home, people with credentials; it asserts little."""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from palaver.kit.ids import new_id
from tests.journeys.nursery import Nursery, closed, first_line
from tests.journeys.streams import PATIENCE, Event, Stream
from tests.vendor import FakeVendor

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def json(self) -> Any:
        """What it says."""
        return json.loads(self.body)


@dataclass
class Person:
    """Somebody with a credential, and how they talk to a server."""

    client: aiohttp.ClientSession
    url: str
    token: str

    async def call(self, method: str, path: str, json: Any = None, **more: Any) -> Answer:
        """One request under /api/v1 and its whole answer."""
        body = {"json": json} if json is not None else {}
        async with (
            asyncio.timeout(PATIENCE),
            self.client.request(method, self._at(path), headers=self._headers(more), **body, **more) as reply,
        ):
            return Answer(reply.status, dict(reply.headers), await reply.read(), str(reply.url))

    async def get(self, path: str, **more: Any) -> Any:
        """What stands there; it must be there."""
        return self._sure(await self.call("GET", path, **more))

    async def post(self, path: str, json: Any = None, **more: Any) -> Any:
        """What comes of it; it must succeed."""
        return self._sure(await self.call("POST", path, json if json is not None else {}, **more))

    async def patch(self, path: str, json: Any) -> Any:
        """What becomes of it; it must succeed."""
        return self._sure(await self.call("PATCH", path, json))

    @asynccontextmanager
    async def stream(self, method: str, path: str, *, last: int | None = None, **more: Any) -> AsyncIterator[Stream]:
        """An open stream of events, from after event `last`."""
        headers = self._headers(more) | ({"Last-Event-ID": str(last)} if last is not None else {})
        async with self.client.request(method, self._at(path), headers=headers, **more) as reply:
            assert reply.status == 200, await reply.text()
            assert reply.content_type == "text/event-stream"
            yield Stream(reply)

    def query(self, prompt: str | None = None, **more: Any) -> Any:
        """An open stream of an answer."""
        body = more if prompt is None else {"prompt": prompt, **more}
        return self.stream("POST", "/query", json=body)

    async def ask(self, prompt: str | None = None, **more: Any) -> list[Event]:
        """All events of one turn."""
        async with self.query(prompt, **more) as stream:
            return await stream.rest()

    def follow(self, run_id: str, last: int | None = None) -> Any:
        """An open stream of a run."""
        return self.stream("GET", f"/runs/{run_id}/events", last=last)

    async def whole(self, run_id: str, last: int | None = None) -> list[Event]:
        """All events of a run after a number, once it is over."""
        async with self.follow(run_id, last) as stream:
            return await stream.rest()

    async def messages(self, session_id: str, **more: Any) -> list[dict[str, Any]]:
        """The messages of a branch."""
        return (await self.get(f"/sessions/{session_id}/messages", params={"limit": 200, **more}))["items"]

    async def until(self, path: str, holds: Callable[[Any], bool]) -> Any:
        """Ask again and again, until it holds."""
        async with asyncio.timeout(PATIENCE):
            while not holds(found := await self.get(path)):
                continue
        return found

    def _at(self, path: str) -> str:
        return self.url + (path if path.startswith(("/api/", "/metrics")) else "/api/v1" + path)

    def _headers(self, more: dict[str, Any]) -> dict[str, str]:
        who = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**who, **more.pop("headers", {})}

    def _sure(self, answer: Answer) -> Any:
        assert answer.status < 300, (answer.status, answer.body[:2000])
        return answer.json if answer.body else None


@dataclass
class House:
    """One home and the server in it, which can be started, ended, killed and paused."""

    nursery: Nursery
    home: Path
    client: aiohttp.ClientSession
    settings: dict[str, str] = field(default_factory=dict)
    pid: int = 0
    url: str = ""
    link: str = ""
    _pipe: int = -1
    _people: list[Person] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """Where its log lines go."""
        return self.home / "log"

    @property
    def database(self) -> Path:
        """The file of its database."""
        return self.home / "palaver.db"

    async def start(self) -> None:
        """Start the server, and return when it has said where it listens."""
        if not self.database.exists():
            shutil.copy(self.nursery.database, self.database)
        variables = {"PALAVER_HOME": str(self.home), "PALAVER_PORT": "0"} | self.settings
        self.pid, self._pipe = self.nursery.start(variables, self.log)
        async with asyncio.timeout(PATIENCE):
            line = (await first_line(self._pipe)).decode().strip()
        assert "/signin?token=" in line, self.log.read_text()
        self.link, self.url = line, line.partition("/signin")[0]
        for person in self._people:
            person.url = self.url

    async def kill(self) -> None:
        """As by `kill -9`."""
        os.kill(self.pid, signal.SIGKILL)
        await self.gone()

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to end, and wait until it has; its exit code."""
        os.kill(self.pid, number)
        return await self.gone()

    async def gone(self) -> int:
        """Wait until the process is gone; its exit code."""
        async with asyncio.timeout(PATIENCE):
            await closed(self._pipe)
        code, self.pid = self.nursery.wait(self.pid), 0
        return code

    async def owner(self) -> Person:
        """The administrator that the first start makes, with an API key, by way of the printed link."""
        async with self.client.get(self.link, allow_redirects=False) as reply:
            cookie = {"Cookie": f"palaver_session={reply.cookies['palaver_session'].value}"}
        async with self.client.post(f"{self.url}/api/v1/api-keys", json={"name": "test"}, headers=cookie) as reply:
            assert reply.status == 201, await reply.text()
            return self.person((await reply.json())["key"])

    async def stranger(self) -> Person:
        """Somebody new, who owns nothing."""
        body = {"email": f"{new_id('ada')}@example.org", "password": PASSWORD, "name": "Ada"}
        answer = await self.person("").call("POST", "/auth/register", body)
        assert answer.status == 201, answer.body
        return self.person(answer.json["access_token"])

    def person(self, token: str) -> Person:
        """Somebody with this credential, who finds the server again after a restart."""
        person = Person(self.client, self.url, token)
        self._people.append(person)
        return person

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """What stands in the database."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as link:
            return link.execute(statement, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The database, to be changed behind the server's back; committed at the end."""
        with closing(sqlite3.connect(self.database, timeout=10)) as link, link:
            yield link

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return self.rows(f"select count(*) from {table}")[0][0]


Opening = Callable[..., Awaitable[House]]

# For tests about vendors that say nothing: others must not depend on how fast the machine is.
IMPATIENT = {"providers__fake__timeouts__first_token": "1.5", "providers__fake__timeouts__idle": "1.5"}


@asynccontextmanager
async def houses(nursery: Nursery, folder: Path, vendor: FakeVendor) -> AsyncIterator[Opening]:
    """Opens houses that ask this vendor, and closes all of them at the end."""
    async with AsyncExitStack() as closing_time:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        client = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=None)
        )
        await closing_time.enter_async_context(client)

        async def opening(
            file: str = "", *, home: str = "home", packages: Path | None = None, **settings: str
        ) -> House:
            at = folder / home
            at.mkdir(exist_ok=True)
            (at / "palaver.toml").write_text(palaver_toml(vendor) + file)
            variables = {f"PALAVER_{name.upper()}": value for name, value in settings.items()}
            variables |= {"PYTHONPATH": str(packages)} if packages else {}
            house = House(nursery, at, client, variables)
            closing_time.push_async_callback(_close, house)
            await house.start()
            return house

        yield opening


def palaver_toml(vendor: FakeVendor) -> str:
    """Settings of a house whose only vendor is the fake one."""
    return f"""
[identity]
registration = "open"

[inference]
default_model = "fake/fake-n5-d1"
local_servers = {{}}
first_wait = 0.01
longest_wait = 0.05
breaker_after = 100

[context]
titles = false

[providers.fake]
base_url = "{vendor.url}"
api_key = "sk-fake"
models = "any"

[providers.fake.timeouts]
connect = 10
first_token = 15
idle = 15
"""


async def _close(house: House) -> None:
    if house.pid:
        await house.kill()
