"""Every model that can be asked: which there are, which one a request means, and its answer piece by piece.

What an answer is worth, and where it is kept, is decided above.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from palaver.core.errors import PalaverError
from palaver.core.principal import Principal
from palaver.inference.attempts import Attempts, Begun, Chance
from palaver.inference.breaker import State
from palaver.inference.describing import Listed, Sources, describe
from palaver.inference.embedding import Embedding
from palaver.inference.failures import UnknownModel, worth_another_model
from palaver.inference.port import Ask, Capability, Embedded, Leaving, Offer, Pieces, Provider, ResolvedModel, Switched
from palaver.inference.price import Price
from palaver.inference.pricelist import PriceList
from palaver.inference.servers import Server, Servers
from palaver.inference.settings import InferenceSettings, ModelFacts, ProviderSettings
from palaver.inference.wellknown import WELL_KNOWN
from palaver.kit.clock import Clock, stamp
from palaver.kit.retry import Backoff
from palaver.observability.metrics import Metrics

# A model that is not in a server's list may have been added just now; but not every guess may cause a look.
LOOK_AGAIN = timedelta(seconds=5)
NO_FACTS = ModelFacts.model_validate({})
UNLISTED = Listed()
MOST_KNOWN = 1_000  # models whose description is kept


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A model as clients see it. `ready` says whether asking it makes sense now."""

    id: str
    provider: str
    name: str
    context_window: int | None
    max_output: int | None
    capabilities: list[Capability]
    price: Price | None
    local: bool
    ready: bool


class ProviderHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider does, for operators. `breaker` open: it is left alone for a while."""

    name: str
    ready: bool
    breaker: State
    failures: int
    models: int
    looked_at: str | None
    trouble: str | None


class Inference:
    """The front door to models."""

    def __init__(
        self,
        settings: InferenceSettings,
        providers: Mapping[str, ProviderSettings],
        builtin: Provider,
        clock: Clock,
        *,
        metrics: Metrics | None = None,
        chance: Chance = random.random,  # noqa: S311  # waits are spread, not secret
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._servers = Servers(settings, providers, builtin, clock)
        self._builtin = builtin.name
        self._prices = PriceList(clock)
        self._known: dict[tuple[str, str], tuple[tuple[Offer | None, Listed, bool, date], ResolvedModel]] = {}
        backoff = Backoff(
            tries=settings.tries,
            first=settings.first_wait,
            longest=settings.longest_wait,
            patience=settings.patience,
        )
        self._attempts = Attempts(backoff, clock, chance, metrics := metrics or Metrics())
        self._embedding = Embedding(self._attempts, metrics)

    def leaves_through(self, leaving: Leaving) -> None:
        """Let everything that leaves for a server go through here, from now on."""
        self._attempts.leaving = leaving

    async def resolve(self, model_id: str | None, principal: Principal) -> ResolvedModel:
        """The model a request means; None means the default. Raises `UnknownModel`."""
        await self._servers.look_inside()
        server, model = await self._find(model_id or self._default(principal), principal)
        return (await self._described(server, [model]))[0]

    async def bearers(self, name: str, principal: Principal) -> list[str]:
        """The ids of the models with this name: of servers that list it, else of those that may be asked for any."""
        await self._servers.look_inside()
        servers = list(self._open_to(principal))
        listed = [server for server in servers if name in server.models()]
        return [f"{server.name}/{name}" for server in listed or servers if server.takes(name)]

    async def models(self, principal: Principal) -> list[ModelInfo]:
        """Every model this caller may ask for, as far as the servers list them."""
        await self._servers.look_inside()
        now = self._clock.now()
        found: list[ModelInfo] = []
        for server in self._open_to(principal):
            ready = server.ready(now)
            found += [_info(model, ready=ready) for model in await self._described(server, server.models())]
        return found

    async def stream(self, model: ResolvedModel, ask: Ask) -> Pieces:
        """The answer, each item what one read brought; `ask.model` is filled in here.

        Before the first piece a try that failed is made again, and when the model is given up the next of its fallback
        list is asked: then `Switched` comes first. `Remarked` comes next where a model was asked without its tools.
        Afterwards every failure is raised. Close the iterator to stop.
        """
        begun, switched = await self._begin(model, ask)
        try:
            if switched is not None:
                yield (switched,)
            if begun.remark is not None:
                yield (begun.remark,)
            yield begun.first
            async for pieces in begun.rest:
                yield pieces
            begun.server.breaker = begun.server.breaker.succeeded()
        except PalaverError as error:
            self._attempts.note(begun.server, error)
            raise
        finally:
            await begun.rest.aclose()

    async def embed(self, model_id: str, texts: Sequence[str], principal: Principal | None = None) -> Embedded:
        """A vector for each text; for a principal only by servers that are open to them, else the house asks itself.

        Servers hardly list the models that make vectors: any id is asked for. Raises `UnknownModel`.
        """
        provider, _, name = model_id.partition("/")
        server = self._servers.get(provider)
        if server is None or not name or not (principal is None or _may(server, principal)):
            raise _unknown(model_id)
        (model,) = await self._described(server, [name])
        return await self._embedding.embed(model, server, texts)

    def health(self) -> list[ProviderHealth]:
        """Every provider that is there, and how it does."""
        now = self._clock.now()
        return [_health(server, now) for server in self._servers if server.there]

    async def look(self) -> None:
        """Ask the servers what they offer; returns within the settings' `look_deadline`, whatever they do."""
        await self._servers.look()

    async def keep_looking(self) -> None:
        """The job that finds local servers and keeps the lists fresh. Runs until it is cancelled."""
        await self._servers.keep_looking()

    async def close(self) -> None:
        """Close every connection."""
        await self._servers.close()

    async def _find(self, model_id: str, principal: Principal) -> tuple[Server, str]:
        provider, _, model = model_id.partition("/")
        server = self._servers.get(provider)
        if server is None or not _may(server, principal) or not model:
            raise _unknown(model_id)
        if not server.takes(model) and self._stale(server):
            await server.look(self._clock.now())
        if not server.takes(model):
            raise _unknown(model_id)
        return server, model

    def _stale(self, server: Server) -> bool:
        listed = not isinstance(server.settings.models, tuple)
        return listed and (server.looked is None or self._clock.now() - server.looked > LOOK_AGAIN)

    def _default(self, principal: Principal) -> str:
        if self._settings.default_model:
            return self._settings.default_model
        now = self._clock.now()
        candidates = (_favourite(server) for server in self._open_to(principal) if server.ready(now))
        return next((model for model in candidates if model), f"{self._builtin}/guide")

    def _open_to(self, principal: Principal) -> Iterator[Server]:
        return (server for server in self._servers if server.there and _may(server, principal))

    async def _described(self, server: Server, models: list[str]) -> list[ResolvedModel]:
        listed: dict[str, Listed] = {}
        if server.vendor and server.vendor.prices and models:
            listed = await self._prices.look_up(server.vendor.prices, models)
        return [self._describe(server, model, listed.get(model, UNLISTED)) for model in models]

    def _describe(self, server: Server, model: str, listed: Listed) -> ResolvedModel:
        """As long as nobody says anything new of the model, what was made of it before: every turn asks."""
        facts = server.settings.facts.get(model, NO_FACTS)
        day = self._clock.now().date() if facts.prices else date.min
        changing = (server.offers.get(model), listed, model in server.toolless, day)
        known = self._known.get((server.name, model))
        if known is not None and known[0] == changing:
            return known[1]
        offer, listed, toolless, day = changing
        sources = Sources(
            facts=facts,
            offer=offer,
            listed=listed,
            vendor=server.vendor,
            toolless=toolless,
            local=server.local,
            day=day,
        )
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        made = describe(server.name, model, sources)
        self._known[server.name, model] = (changing, made)
        return made

    async def _begin(self, model: ResolvedModel, ask: Ask) -> tuple[Begun, Switched | None]:
        server = self._servers.get(model.provider)
        if server is None:
            raise _unknown(model.id)
        try:
            return await self._attempts.begin(model, server, ask), None
        except PalaverError as error:
            if not worth_another_model(error):
                raise
            begun = await self._begin_elsewhere(self._others(model, server), ask)
            if begun is None:
                raise
            return begun, Switched(begun.model.id, begun.model.provider, error.detail, begun.model)

    async def _begin_elsewhere(self, others: tuple[str, ...], ask: Ask) -> Begun | None:
        for model_id in others:
            provider, _, name = model_id.partition("/")
            server = self._servers.get(provider)
            if server is None or not name:
                continue
            (model,) = await self._described(server, [name])
            try:
                return await self._attempts.begin(model, server, ask)
            except PalaverError as error:
                if not worth_another_model(error):
                    return None
        return None

    def _others(self, model: ResolvedModel, server: Server) -> tuple[str, ...]:
        listed = self._settings.fallback.get(model.id, server.settings.fallback)
        return tuple(one for one in listed if one != model.id)


