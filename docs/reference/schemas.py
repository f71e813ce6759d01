"""The schemas of the API as documents, as a server would tell them: OpenAPI, and every event; it writes nothing."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any, get_args

import httpx
import msgspec

from palaver.core.room import Sign
from palaver.entry.agency import open_agency
from palaver.entry.compose import build
from palaver.entry.database import open_database
from palaver.entry.server import application
from palaver.entry.settings import load_settings
from palaver.entry.told_events import FRAME, NAME, event_schemas
from palaver.kit.clock import SystemClock

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ABOUT = (
    "What is told of a run, with its number, run and session (`Event`), and what people who share a session hear of "
    "each other, which has no number (`Sign`). SSE, WebSocket, webhooks and clients carry the same objects."
)
_REF = "#/$defs/{name}"


def openapi_document() -> str:
    """The OpenAPI document; paths and components in the order of their names, so that it is the same every time."""
    document = asyncio.run(_told())
    document["paths"] = _ordered(document["paths"])
    document["components"] = {kind: _ordered(found) for kind, found in document["components"].items()}
    return _written(document)


def events_document() -> str:
    """The JSON Schema of everything that is told: it accepts an event or a sign."""
    components = event_schemas()
    del components[FRAME]
    events = json.loads(json.dumps(components).replace("#/components/schemas/", "#/$defs/"))
    signs = get_args(Sign)
    _, found = msgspec.json.schema_components(signs, ref_template=_REF)
    found["Sign"] = {
        "description": "What people who share a session hear of each other.",
        "oneOf": [{"$ref": _REF.format(name=kind.__name__)} for kind in signs],
    }
    return _written(
        {
            "$schema": DIALECT,
            "title": "Palaver's events",
            "description": _ABOUT,
            "oneOf": [{"$ref": _REF.format(name=name)} for name in (NAME, "Sign")],
            "$defs": _ordered(events | found),
        }
    )


async def _told() -> dict[str, Any]:
    """What a server with nothing but its defaults says of itself; its home is gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        loaded = load_settings({"PALAVER_HOME": str(Path(home) / "home")})
        loaded.settings.home.mkdir()
        async with open_database(loaded.settings) as database, asyncio.TaskGroup() as tasks:
            clock = SystemClock()
            agency = await open_agency(loaded.settings, database, loaded.environment, tasks=tasks, clock=clock)
            house = build(loaded, database, agency, tasks=tasks, clock=clock)
            transport = httpx.ASGITransport(application(house))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                reply = (await client.get("/openapi.json")).raise_for_status()
            await house.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
    return reply.json()


def _ordered(named: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(named.items()))


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
