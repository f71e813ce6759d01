"""An external issuer over a real socket: it publishes keys, rotates them, goes away, answers nonsense."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@lru_cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One RSA key per name: making them is slow."""
    assert name
    return rsa.generate_private_key(65537, bits)


@lru_cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """One P-256 key per name."""
    assert name
    return ec.generate_private_key(ec.SECP256R1())


def public(key: PrivateKey, kid: str | None, **more: Any) -> dict[str, Any]:
    """A key as a key set lists it."""
    if isinstance(key, rsa.RSAPrivateKey):
        jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**jwk, **({"kid": kid} if kid else {}), **more}


@dataclass
class FakeIssuer:
    """Where it listens, what it publishes, how often its keys were fetched, and how it misbehaves."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    fetched: int = 0
    answer: web.Response | None = None
    configuration: dict[str, Any] | None = None
    gate: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def keys_url(self) -> str:
        """Where its keys are."""
        return f"{self.url}/keys"

    def token(self, key: PrivateKey, kid: str | None, *, alg: str | None = None, **claims: Any) -> str:
        """A token as it would issue; claims given as None are left out."""
        whole = {"iss": self.url, "aud": "palaver", "sub": "ada", "exp": 4_000_000_000, **claims}
        kept = {name: value for name, value in whole.items() if value is not None}
        algorithm = alg or ("RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256")
        return jwt.encode(kept, key, algorithm, headers={"kid": kid} if kid else None)

    async def _configuration(self, _: web.Request) -> web.Response:
        return web.json_response(self.configuration or {"issuer": self.url, "jwks_uri": self.keys_url})

    async def _keys(self, _: web.Request) -> web.Response:
        self.fetched += 1
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.answer is None:
            return web.json_response({"keys": self.keys})
        return web.Response(status=self.answer.status, body=self.answer.body, headers=self.answer.headers)


@asynccontextmanager
async def fake_issuer() -> AsyncIterator[FakeIssuer]:
    """An issuer for as long as the context lasts."""
    issuer = FakeIssuer()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", issuer._configuration)
    app.router.add_get("/keys", issuer._keys)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    issuer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield issuer
    finally:
        await runner.cleanup()