def _may(server: Server, principal: Principal) -> bool:
    return principal.admin or not server.settings.admins_only


def _unknown(model_id: str) -> UnknownModel:
    problem = {"loc": ["body", "model"], "msg": "This model is not known.", "type": "unknown_model"}
    return UnknownModel(f"There is no model {model_id[:200]!r} here. GET /api/v1/models lists them.", errors=[problem])


def _favourite(server: Server) -> str | None:
    """The model taken when nobody names one: the first the operator listed, a well-known one, a local one."""
    models = server.models()
    named = isinstance(server.settings.models, tuple)
    row = WELL_KNOWN.get(server.name)
    for wanted in row.prefers if row and not named else ():
        for model in sorted(models):
            if model.startswith(wanted):
                return f"{server.name}/{model}"
    return f"{server.name}/{models[0]}" if models and (named or server.local) else None


def _info(model: ResolvedModel, *, ready: bool) -> ModelInfo:
    return ModelInfo(
        id=model.id,
        provider=model.provider,
        name=model.name,
        context_window=model.context_window,
        max_output=model.max_output,
        capabilities=sorted(model.capabilities),
        price=model.price,
        local=model.local,
        ready=ready,
    )


def _health(server: Server, now: datetime) -> ProviderHealth:
    return ProviderHealth(
        name=server.name,
        ready=server.ready(now),
        breaker=server.breaker.state(now),
        failures=server.breaker.failures,
        models=len(server.models()),
        looked_at=stamp(server.looked) if server.looked else None,
        trouble=server.trouble,
    )
