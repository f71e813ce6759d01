"""What the API has about the server and whoever asks: accounts, keys, models, numbers, webhooks, search."""

from typing import Any, Generic, Literal, TypeAlias, Unpack

from palaver_client.modes import Mode, Resource, asked, told
from palaver_client.scripts import Script, Telling, path_of, said
from palaver_client.shapes import (
    ClientConfig,
    Delivery,
    DeliveryWhole,
    Device,
    Found,
    Health,
    KeyInfo,
    Me,
    ModelInfo,
    NewKey,
    NewWebhook,
    Readiness,
    Replayed,
    SignedIn,
    Stats,
    Synced,
    Template,
    TicketInfo,
    UsageReport,
    Webhook,
    WebhookFields,
    WebhookWithSecret,
)

By: TypeAlias = Literal["day", "model", "session"]


class Webhooks(Resource[Mode], Generic[Mode]):
    """Who is told what happens. What comes there, `verify_webhook` verifies."""

    @told
    def list(self) -> Telling[Webhook]:
        """All of them."""
        return self._pages("/webhooks")

    @asked
    def create(self, url: str, events: "list[Any]", **fields: Unpack[NewWebhook]) -> Script[WebhookWithSecret]:
        """A new one; its secret is told this once."""
        return self._post("/webhooks", {"url": url, "events": events, **fields})

    @asked
    def get(self, webhook_id: str) -> Script[Webhook]:
        """One of them, and how it fares."""
        return self._get(path_of("webhooks", webhook_id))

    @asked
    def update(self, webhook_id: str, **fields: Unpack[WebhookFields]) -> Script[Webhook]:
        """Change what is given."""
        return self._patch(path_of("webhooks", webhook_id), fields)

    @asked
    def delete(self, webhook_id: str) -> Script[None]:
        """Remove it, with what was to be told."""
        return self._delete(path_of("webhooks", webhook_id))

    @asked
    def rotate(self, webhook_id: str, *, overlap: int | None = None) -> Script[WebhookWithSecret]:
        """A new secret; for `overlap` seconds the old one is signed with as well."""
        return self._post(path_of("webhooks", webhook_id, "rotate"), said(overlap=overlap))

    @asked
    def test(self, webhook_id: str) -> Script[DeliveryWhole]:
        """Send a greeting now; what came of it."""
        return self._post(path_of("webhooks", webhook_id, "test"))

    @told
    def deliveries(self, webhook_id: str, *, state: str | None = None) -> Telling[Delivery]:
        """What was told and is to be told, the newest first."""
        return self._pages(path_of("webhooks", webhook_id, "deliveries"), state=state)

    @asked
    def delivery(self, webhook_id: str, delivery_id: str) -> Script[DeliveryWhole]:
        """One delivery, whole."""
        return self._get(path_of("webhooks", webhook_id, "deliveries", delivery_id))

    @asked
    def replay(self, webhook_id: str, delivery_id: str) -> Script[Delivery]:
        """Tell it again."""
        return self._post(path_of("webhooks", webhook_id, "deliveries", delivery_id, "replay"))

    @asked
    def skip(self, webhook_id: str, delivery_id: str) -> Script[Delivery]:
        """Leave a delivery out that waits, so that what waits behind it is told."""
        return self._post(path_of("webhooks", webhook_id, "deliveries", delivery_id, "skip"))

    @asked
    def replay_since(self, webhook_id: str, since: str) -> Script[Replayed]:
        """Tell everything again since an instant (RFC 3339); how much that is."""
        return self._post(path_of("webhooks", webhook_id, "replay"), {"since": since})


class ApiKeys(Resource[Mode], Generic[Mode]):
    """Keys for programs."""

    @told
    def list(self) -> Telling[KeyInfo]:
        """All of them, without what is secret."""
        return self._pages("/api-keys")

    @asked
    def create(
        self, name: str, *, scopes: "list[str] | None" = None, expires_at: str | None = None,
        networks: "list[str] | None" = None,
    ) -> Script[NewKey]:  # fmt: skip
        """A new one; `key` is told this once. With `networks`, it may be used from these addresses alone."""
        return self._post("/api-keys", said(name=name, scopes=scopes, expires_at=expires_at, networks=networks))

    @asked
    def rotate(self, key_id: str, *, overlap_seconds: int | None = None) -> Script[NewKey]:
        """The key that follows it; the old one holds until the overlap is over."""
        return self._post(path_of("api-keys", key_id, "rotate"), said(overlap_seconds=overlap_seconds))

    @asked
    def delete(self, key_id: str) -> Script[None]:
        """From now on it opens nothing."""
        return self._delete(path_of("api-keys", key_id))


