"""Serves the built web client: its pages at the addresses a person may open, its assets for good. It builds nothing."""

import re
import secrets
from pathlib import Path

from fastapi import APIRouter, Request
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

# What the build writes where each answer has a number of its own; a script or style without it is not run.
NONCE = "palaver-nonce"

_NOTHING_ELSE = (
    "default-src 'none'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# Markup becomes part of the page only through the two policies that make it harmless (see `kit/markdown.ts`).
_PAGE = (
    f"{_NOTHING_ELSE}; script-src 'nonce-{NONCE}'; style-src 'nonce-{NONCE}'; img-src 'self' data: blob:; "
    "font-src 'self'; manifest-src 'self'; require-trusted-types-for 'script'; trusted-types palaver dompurify"
)
# The two pages that show the API's description hold pictures in place; no person or model wrote there.
_TRYING = (
    f"{_NOTHING_ELSE}; script-src 'nonce-{NONCE}'; style-src 'nonce-{NONCE}'; img-src 'self' data:; "
    "font-src 'self' data:"
)
# The library of this one also writes style attributes. Elements with styles need the number there, too.
_READING = _TRYING.replace("style-src ", "style-src-attr 'unsafe-inline'; style-src-elem ")

_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Palaver: the page is not built</title>
<h1>Palaver runs, but its page is not built yet</h1>
<p>Run <code>make run</code> (or only <code>make web</code>) in Palaver's folder, then load this page again.</p>
<p>The API works without it; its description is at <a href="/openapi.json">/openapi.json</a>.</p>
</html>
"""


def routes(dist: Path = DIST) -> APIRouter:
    """The page at `/`, `/c/{session_id}` and `/counsellor`, the API's description at `/docs` and `/redoc`.

    What they are made of as well. All of it stands in the folder that the build writes.
    """
    router = APIRouter(include_in_schema=False)

    def built(name: str, request: Request, policy: str) -> Response:
        file = dist / name
        if not file.is_file():
            return HTMLResponse(_NOT_BUILT, 503, _ASK_FIRST)
        nonce = secrets.token_urlsafe(16)
        # No ETag: what a browser kept has the number of another answer.
        headers = _ASK_FIRST | {"Content-Security-Policy": policy.replace(NONCE, nonce)}
        body = file.read_text("utf-8").replace(NONCE, nonce)
        return HTMLResponse("" if request.method == "HEAD" else body, headers=headers)

    async def page(request: Request) -> Response:
        return built("index.html", request, _PAGE)

    async def docs(request: Request) -> Response:
        return built("docs.html", request, _TRYING)

    async def redoc(request: Request) -> Response:
        return built("redoc.html", request, _READING)

    async def conversation(request: Request, session_id: str) -> Response:
        # Every conversation is the same page; whether this one may be seen is decided when the page asks for it.
        del session_id
        return await page(request)

    async def asset(name: str) -> Response:
        path = dist / "assets" / name
        media_type = _MEDIA_TYPES.get(path.suffix)
        if media_type is None or not _ASSET_NAME.fullmatch(name) or not path.is_file():
            raise NotFound("There is no such file.")
        return FileResponse(path, headers=_FOR_EVER, media_type=media_type)

    read = ["GET", "HEAD"]
    router.add_api_route("/", page, methods=read)
    router.add_api_route("/c/{session_id}", conversation, methods=read)
    router.add_api_route("/counsellor", page, methods=read)
    router.add_api_route("/docs", docs, methods=read)
    router.add_api_route("/redoc", redoc, methods=read)
    router.add_api_route("/assets/{name}", asset, methods=read)
    return router
