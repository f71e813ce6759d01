"""The resources of the MCP server: a person's sessions and their files, listed, read and completed within bounds."""

import asyncio
from base64 import b64encode
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from palaver.core.errors import Invalid, NotFound, PayloadTooLarge
from palaver.core.ids import SessionId
from palaver.core.principal import Principal
from palaver.files.media import HEAD, media_type_of
from palaver.files.workspace import OWN
from palaver.sessions import export
from palaver.sessions.service import Query
from palaver.surfaces.mcp_server.addresses import Address, of_file, of_session
from palaver.surfaces.mcp_server.addresses import read as address_of
from palaver.surfaces.mcp_server.behind import Behind

SCOPE = "sessions:read"
PAGE = 50  # sessions
FILES = 20  # of each session in the list; the others are found by completion
LARGEST = 4_194_304  # bytes of one resource, which is one message of the protocol
COMPLETED = 100  # as the protocol has it


class Listed(NamedTuple):
    """A resource in a list."""

    uri: str
    name: str
    media_type: str
    title: str | None = None
    size: int | None = None
    changed: str | None = None


class Content(NamedTuple):
    """A resource itself: words, or else bytes in base64."""

    uri: str
    media_type: str
    text: str | None = None
    blob: str | None = None


class Begun(NamedTuple):
    """An argument of an address that is being written; `session_id` where that is known already."""

    name: str
    value: str
    session_id: str | None = None


async def listed(behind: Behind, principal: Principal, cursor: str | None) -> tuple[list[Listed], str | None]:
    """A page of sessions, each followed by its first files; and where the next one begins."""
    behind.check(principal, SCOPE)
    page = msgspec.json.decode(await behind.sessions.page(principal.user_id, Query(cursor=cursor, limit=PAGE)))
    sessions: list[dict[str, Any]] = page["items"]
    files = await asyncio.to_thread(lambda: [_files(behind, one["id"], FILES) for one in sessions])
    found: list[Listed] = []
    for one, its in zip(sessions, files, strict=True):
        found.append(Listed(of_session(one["id"]), one["id"], "text/markdown", one["title"], None, one["updated_at"]))
        found += its
    return found, page["next_cursor"]


async def read(behind: Behind, principal: Principal, uri: str) -> Content:
    """One resource. Raises `NotFound` for what is not there, or somebody else's; `PayloadTooLarge`."""
    behind.check(principal, SCOPE)
    address = address_of(uri)
    if address is None:
        raise NotFound(f"There is no resource {uri[:200]!r} here.")
    if address.path is None:
        return await _session(behind, principal, uri, address)
    await behind.sessions.find(principal.user_id, SessionId(address.session_id))
    return await asyncio.to_thread(_file, behind, uri, address.session_id, address.path)


async def completed(behind: Behind, principal: Principal, begun: Begun) -> list[str]:
    """What the argument may be: ids of the newest sessions, or paths of files in one."""
    behind.check(principal, SCOPE)
    if begun.name == "session_id":
        page = msgspec.json.decode(await behind.sessions.page(principal.user_id, Query(limit=COMPLETED)))
        return [one["id"] for one in page["items"] if one["id"].startswith(begun.value)]
    if begun.name != "path" or not begun.session_id:
        return []
    try:
        await behind.sessions.find(principal.user_id, SessionId(begun.session_id))
    except NotFound:
        return []
    return await asyncio.to_thread(_paths, behind, begun.session_id, begun.value)


async def _session(behind: Behind, principal: Principal, uri: str, address: Address) -> Content:
    session, messages = await behind.sessions.whole(principal.user_id, SessionId(address.session_id))
    if sum(len(one.text) for one in messages) > LARGEST:
        raise PayloadTooLarge("This session is too long for one resource: read it page by page with read_session.")
    return Content(uri, "text/markdown", export.markdown(session, messages))


def _file(behind: Behind, uri: str, session_id: str, path: str) -> Content:
    try:
        content = behind.files.home.workspaces.of(SessionId(session_id)).read(path, LARGEST)
    except PayloadTooLarge as error:
        raise PayloadTooLarge(f"{error.detail} Download it at /api/v1/sessions/{session_id}/files/.") from None
    kind = media_type_of(path.rpartition("/")[2], content[:HEAD])
    try:
        if b"\0" not in content:
            return Content(uri, kind, content.decode())
    except UnicodeDecodeError:
        pass  # then it is bytes
    return Content(uri, kind, None, b64encode(content).decode())


def _files(behind: Behind, session_id: str, most: int) -> list[Listed]:
    workspace = behind.files.home.workspaces.of(SessionId(session_id))
    if not workspace.root.is_dir():  # files of a fork are not laid out because somebody looks at a list
        return []
    try:
        files = (entry for entry in workspace.walk(leave_out={OWN}) if entry.kind == "file")
        return [
            Listed(of_file(session_id, one.path), one.path, media_type_of(one.path.rpartition("/")[2]), None, one.size)
            for one in islice(files, most)
        ]
    except (NotFound, Invalid):  # deleted meanwhile
        return []


def _paths(behind: Behind, session_id: str, begun: str) -> list[str]:
    workspace = behind.files.home.workspaces.of(SessionId(session_id))
    files = (one.path for one in workspace.walk(leave_out={OWN}) if one.kind == "file" and one.path.startswith(begun))
    return list(islice(files, COMPLETED))
