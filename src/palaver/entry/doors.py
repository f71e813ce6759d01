"""Puts together what speaks other people's protocols; it serves nothing and decides nothing."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.routing import APIRoute

from palaver.entry.compose import House
from palaver.entry.embedding import Embedding
from palaver.entry.travelling import forking
from palaver.realtime.doorway import Doorway
from palaver.realtime.hearing import Hearing
from palaver.realtime.sse import EXTENSION, Wire
from palaver.sessions.adopting import Adopting
from palaver.surfaces import models_api, openai_embeddings
from palaver.surfaces.ag_ui import api as ag_ui_api
from palaver.surfaces.ai_sdk import api as ai_sdk_api
from palaver.surfaces.anthropic_messages import api as anthropic_messages_api
from palaver.surfaces.asking import Asking
from palaver.surfaces.documents import Documents
from palaver.surfaces.mcp_server import api as mcp_server_api
from palaver.surfaces.mcp_server.behind import Behind
from palaver.surfaces.mcp_server.serving import Serving
from palaver.surfaces.openai_chat import api as openai_chat_api
from palaver.surfaces.openai_responses import api as openai_responses_api
from palaver.surfaces.openai_responses import conversations as openai_conversations_api
from palaver.surfaces.openai_responses.looking_up import Records
from palaver.surfaces.openai_responses.placing import Placing
from palaver.surfaces.port import Scope
from palaver.surfaces.rooms import Rooms
from palaver.surfaces.talking import Talking
from palaver.surfaces.threads import Threads


def asking(house: House) -> Asking:
    """What surfaces ask with."""
    doorway = Doorway(house.runs, house.bus, pulse=house.pulse)
    threads = Threads(house.database, Adopting(house.database, house.sessions, house.clock), forking(house).fork)
    return Asking(house.database, doorway, threads, house.inference)


def talking(house: House, documents: Documents) -> Talking:
    """What surfaces ask with whose clients name their chats and have a person in front of them."""
    doorway = Doorway(house.runs, house.bus, pulse=house.pulse)
    rooms = Rooms(house.database, house.sessions, Adopting(house.database, house.sessions, house.clock))
    return Talking(
        house.database,
        rooms,
        doorway,
        house.runs,
        answering=house.answering,
        models=house.inference,
        documents=documents,
    )


def surfaces(house: House) -> Sequence[APIRouter]:
    """The routes of all surfaces. Those who made the protocols describe them: our own document is about our own API."""
    routers = _surfaces(house)
    for route in (route for router in routers for route in router.routes if isinstance(route, APIRoute)):
        route.include_in_schema = False
    return routers


def _surfaces(house: House) -> Sequence[APIRouter]:
    shared, door = asking(house), house.identity.door
    documents = Documents(house.agency.files, house.settings.context.document_characters)
    chats = talking(house, documents)
    return (
        openai_chat_api.routes(shared, door, house.clock),
        anthropic_messages_api.routes(shared, house.inference, documents, door),
        models_api.routes(house.inference, door),
        openai_embeddings.routes(Embedding(house.inference, house.purse).asked_by, door),
        *_openai_responses(house, shared),
        ag_ui_api.routes(chats, door),
        ai_sdk_api.routes(chats, door),
        mcp_server_api.routes(mcp_server(house, shared), door, house.settings.identity),
    )


def _openai_responses(house: House, shared: Asking) -> Sequence[APIRouter]:
    records = Records(house.database, house.runs)
    placing, adopting = Placing(shared, records), Adopting(house.database, house.sessions, house.clock)
    conversations = openai_conversations_api.Conversations(placing, records, house.sessions, adopting)
    return (
        openai_responses_api.routes(shared, placing, house.sessions, house.identity.door),
        openai_conversations_api.routes(conversations, house.clear, house.identity.door),
    )


def mcp_server(house: House, shared: Asking) -> Serving:
    """Palaver as an MCP server; nothing of the SDK is loaded before somebody comes."""
    behind = Behind(
        sessions=house.sessions,
        finding=house.moving.finding,
        files=house.agency.files,
        shelves=house.agency.agents.shelves,
        recipes=house.agency.agents.recipes,
        asking=shared,
        hearing=Hearing(house.runs, house.bus, house.rates.caller),
        check=house.identity.door.check,
    )
    stuck = house.settings.realtime.stuck.total_seconds()
    return Serving(behind, house.clock, tasks=house.tasks, stuck=stuck, abort=lambda scope: _wire(scope).abort())


def _wire(scope: Scope) -> Wire:
    return scope["extensions"][EXTENSION]
