"""Serves the built web client: its page at the addresses a person may open, its assets for good. It builds nothing."""

import re
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

from palaver.core.errors import NotFound

DIST = Path(__file__).with_name("dist")

# Said here, because what an operating system believes about file names differs from machine to machine.
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_ASSET_NAME = re.compile(r"[\w-][\w.-]*", re.ASCII)

# An asset's name holds a hash of its content: under one name it is the same for ever.
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASK_FIRST = {"Cache-Control": "no-cache"}

_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Palaver: the page is not built</title>
<h1>Palaver runs, but its page is not built yet</h1>
<p>Run <code>make run</code> (or only <code>make web</code>) in Palaver's folder, then load this page again.</p>
<p>The API works without it; its description is at <a href="/docs">/docs</a>.</p>
</html>
"""


def routes(dist: Path = DIST) -> APIRouter:
    """The page at `/` and `/c/{session_id}`, and its assets, from the folder that the build writes."""
    router = APIRouter(include_in_schema=False)

    async def page() -> Response:
        index = dist / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, 503, _ASK_FIRST)
        return FileResponse(index, headers=_ASK_FIRST, media_type="text/html; charset=utf-8")

    async def conversation(session_id: str) -> Response:
        # Every conversation is the same page; whether this one may be seen is decided when the page asks for it.
        del session_id
        return await page()

    async def asset(name: str) -> Response:
        path = dist / "assets" / name
        media_type = _MEDIA_TYPES.get(path.suffix)
        if media_type is None or not _ASSET_NAME.fullmatch(name) or not path.is_file():
            raise NotFound("There is no such file.")
        return FileResponse(path, headers=_FOR_EVER, media_type=media_type)

    read = ["GET", "HEAD"]
    router.add_api_route("/", page, methods=read)
    router.add_api_route("/c/{session_id}", conversation, methods=read)
    router.add_api_route("/assets/{name}", asset, methods=read)
    return router
