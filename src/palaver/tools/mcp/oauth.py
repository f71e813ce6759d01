"""Signing in to remote servers that want OAuth, by the SDK's provider; tokens are sealed before they are kept.

A sign-in that a person has begun is remembered by this process only, and for minutes only.
"""

import asyncio
from typing import Any

import httpx2
import msgspec
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.auth.oauth2 import OAuthContext
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    OAuthToken,
)
from mcp.shared.auth_utils import calculate_token_expiry
from pydantic import AnyUrl

from palaver.privacy.sealing import SealBroken, Sealer
from palaver.tools.mcp.crew import Key, SignInNeeded
from palaver.tools.mcp.definition import OAuth, ServerDefinition
from palaver.tools.mcp.tokens import Tokens


class Kept(msgspec.Struct, omit_defaults=True):
    """All that is kept of one user's sign-in at one server."""

    tokens: dict[str, Any] | None = None
    client: dict[str, Any] | None = None
    expires_at: float | None = None
    server: dict[str, Any] | None = None


class SealedStorage:
    """The SDK's storage of tokens over ours."""

    def __init__(self, tokens: Tokens, sealer: Sealer, about: str) -> None:
        self._tokens = tokens
        self._sealer = sealer
        self._about = about

    async def get_tokens(self) -> OAuthToken | None:
        """The tokens, unless there are none that can be read."""
        kept = await self._kept()
        return OAuthToken.model_validate(kept.tokens) if kept.tokens else None

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """Keep these."""
        kept = await self._kept()
        kept.tokens = tokens.model_dump(mode="json", exclude_none=True)
        kept.expires_at = calculate_token_expiry(tokens.expires_in)
        await self._keep(kept)

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """How we are registered."""
        kept = await self._kept()
        return OAuthClientInformationFull.model_validate(kept.client) if kept.client else None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Keep how we are registered."""
        kept = await self._kept()
        kept.client = client_info.model_dump(mode="json", exclude_none=True)
        await self._keep(kept)

    async def set_server(self, server: OAuthMetadata) -> None:
        """Keep where tokens are given out: without it an access token could not be made new."""
        kept = await self._kept()
        kept.server = server.model_dump(mode="json", exclude_none=True)
        await self._keep(kept)

    async def restore(self, context: OAuthContext) -> None:
        """What the SDK does not read back: until when the access token holds, and where there are new ones."""
        kept = await self._kept()
        context.token_expiry_time = kept.expires_at
        context.oauth_metadata = OAuthMetadata.model_validate(kept.server) if kept.server else None

    async def _kept(self) -> Kept:
        sealed = await self._tokens.load(self._about)
        if sealed is None:
            return Kept()
        try:
            return msgspec.json.decode(self._sealer.open(sealed, self._about), type=Kept)
        except (SealBroken, msgspec.MsgspecError):
            return Kept()  # another key: the person signs in again

    async def _keep(self, kept: Kept) -> None:
        await self._tokens.save(self._about, self._sealer.seal(msgspec.json.encode(kept).decode(), self._about))


def about(key: Key, definition: ServerDefinition) -> str:
    """Under which name a user's sign-in at a server is kept: another address is another sign-in."""
    return f"mcp_oauth:{key.owner or ''}:{key.name}:{definition.url}"


async def unattended(definition: ServerDefinition, storage: SealedStorage) -> httpx2.Auth | None:
    """What authorises requests while nobody is there to sign in: what was kept, or a secret of our own."""
    oauth = definition.oauth
    if oauth and oauth.grant == "client_credentials":
        return _by_secret(definition, oauth, storage)
    if await storage.get_tokens() is None:
        return None
    return _by_person(definition, storage, "http://127.0.0.1/", _Nobody())


class SignIn:
    """One sign-in of a person: the address they are sent to, and what they come back with."""

    def __init__(self, definition: ServerDefinition, storage: SealedStorage, redirect_uri: str) -> None:
        loop = asyncio.get_running_loop()
        self.url: asyncio.Future[str] = loop.create_future()
        self._returned: asyncio.Future[AuthorizationCodeResult] = loop.create_future()
        self.done = False
        self._storage = storage
        self.auth = _by_person(definition, storage, redirect_uri, self)

    def returned(self, code: str, state: str, iss: str | None) -> None:
        """The person is back, with what the authorization server gave them."""
        if not self._returned.done():
            self._returned.set_result(AuthorizationCodeResult(code=code, state=state, iss=iss))

    def refused(self, why: str) -> None:
        """The person is back, and was not let in."""
        if not self._returned.done():
            self._returned.set_exception(SignInNeeded(f"The sign-in was refused: {why[:200]}"))

    async def keep(self) -> None:
        """The person is signed in."""
        if self.auth.context.oauth_metadata:
            await self._storage.set_server(self.auth.context.oauth_metadata)
        self.done = True

    async def sent(self, url: str) -> None:
        """The SDK says where the person is to go."""
        if not self.url.done():
            self.url.set_result(url)

    async def back(self) -> AuthorizationCodeResult:
        """The SDK waits for the person."""
        return await self._returned


def _by_secret(definition: ServerDefinition, oauth: OAuth, storage: SealedStorage) -> httpx2.Auth:
    assert oauth.client_id, "the definition was checked"
    assert oauth.client_secret, "the definition was checked"
    return ClientCredentialsOAuthProvider(
        definition.url or "", storage, oauth.client_id, oauth.client_secret.reveal(), scope=oauth.scope,
        issuer=oauth.issuer,
    )  # fmt: skip


def _by_person(
    definition: ServerDefinition, storage: SealedStorage, redirect_uri: str, person: "SignIn | _Nobody"
) -> "_Restored":
    oauth = definition.oauth or OAuth()
    metadata = OAuthClientMetadata(
        client_name="Palaver",
        redirect_uris=[AnyUrl(redirect_uri)],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        scope=oauth.scope,
    )
    if oauth.client_id:
        storage = _Registered(storage, oauth, redirect_uri)
    return _Restored(definition.url or "", metadata, storage, person)


class _Restored(OAuthClientProvider):
    """The SDK's provider, which also knows after a restart when and where tokens are to be renewed."""

    def __init__(
        self, url: str, metadata: OAuthClientMetadata, storage: SealedStorage, person: "SignIn | _Nobody"
    ) -> None:
        super().__init__(url, metadata, storage, person.sent, person.back)
        self._kept = storage

    async def _initialize(self) -> None:
        await super()._initialize()
        await self._kept.restore(self.context)


class _Registered(SealedStorage):
    """Storage for a client that an operator or user has registered by hand."""

    def __init__(self, inner: SealedStorage, oauth: OAuth, redirect_uri: str) -> None:
        super().__init__(inner._tokens, inner._sealer, inner._about)  # noqa: SLF001  # of its own kind
        self._oauth = oauth
        self._redirect_uri = redirect_uri

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        secret = self._oauth.client_secret
        return OAuthClientInformationFull(
            client_id=self._oauth.client_id or "",
            client_secret=secret.reveal() if secret else None,
            redirect_uris=[AnyUrl(self._redirect_uri)],
            token_endpoint_auth_method="client_secret_post" if secret else "none",
            issuer=self._oauth.issuer,
        )


class _Nobody:
    """Nobody is there to sign in: the one who wants to use the server is told that somebody must."""

    async def sent(self, url: str) -> None:
        raise SignInNeeded("The MCP server wants you to sign in again.")

    async def back(self) -> AuthorizationCodeResult:
        raise SignInNeeded("The MCP server wants you to sign in again.")
