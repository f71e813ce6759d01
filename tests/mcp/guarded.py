"""A remote MCP server that wants OAuth, and its authorization server, in one; it checks what standards want checked."""

import base64
import hashlib
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

SECRET = "the secret of the machine"


class Guarded:
    """What was registered, and what was given out."""

    def __init__(self) -> None:
        self.url = ""
        self.clients: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self.tokens_given = 0
        self.renewed = 0
        self.lasting = 3600  # seconds that the first access token holds

    def routes(self) -> list[web.RouteDef]:
        """All that is asked for."""
        return [
            web.post("/mcp", self._mcp),
            web.get("/mcp", self._no_stream),
            web.get("/.well-known/oauth-protected-resource/mcp", self._resource),
            web.get("/.well-known/oauth-authorization-server", self._server),
            web.post("/register", self._register),
            web.post("/oauth/token", self._token),
        ]

    def consent(self, address: str) -> dict[str, str]:
        """What the person's browser would bring back from the address they were sent to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] in self.clients
        assert asked["redirect_uri"] in self.clients[asked["client_id"]]["redirect_uris"]
        assert asked["code_challenge_method"] == "S256"
        assert asked["resource"] == f"{self.url}/mcp"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"state": asked["state"], "code": code}

    async def _mcp(self, request: web.Request) -> web.Response:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.access:
            where = f'Bearer resource_metadata="{self.url}/.well-known/oauth-protected-resource/mcp"'
            return web.Response(status=401, headers={"www-authenticate": where})
        message = await request.json()
        if "id" not in message:
            return web.Response(status=202)
        results: dict[str, Any] = {
            "initialize": {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "guarded", "version": "1"},
            },
            "tools/list": {"tools": [{"name": "secret", "inputSchema": {"type": "object"}}]},
            "tools/call": {"content": [{"type": "text", "text": "let in"}]},
        }
        if message["method"] not in results:
            error = {"code": -32601, "message": "Method not found"}
            return web.json_response({"jsonrpc": "2.0", "id": message["id"], "error": error})
        return web.json_response({"jsonrpc": "2.0", "id": message["id"], "result": results[message["method"]]})

    async def _no_stream(self, request: web.Request) -> web.Response:
        return web.Response(status=405)

    async def _resource(self, request: web.Request) -> web.Response:
        return web.json_response({"resource": f"{self.url}/mcp", "authorization_servers": [self.url]})

    async def _server(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/oauth/token",
                "registration_endpoint": f"{self.url}/register",
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_basic"],
            }
        )

    async def _register(self, request: web.Request) -> web.Response:
        client = {**await request.json(), "client_id": secrets.token_urlsafe(8), "token_endpoint_auth_method": "none"}
        self.clients[client["client_id"]] = client
        return web.json_response(client, status=201)

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not self._granted(form, request.headers.get("authorization", "")):
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.tokens_given += 1
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.access.add(access)
        self.refresh.add(refresh)
        lasting = 3600 if form["grant_type"] == "refresh_token" else self.lasting
        self.renewed += form["grant_type"] == "refresh_token"
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": lasting, "refresh_token": refresh}
        return web.json_response(answer)

    def _granted(self, form: dict[str, str], authorization: str) -> bool:
        if form["grant_type"] == "client_credentials":
            basic = base64.b64encode(f"machine:{SECRET.replace(' ', '%20')}".encode()).decode()
            return authorization == f"Basic {basic}"
        if form["grant_type"] == "refresh_token":
            return form["refresh_token"] in self.refresh
        asked = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        return asked is not None and asked["code_challenge"] == challenge.decode().rstrip("=")


@asynccontextmanager
async def guarded() -> AsyncGenerator[Guarded]:
    """The server, listening."""
    server = Guarded()
    app = web.Application()
    app.add_routes(server.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()
