"""The servers we know, whether they answer and what they offer; asking them for an answer is `attempts.py`'s.

A server that is not there is looked for again and again, quietly; nothing here raises because of it.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address

from yarl import URL

from palaver.core.errors import PalaverError
from palaver.inference.breaker import Breaker
from palaver.inference.failures import KeyRefused, ModelUnreachable
from palaver.inference.port import Offer, Provider
from palaver.inference.profiles import Vendor, vendor_of
from palaver.inference.providers.anthropic_messages import AnthropicMessages
from palaver.inference.providers.openai_chat import OpenAIChat
from palaver.inference.providers.openai_responses import OpenAIResponses
from palaver.inference.providers.upstream import Server as Address
from palaver.inference.settings import InferenceSettings, ProviderSettings
from palaver.kit.clock import Clock

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Server:
    """One provider and what is known of it now. `optional` servers exist only while they answer.

    `local` servers are this machine's, `near` ones are those and the ones in its network, or what the operator says.

    `toolless` are models that refused to be told of tools.
    """

    name: str
    provider: Provider
    settings: ProviderSettings
    breaker: Breaker
    vendor: Vendor | None = None
    local: bool = False
    optional: bool = False
    offers: Mapping[str, Offer] = field(default_factory=dict[str, Offer])
    seen: datetime | None = None
    looked: datetime | None = None
    trouble: str | None = None
    near: bool = False
    toolless: set[str] = field(default_factory=set[str])
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def inside(self) -> bool:
        """Whether it is a part of this process: what it is asked leaves for nowhere."""
        return self.settings.kind == "builtin"

    @property
    def there(self) -> bool:
        """Whether it counts as a provider at all."""
        return not self.optional or (self.seen is not None and self.trouble is None)

    def ready(self, now: datetime) -> bool:
        """Whether asking it makes sense now."""
        return self.there and self.trouble is None and self.breaker.state(now) != "open"

    def models(self) -> list[str]:
        """The ids it offers, in its own order or the operator's."""
        if isinstance(self.settings.models, tuple):
            return list(self.settings.models)
        return list(dict.fromkeys([*self.settings.facts, *self.offers]))

    def takes(self, model: str) -> bool:
        """Whether this id may be asked for; what a server lists counts only once it has listed something."""
        if self.settings.models == "any" or (self.settings.models == "discover" and self.seen is None):
            return bool(model)
        return model in self.models()

    async def look(self, now: datetime) -> None:
        """Ask what it offers; a failure becomes `trouble` where it means that asking for answers is in vain as well."""
        async with self.looking:
            self.looked = now
            try:
                offers = await self.provider.models()
            except PalaverError as error:
                self._missed(error)
                return
            if self.vendor is not None and (self.seen is None or self.trouble):
                log.info("Provider %s answers and offers %d models.", self.name, len(offers))
            self.seen, self.trouble = now, None
            self.offers = {offer.model: offer for offer in offers}

    def _missed(self, error: PalaverError) -> None:
        quiet = self.optional or self.trouble is not None
        log.log(logging.DEBUG if quiet else logging.WARNING, "Provider %s: %s", self.name, error.detail)
        # a server without a list of models may still answer; one that is not there or refuses the key will not
        if self.optional or isinstance(error, (KeyRefused, ModelUnreachable)):
            self.trouble = error.detail


