"""An issuer by which people sign in, over a real socket: it discovers, asks nobody, gives tokens, and misbehaves."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.identity.fake_issuer import PrivateKey, public, rsa_key

CLIENT, SECRET = "palaver", "s3cret+/& of the client"


@dataclass
class FakeProvider:
    """Who is signed in at it is in `claims`; `wrong` changes what it says, a step at a time."""

    url: str = ""
    key: PrivateKey = field(default_factory=lambda: rsa_key("one"))
    kid: str | None = "one"
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "ada", "email": "ada@example.org", "name": "Ada"})
    userinfo: dict[str, Any] | None = None
    configuration: dict[str, Any] = field(default_factory=dict)
    answer: web.Response | None = None  # to everything but the page where people sign in
    token: str | None = None  # instead of the one that it would make
    fetched: dict[str, int] = field(default_factory=dict)
    exchanged: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def settings(self, name: str = "corp", **more: Any) -> str:
        """The part of a TOML file that makes it known."""
        said = {"name": "Corp", "issuer": self.url, "client_id": CLIENT, "client_secret": SECRET} | more
        lines = "\n".join(f"{key} = {_toml(value)}" for key, value in said.items() if value is not None)
        return f"\n[identity.oidc.{name}]\n{lines}\n"

    def authorize(self, url: str, **more: str) -> str:
        """What its page does once somebody signed in there: the address that it leads back to."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], **more})}"

    def id_token(self, nonce: str, /, **more: Any) -> str:
        """As it would issue now; claims given as None are left out."""
        now = int(time.time())
        whole = {"iss": self.url, "aud": CLIENT, "nonce": nonce, "iat": now, "exp": now + 300} | self.claims | more
        kept = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(kept, self.key, "RS256", headers={"kid": self.kid} if self.kid else None)

    def nonce_of(self, url: str) -> str:
        """What a sign-in asked for."""
        return parse_qs(urlsplit(url).query)["nonce"][0]

    def unsigned(self, nonce: str, alg: str = "none") -> str:
        """The same claims without a signature."""
        head, body = ({"alg": alg, "typ": "JWT"}, jwt.decode(self.id_token(nonce), options={"verify_signature": False}))
        return ".".join([*(_part(one) for one in (head, body)), ""])

    def signed_with_the_public_key(self, nonce: str) -> str:
        """HS256 with what everybody may know as its secret."""
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        claims = jwt.decode(self.id_token(nonce), options={"verify_signature": False})
        head = f"{_part({'alg': 'HS256', 'kid': self.kid})}.{_part(claims)}"
        mac = hmac.new(pem, head.encode(), hashlib.sha256).digest()
        return f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    async def _handle(self, request: web.Request) -> web.Response:
        self.fetched[request.path] = self.fetched.get(request.path, 0) + 1
        if self.answer is not None:
            return web.Response(status=self.answer.status, body=self.answer.body, headers=self.answer.headers)
        match request.path:
            case "/.well-known/openid-configuration":
                return web.json_response(self._configured())
            case "/keys":
                return web.json_response({"keys": [public(self.key, self.kid)]})
            case "/userinfo":
                assert request.headers["Authorization"] == "Bearer access"
                return web.json_response(self.userinfo or {})
            case "/token":
                return await self._exchange(request)
        return web.Response(status=404)

    def _configured(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        places |= {"userinfo_endpoint": "/userinfo"} if self.userinfo else {}
        told = {"issuer": self.url, **{name: self.url + path for name, path in places.items()}, **self.configuration}
        return {name: value for name, value in told.items() if value is not None}

    async def _exchange(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.exchanged.append(form)
        asked = self._codes.pop(form["code"], None)
        if asked is None or not _client_known(request.headers, form) or not _proven(asked, form):
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = self.token if self.token is not None else self.id_token(asked["nonce"])
        return web.json_response({"access_token": "access", "token_type": "Bearer", "id_token": token})


@asynccontextmanager
async def fake_provider() -> AsyncIterator[FakeProvider]:
    """An issuer for as long as the context lasts."""
    provider = FakeProvider()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider._handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()


def _client_known(headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
    scheme, _, word = headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        name, _, secret = base64.b64decode(word).decode().partition(":")
        return (unquote(name), unquote(secret)) == (CLIENT, SECRET)
    return form.get("client_secret") == SECRET


def _proven(asked: Mapping[str, str], form: Mapping[str, str]) -> bool:
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    fits = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    return fits and form["redirect_uri"] == asked["redirect_uri"] and form["client_id"] == CLIENT


def _part(told: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_toml(one)}' for key, one in value.items()) + " }"
    return json.dumps(value)
