"""What health and metrics see of a running house; it puts nothing together and starts nothing."""

import asyncio
from typing import TYPE_CHECKING

import msgspec

from palaver import __version__
from palaver.observability.metrics import Metrics
from palaver.runs.concluding import Concluding
from palaver.tools.mcp.service import McpServers

if TYPE_CHECKING:
    from palaver.entry.compose import House

USERS = "(users)"  # no server can be called so


def watch(house: "House", concluding: Concluding) -> None:
    """Let health and metrics see what happens in the house."""

    async def database() -> None:
        await house.database.check()

    async def models() -> dict[str, object]:
        return {one.name: one.ready for one in house.inference.health()}

    async def process() -> dict[str, object]:
        return {
            "version": __version__,
            "runs": len(house.journal.lives),
            "streams": house.metrics.streams_open,
            "sockets": house.metrics.sockets_open,
            "tasks": len(asyncio.all_tasks()),
        }

    async def agents() -> dict[str, object]:
        chosen = house.agency.chosen
        servers = [msgspec.structs.asdict(one) for one in house.agency.servers.stats()]
        return {"sandbox": {"kind": chosen.name, "why": chosen.why}, "mcp_servers": servers}

    house.health.add("database", database)
    house.health.add("agents", agents, needed=False)
    house.health.add("models", models, needed=False)
    house.health.add("process", process, needed=False)
    if (directory := house.caring.helping.directory) is not None:

        async def listed() -> dict[str, object]:
            return directory.state()

        house.health.add("throughline", listed, needed=False)
    house.metrics.watch("palaver_runs_live", "Runs under way here.", lambda: len(house.journal.lives))
    house.metrics.watch_growing("palaver_events_told", "Events told since the start.", lambda: house.journal.told)
    spent = house.metrics.watch_growing
    spent("palaver_input_tokens", "Tokens that models were given.", lambda: concluding.spent.input_tokens)
    spent("palaver_output_tokens", "Tokens that models wrote.", lambda: concluding.spent.output_tokens)
    told = house.webhooks.jobs
    spent("palaver_webhook_tries", "Tries to tell a webhook something.", lambda: told.tries, ("outcome",))
    spent("palaver_webhooks_disabled", "Webhooks that were given up.", lambda: told.stopped, ("why",))
    _watch_servers(house.metrics, house.agency.servers)
    if (screener := house.caring.care.screener) is not None:
        asked = screener.asked
        spent(
            "palaver_care_screenings",
            "Texts that the screener's model was asked about.",
            lambda: {(outcome,): float(number) for outcome, number in asked.items()},
            ("outcome",),
        )


def _watch_servers(metrics: Metrics, servers: McpServers) -> None:
    """Instances of the operator's MCP servers by name, and of all others together (`users`)."""

    def instances() -> dict[tuple[str, ...], float]:
        rows = [(one.name or USERS, one) for one in servers.stats()]
        free = {(name, "free"): float(one.free) for name, one in rows}
        return free | {(name, "lent"): float(one.lent) for name, one in rows}

    def restarts() -> dict[tuple[str, ...], float]:
        return {(one.name or USERS,): float(one.restarts) for one in servers.stats()}

    metrics.watch("palaver_mcp_instances", "Running instances of MCP servers.", instances, ("server", "state"))
    metrics.watch_growing("palaver_mcp_restarts", "Instances that were lost and replaced.", restarts, ("server",))
