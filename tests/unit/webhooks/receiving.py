"""Webhooks with a database in memory, a clock that is moved by hand, and a receiver that behaves as a test wants."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from palaver.core.ids import UserId
from palaver.identity.store import User, add_user
from palaver.kit.clock import ManualClock
from palaver.privacy.sealing import Sealer
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from palaver.webhooks.jobs import Deliveries
from palaver.webhooks.outbox import Outbox, Told
from palaver.webhooks.sending import Sending
from palaver.webhooks.service import Webhooks, Wish
from palaver.webhooks.settings import WebhookSettings
from tests.database import whole_database

ADA = UserId("usr_ada")
BOB = UserId("usr_bob")
PATIENCE = 60
Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def well(request: web.Request) -> web.StreamResponse:
    return web.Response(status=204)


async def down(request: web.Request) -> web.StreamResponse:
    return web.Response(status=503, text="down for repair")


@dataclass
class Receiver:
    """`heard` are the headers and bodies of everything that came, taken or not."""

    behaves: Behaviour = well
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def said(self) -> list[int]:
        """The numbers of all that came."""
        return [json.loads(body)["data"]["number"] for _, body in self.heard]

    async def hangs(self, request: web.Request) -> web.StreamResponse:
        await self.hanging.wait()
        return web.Response()

    async def until(self, count: int) -> None:
        """Wait until so many came."""
        async with asyncio.timeout(PATIENCE), self.came:
            await self.came.wait_for(lambda: len(self.heard) >= count)

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.heard.append(({name.lower(): value for name, value in request.headers.items()}, body))
        async with self.came:
            self.came.notify_all()
        return await self.behaves(request)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{name:.*}", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hear"
    try:
        yield receiver
    finally:
        receiver.hanging.set()
        await runner.cleanup()


@dataclass
class Post:
    """One process that delivers."""

    database: SqliteDatabase
    clock: ManualClock
    webhooks: Webhooks

    async def tell(self, *numbers: int, user_id: UserId = ADA) -> None:
        """Things happen, each with its number."""
        for number in numbers:
            data = json.dumps({"number": number}).encode()
            await self.database.write(self.webhooks.outbox.tell(user_id, Told("run.finished", data, "/x")))

    async def settled(self, webhook_id: str, holds: Callable[[Any], bool]) -> Any:
        """Wait until a webhook is as it should be."""
        async with asyncio.timeout(PATIENCE):
            while not holds(found := await self.webhooks.get(ADA, webhook_id)):
                await self.database.write(_nothing())
        return found

    def forward(self, **span: float) -> None:
        """Let time pass, and have what is due looked for."""
        self.clock.advance(timedelta(**span))
        self.webhooks.jobs.wake()


def settings(**more: Any) -> WebhookSettings:
    return WebhookSettings(allow_http=True, allow_private=True, **more)


@asynccontextmanager
async def post(
    given: WebhookSettings | None = None,
    *,
    database: SqliteDatabase | None = None,
    holder: str = "wrk_1",
    run: bool = True,
) -> AsyncIterator[Post]:
    """Webhooks at work; with `database`, another process on the same one."""
    if database is None:
        async with whole_database() as made, post(given, database=made, holder=holder, run=run) as one:
            for user in (ADA, BOB):
                await made.write(_user(user))
            yield one
        return
    given = given or settings()
    clock = ManualClock(datetime.now(UTC))
    sending, outbox = Sending(given, Sealer(b"k" * 32), clock), Outbox(clock, given)
    jobs = Deliveries(database, sending, outbox, settings=given, clock=clock, holder=holder)
    outbox.queued = jobs.wake
    webhooks = Webhooks(database, sending, outbox, jobs, settings=given, clock=clock)
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(jobs.run()) if run else None
        try:
            yield Post(database, clock, webhooks)
        finally:
            if working:
                working.cancel()
            await webhooks.close()


async def made(one: Post, url: str, *events: str) -> Any:
    """A webhook of Ada's."""
    return await one.webhooks.create(ADA, Wish(url, events or ("*",)))


def _user(user: UserId) -> Script[None]:
    row = User(user, "", user, None, None, "member", "")
    yield from add_user({**row._asdict(), "password_hash": None})


def _nothing() -> Script[None]:
    yield from ()
