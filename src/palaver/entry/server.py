"""One running server: opens the house, serves it, and closes it in order; it puts no feature together itself."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Generator
from functools import partial
from types import FrameType
from typing import cast

import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from palaver import __version__
from palaver.agents import api as agents_api
from palaver.agents.hooks import HOOK
from palaver.agents.sharing import api as shared_shelves_api
from palaver.agents.sharing.service import SharedShelves
from palaver.context.memory import api as memory_api
from palaver.core.ids import SessionId, UserId
from palaver.entry import (
    care_doors,
    caring,
    contexts,
    doors,
    filing,
    later,
    memory,
    problem,
    service_api,
    standing,
    travelling,
)
from palaver.entry.agency import open_agency
from palaver.entry.auditing import started
from palaver.entry.compose import House, build
from palaver.entry.database import open_database
from palaver.entry.describing import describe
from palaver.entry.express import Express
from palaver.entry.gate import Gate
from palaver.entry.home import prepare_home
from palaver.entry.jobs import start_jobs
from palaver.entry.metering import running_of
from palaver.entry.openings import raise_openings, too_few
from palaver.entry.settings import Loaded
from palaver.entry.socket_wire import SocketConnection
from palaver.entry.sockets import sockets
from palaver.entry.wire import Connection
from palaver.files import templates_api
from palaver.files.api import Owns
from palaver.identity import api as identity_api
from palaver.identity.budgets import api as budgets_api
from palaver.identity.door import SECURED
from palaver.identity.groups import api as groups_api
from palaver.identity.scopes import ADMIN
from palaver.inference import api as inference_api
from palaver.kit.clock import SystemClock
from palaver.observability.logs import configure_logs
from palaver.privacy.audit import api as audit_api
from palaver.realtime import api as realtime_api
from palaver.realtime import ws_api
from palaver.runs import api as runs_api
from palaver.runs import approvals_api, context_api, usage_api
from palaver.runs.seeing import Seeing
from palaver.sessions import api as sessions_api
from palaver.sessions import members_api, moving_api, projects_api, rewind_api, search_api, travel_api
from palaver.sessions.access import Act
from palaver.sessions.links import api as links_api
from palaver.sessions.links.service import ShareLinks
from palaver.sessions.project_sharing import api as shared_projects_api
from palaver.sessions.project_sharing.service import SharedProjects
from palaver.sessions.sharing import api as sharing_api
from palaver.sessions.sharing.service import SharedSessions
from palaver.tools import api as tools_api
from palaver.tools.mcp import api as mcp_api
from palaver.web import api as web_api
from palaver.webhooks import api as webhooks_api

log = logging.getLogger(__name__)

MCP_HEADERS = ("Mcp-Session-Id", "Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name")
RATE_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")
GRACE = 3  # seconds that answers under way have when the server ends; the whole end takes less than 5


def run(loaded: Loaded) -> None:
    """Serve until SIGINT or SIGTERM."""
    configure_logs(loaded.settings.log, loaded.settings.observability.log_level)
    prepare_home(loaded.settings.home)
    caring.warn(loaded.settings, SystemClock().now().date())
    openings = raise_openings()
    if few := too_few(openings, loaded.settings.sockets.most):
        log.info(few)
    else:
        log.debug("Connections and files that may be open", extra={"most": openings})
    uvloop.run(_serve(loaded))


def application(house: House) -> ASGIApp:
    """Every door of the house, behind one gate."""
    with _no_models_of_pydantic_1():
        return _application(house)


@contextlib.contextmanager
def _no_models_of_pydantic_1() -> Generator[None]:
    """The framework asks whether a parameter is one, and would load 2 MB to know; it takes no for an answer."""
    modules, name = cast("dict[str, object]", sys.modules), "pydantic.v1"
    if name in modules:
        yield
        return
    modules[name] = None  # as the import system marks what is not there
    try:
        yield
    finally:
        del modules[name]


def _application(house: House) -> ASGIApp:
    app = FastAPI(title="Palaver", version=__version__, docs_url=None, redoc_url=None)
    door = house.identity.door
    problem.answer_errors(app)
    describe(app)
    routers = (
        realtime_api.routes(house.runs, house.sessions, house.bus, pulse=house.pulse, door=door),
        runs_api.routes(house.runs, house.sessions, door),
        approvals_api.routes(house.answering, house.sessions, house.inference.resolve, door),
        *filing.routers(house.agency.files, house.sessions.owner, _owner_of_project(house), door),
        filing.passages(house.agency.searching, house.sessions.owner, house.agency.grounds.of, door),
        filing.direct(house.agency.files, house.clock, door),
        templates_api.routes(house.agency.templates, door, SECURED),
        tools_api.routes(house.agency.tools, door),
        mcp_api.routes(house.agency.servers, door, house.agency.agents.server),
        *_shelves(house),
        usage_api.routes(house.database, door),
        budgets_api.routes(house.purse.budgets, house.rates, door, running_of(house.runs)),
        context_api.routes(_seeing(house), house.runs, house.sessions, door),
        *_taking_part(house),
        sessions_api.routes(house.sessions, door, house.clear, house.moving.taking),
        moving_api.routes(house.moving.taking, house.moving.importing, door),
        search_api.routes(house.moving.finding, door),
        *_projects(house),
        memory_api.routes(house.memories, door),
        *care_doors.routers(house),
        travel_api.routes(travelling.travel(house), house.sessions.check_mode, door),
        rewind_api.routes(travelling.backward(house), door),
        *_identity(house),
        inference_api.routes(house.inference, door),
        service_api.routes(house, later.listed()),
        webhooks_api.routes(house.webhooks, door),
        *doors.surfaces(house),
        ws_api.routes(),
        later.routes(door),
        web_api.routes(),
    )
    for router in routers:
        app.router.routes.extend(router.routes)  # including a router would make everything of its routes once more
    return _gated(house, Express(app, routers))


def _gated(house: House, app: ASGIApp) -> ASGIApp:
    network, across = house.settings.network, partial(_across_origins, house.settings.identity.trusted_origins)
    return Gate(
        app, house.metrics, across, sockets=sockets(house), hosts=network.hosts, rates=house.rates,
        https_for=network.https_for,
    )  # fmt: skip


def _identity(house: House) -> tuple[APIRouter, ...]:
    """Who is asking, and what was written down about that."""
    identity = house.identity
    return (
        identity_api.routes(identity, house.settings.identity),
        groups_api.routes(identity.teams, identity.door),
        audit_api.routes(house.audit, identity.door.needs(ADMIN), SECURED),
    )


def _shelves(house: House) -> tuple[APIRouter, ...]:
    """What stands on shelves, and with whom it is shared."""
    door, agents = house.identity.door, house.agency.agents
    shared = SharedShelves(house.database, agents.shelves, house.clock, house.identity.audit)
    named = [kind for kind in agents.kinds if kind.name != HOOK]  # hooks act without being named
    return (
        agents_api.routes(agents.shelves, door, agents.kinds),
        shared_shelves_api.routes(shared, door, named),
    )


def _projects(house: House) -> tuple[APIRouter, ...]:
    """Projects, and with whom they are shared."""
    door, shared = house.identity.door, SharedProjects(house.database, house.clock, house.identity.audit)
    return (projects_api.routes(house.projects, door), shared_projects_api.routes(shared, door))


def _taking_part(house: House) -> tuple[APIRouter, ...]:
    """Who sees sessions besides their owners."""
    door, allowed = house.identity.door, house.settings.sessions.share_links
    links = ShareLinks(house.database, house.clock, house.identity.audit, allowed=allowed)
    shared = SharedSessions(house.database, house.members, house.clock, house.identity.audit)
    return (members_api.routes(house.members, door), sharing_api.routes(shared, door), links_api.routes(links, door))


def _seeing(house: House) -> Seeing:
    return contexts.seeing(
        house.settings, house.database, house.inference, agency=house.agency, sessions=house.sessions,
        recall=house.memories.recall,
    )  # fmt: skip


def _owner_of_project(house: House) -> Owns:
    async def owns(user_id: UserId, project_id: SessionId, act: Act) -> UserId:
        return await house.projects.owner(user_id, project_id, act)

    return owns


def _across_origins(trusted: tuple[str, ...], app: ASGIApp) -> ASGIApp:
    """Pages of other origins may use the API only where the operator trusts them."""
    if not trusted:
        return app
    return CORSMiddleware(
        app,
        allow_origins=list(trusted),
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "X-API-Key",
            "X-Request-ID",
            "Idempotency-Key",
            "Last-Event-ID",
            *MCP_HEADERS,
        ],
        expose_headers=["X-Request-ID", "Retry-After", *RATE_HEADERS, "WWW-Authenticate", "Mcp-Session-Id"],
        max_age=600,
    )


async def _serve(loaded: Loaded) -> None:
    clock = SystemClock()
    async with open_database(loaded.settings) as database:
        async with asyncio.TaskGroup() as tasks:
            agency = await open_agency(loaded.settings, database, loaded.environment, tasks=tasks, clock=clock)
            house = build(loaded, database, agency, tasks=tasks, clock=clock)
            await house.lease.take()
            await house.caring.policies.current()  # before a turn can begin
            await house.moving.importing.sweep()
            await house.inference.look()
            await travelling.backward(house).rewinding.recover()  # before a turn can begin
            recovered = await house.recovery.recover(alone=database.alone())
            await house.children.wake_parents()
            await house.purse.recover()
            await house.webhooks.jobs.recover(alone=database.alone())
            await house.escalating.jobs.recover(alone=database.alone())
            await house.audit(started(loaded))
            if recovered:
                log.info("Runs that were cut go on", extra={"runs": recovered})
            start_jobs(house, tasks)
            standing.watch(house, tasks)
            memory.settle()
            await _Server(house).serve()
            _cancel(tasks)
        await house.close()


def _cancel(tasks: asyncio.TaskGroup) -> None:
    """End everything that is under way: a run that is cut goes on at the next start."""
    own = asyncio.current_task()
    for task in asyncio.all_tasks():
        if task is not own and not task.done():
            task.cancel()


class _Server(uvicorn.Server):
    """uvicorn, that lets streams go when it is told to end, and prints the sign-in link when it is ready."""

    def __init__(self, house: House) -> None:
        self._house = house
        settings = house.settings
        super().__init__(
            uvicorn.Config(
                application(house),
                settings.host,
                settings.port,
                loop="none",
                http=cast("type[Connection]", partial(Connection, bounds=settings.network)),
                ws=SocketConnection,
                ws_max_size=settings.sockets.largest_message,
                ws_ping_interval=None,  # the hub looks at all sockets at once
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(settings.network.trusted_proxies),
                forwarded_allow_ips=[str(one) for one in settings.network.trusted_proxies],
                backlog=4096,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=GRACE,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say where."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            await _print_link(self._house, f"http://{f'[{host}]' if ':' in host else host}:{port}")
            await self._house.escalating.jobs.warn()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """SIGINT and SIGTERM end the server; nothing is raised afterwards."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        log.info("Ending; open streams are let go and come back with their last number")
        self._house.drain()
        super().handle_exit(sig, frame)


async def _print_link(house: House, url: str) -> None:
    owner = await house.identity.accounts.owner()
    token = await house.identity.one_time.sign_in_token(owner.id)
    log.info("Palaver listens", extra={"url": url})
    sys.stdout.write(f"{url}/signin?token={token.reveal()}\n")
    sys.stdout.flush()
