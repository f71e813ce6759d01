"""What we say of a model, put together from all who know something about it: the nearer to us, the more it counts.

Pure: the operator's facts, the server's own offer, the price list and the profiles are handed in.
"""

from datetime import date

import msgspec

from palaver.inference.port import Ability, Capability, Offer, ResolvedModel
from palaver.inference.price import Price
from palaver.inference.profiles import PLAIN, Profile, Vendor, profile_of
from palaver.inference.settings import ModelFacts

_TOOLS: frozenset[Capability] = frozenset({"tools"})


class Listed(msgspec.Struct, frozen=True):
    """What the price list says about one model; None where it says nothing."""

    name: str | None = None
    window: int | None = None
    price: Price | None = None


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """All who know something about one model. `toolless`: its server refused to tell it of tools; prices of `day`."""

    facts: ModelFacts = ModelFacts.model_validate({})
    offer: Offer | None = None
    listed: Listed = Listed()
    vendor: Vendor | None = None
    toolless: bool = False
    local: bool = False
    day: date = date.min


def describe(provider: str, model: str, known: Sources) -> ResolvedModel:
    """The model as clients and the context are told it."""
    facts, offer = known.facts, known.offer or Offer(model=model)
    profile = profile_of(model)
    tools = _tools(profile, known)
    usual = profile.window if known.vendor and known.vendor.prices else None
    vendor_window = known.vendor.window if known.vendor else None
    return ResolvedModel(
        id=f"{provider}/{model}",
        provider=provider,
        model=model,
        name=facts.name or offer.name or known.listed.name or model,
        context_window=facts.context_window or offer.context_window or known.listed.window or usual or vendor_window,
        max_output=facts.max_output or offer.max_output or profile.most_output,
        capabilities=_capabilities(profile, facts, offer) - (_TOOLS if tools == "no" else frozenset()),
        tools=tools,
        images=_images(profile, known),
        image_side=profile.image_side,
        most_images=known.vendor.most_images if known.vendor else PLAIN.most_images,
        price=_dated(facts, known.day) or _price(provider, facts, offer) or known.listed.price,
        local=known.local,
    )


def _tools(profile: Profile, known: Sources) -> Ability:
    """Whether the model calls tools. A server's list that says what a model can says also what it cannot."""
    if known.facts.tools is not None:
        return "yes" if known.facts.tools else "no"
    if known.toolless:
        return "no"
    if known.offer is not None and known.offer.capabilities is not None:
        return "yes" if "tools" in known.offer.capabilities else "no"
    if profile.tools is not None:
        return "yes" if profile.tools else "no"
    return "unknown"


def _images(profile: Profile, known: Sources) -> Ability:
    """Whether the model sees images, said by the same as for tools."""
    if known.facts.images is not None:
        return "yes" if known.facts.images else "no"
    if known.offer is not None and known.offer.capabilities is not None:
        return "yes" if "images" in known.offer.capabilities else "no"
    if profile.images is not None:
        return "yes" if profile.images else "no"
    return "unknown"


def _capabilities(profile: Profile, facts: ModelFacts, offer: Offer) -> frozenset[Capability]:
    base = profile.capabilities if offer.capabilities is None else offer.capabilities
    said: dict[Capability, bool | None] = {"images": facts.images, "tools": facts.tools, "reasoning": facts.reasoning}
    added: frozenset[Capability] = frozenset(name for name, can in said.items() if can)
    removed: frozenset[Capability] = frozenset(name for name, can in said.items() if can is False)
    return (base | added) - removed


def _dated(facts: ModelFacts, day: date) -> Price | None:
    """The newest of the operator's dated prices that holds on this day."""
    held = [one for one in facts.prices if one.since <= day]
    if not held:
        return None
    newest = max(held, key=lambda one: one.since)
    return Price(
        input_usd_per_mtok=newest.input_usd_per_mtok,
        output_usd_per_mtok=newest.output_usd_per_mtok,
        cached_usd_per_mtok=newest.cached_usd_per_mtok,
        source="settings",
        since=newest.since.isoformat(),
    )


def _price(provider: str, facts: ModelFacts, offer: Offer) -> Price | None:
    if facts.input_usd_per_mtok is not None and facts.output_usd_per_mtok is not None:
        return Price(
            input_usd_per_mtok=facts.input_usd_per_mtok,
            output_usd_per_mtok=facts.output_usd_per_mtok,
            cached_usd_per_mtok=facts.cached_usd_per_mtok,
            source="settings",
        )
    if offer.input_usd_per_mtok is not None and offer.output_usd_per_mtok is not None:
        return Price(
            input_usd_per_mtok=offer.input_usd_per_mtok, output_usd_per_mtok=offer.output_usd_per_mtok, source=provider
        )
    return None