class Auth(Resource[Mode], Generic[Mode]):
    """Who asks. A program has an API key; these are for those who build a sign-in."""

    @asked
    def me(self) -> Script[Me]:
        """Who the credential says that it is."""
        return self._get("/auth/me")

    @asked
    def register(self, email: str, password: str, *, name: str | None = None) -> Script[SignedIn]:
        """A new account, signed in."""
        return self._post("/auth/register", said(email=email, password=password, name=name))

    @asked
    def login(self, email: str, password: str) -> Script[SignedIn]:
        """Sign in; make a client with the `access_token`."""
        return self._post("/auth/login", {"email": email, "password": password})

    @asked
    def refresh(self, refresh_token: str) -> Script[SignedIn]:
        """A new pair of tokens; the old refresh token must not be used again."""
        return self._post("/auth/refresh", {"refresh_token": refresh_token})

    @asked
    def logout(self, refresh_token: str | None = None) -> Script[None]:
        """End a sign-in."""
        return self._post("/auth/logout", said(refresh_token=refresh_token))

    @asked
    def change_password(self, new_password: str, *, current_password: str | None = None) -> Script[SignedIn]:
        """Another password; every other sign-in ends."""
        return self._post("/auth/password", said(new_password=new_password, current_password=current_password))

    @asked
    def ticket(self) -> Script[TicketInfo]:
        """What opens one WebSocket, once, within a minute."""
        return self._post("/auth/ticket")

    @told
    def devices(self) -> Telling[Device]:
        """Where somebody is signed in; an API key may not ask that."""
        return self._pages("/auth/devices")

    @asked
    def end_device(self, device_id: str) -> Script[None]:
        """Sign out there."""
        return self._delete(path_of("auth", "devices", device_id))

    @asked
    def end_other_devices(self) -> Script[None]:
        """Sign out everywhere else."""
        return self._delete("/auth/devices")

    @asked
    def sync(self) -> Script[Synced]:
        """Make the user of an external issuer known."""
        return self._post("/users/sync")


class Models(Resource[Mode], Generic[Mode]):
    """What can be asked."""

    @told
    def list(self) -> Telling[ModelInfo]:
        """All of them."""
        return self._pages("/models")


class Service(Resource[Mode], Generic[Mode]):
    """The server: how it fares, what it offers, what was used."""

    @asked
    def config(self) -> Script[ClientConfig]:
        """What a client needs to know."""
        return self._get("/config")

    @asked
    def health(self) -> Script[Health]:
        """Database, bus, versions; for admins."""
        return self._get("/health/detailed")

    @asked
    def ready(self) -> Script[Readiness]:
        """Whether it can answer; raises `Unavailable` where it cannot."""
        return self._get("/health/ready")

    @asked
    def stats(self, *, zone: str | None = None) -> Script[Stats]:
        """Sessions, messages, times, tokens; today is that of the zone."""
        return self._get("/stats", zone=zone)

    @asked
    def usage(self, *, since: str | None = None, until: str | None = None, by: By | None = None) -> Script[UsageReport]:
        """Tokens and money between two days (UTC)."""
        return self._get("/usage", **{"from": since, "to": until, "by": by})

    @told
    def templates(self) -> Telling[Template]:
        """What a new session's files can begin as."""
        return self._pages("/templates")


class Search(Resource[Mode], Generic[Mode]):
    """What was said, found again."""

    @told
    def messages(
        self, q: str, *, session_id: str | None = None, project_id: str | None = None, role: str | None = None,
        since: str | None = None, until: str | None = None,
    ) -> Telling[Found]:  # fmt: skip
        """The messages that say it, the best first."""
        where = {"session_id": session_id, "project_id": project_id, "role": role, "from": since, "to": until}
        return self._pages("/search", q=q, **where)