class Servers:
    """All of them, by name, in the order in which they are preferred: configured, found, built in."""

    def __init__(
        self, settings: InferenceSettings, providers: Mapping[str, ProviderSettings], builtin: Provider, clock: Clock
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._all: dict[str, Server] = {}
        found = {name: ProviderSettings(base_url=url) for name, url in settings.local_servers.items()}
        inside = {builtin.name: ProviderSettings(kind="builtin")}
        for name, one in {**found, **inside, **providers}.items():
            if one.enabled:
                optional = name in found and name not in providers
                self._all[name] = self._made(name, one, builtin, optional=optional)
        rank = [*providers, *found, *inside]
        self._all = dict(sorted(self._all.items(), key=lambda item: rank.index(item[0])))

    def __iter__(self) -> Iterator[Server]:
        return iter(self._all.values())

    def get(self, name: str) -> Server | None:
        """The server of that name, if it is used."""
        return self._all.get(name)

    async def look_inside(self) -> None:
        """Look at what is built in, which answers at once, so that it is there before the first round of looks."""
        for server in self:
            if server.vendor is None and server.looked is None:
                await server.look(self._clock.now())

    async def look(self) -> None:
        """Look at every server whose time has come."""
        now = self._clock.now()
        due = [server for server in self if server.looked is None or self._next(server) <= now]
        async with asyncio.TaskGroup() as tasks:
            for server in due:
                tasks.create_task(server.look(now), name=f"look:{server.name}")

    async def keep_looking(self) -> None:
        """Look for ever, as often as the settings say."""
        while True:
            await self.look()
            now = self._clock.now()
            rest = timedelta(seconds=self._settings.list_every)
            await self._clock.sleep(min((self._next(server) - now for server in self), default=rest))

    async def close(self) -> None:
        """Close every connection to every server."""
        for server in self:
            await server.provider.close()

    def _next(self, server: Server) -> datetime:
        if server.looked is None:
            return self._clock.now()
        every = self._settings.local_every if server.local else self._settings.list_every
        return server.looked + timedelta(seconds=every)

    def _made(self, name: str, one: ProviderSettings, builtin: Provider, *, optional: bool) -> Server:
        breaker = Breaker(self._settings.breaker_after, timedelta(seconds=self._settings.breaker_rest))
        if one.kind == "builtin":
            return Server(name=name, provider=builtin, settings=one, breaker=breaker, local=True, near=True)
        base = URL(one.base_url or "")
        vendor = vendor_of(name, base.host or "", base.path)
        address = Address(
            name=name,
            base=base,
            timeouts=one.timeouts,
            clock=self._clock,
            headers=headers_of(one, vendor),
            proxy=one.proxy,
        )
        return Server(
            name=name,
            provider=provider_of(one, address, vendor, self._settings.look_deadline),
            settings=one,
            breaker=breaker,
            vendor=vendor,
            local=on_this_machine(base.host or "") if one.local is None else one.local,
            near=nearby(base.host or "") if one.local is None else one.local,
            optional=optional,
        )


def provider_of(one: ProviderSettings, address: Address, vendor: Vendor, deadline: float) -> Provider:
    """The provider that speaks the server's wire format."""
    match one.kind:
        case "anthropic_messages":
            return AnthropicMessages(address, deadline=deadline)
        case "openai_responses":
            return OpenAIResponses(address, vendor, deadline=deadline, thoughts=one.thoughts)
        case "openai_chat" | "builtin" | None:
            return OpenAIChat(address, vendor, deadline=deadline)


def headers_of(one: ProviderSettings, vendor: Vendor) -> dict[str, str]:
    """What goes with every request: the key in the vendor's header, then what the operator added."""
    headers = {"content-type": "application/json"}
    if one.api_key is not None:
        key = one.api_key.get_secret_value()
        name = "x-api-key" if one.kind == "anthropic_messages" else vendor.key
        headers[name] = f"Bearer {key}" if name == "authorization" else key
    return headers | {name.lower(): value.get_secret_value() for name, value in one.headers.items()}


def nearby(host: str) -> bool:
    """Whether a host is this machine or, by its address, one of the same network."""
    try:
        address = ip_address(host)
    except ValueError:
        return on_this_machine(host)
    return address.is_private or address.is_loopback or address.is_link_local


def on_this_machine(host: str) -> bool:
    """Whether a host is this machine by its own words."""
    return host in ("localhost", "::1") or host.startswith("127.")
