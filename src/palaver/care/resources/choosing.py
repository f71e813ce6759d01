"""♥ Which services are shown to whom, and in which order; it reads none and knows none by name.

The best match comes first: the person's country, what was asked for, their language. What is paired comes together or
not at all. Emergency numbers and directories end every answer, also where nothing else is known: none is empty.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from palaver.care.resources.resource import FALLBACK, KINDS, Resource
from palaver.core.care import Kind

# What helps whoever needs help, whatever else was asked for.
GENERAL: tuple[Kind, ...] = ("crisis_line", "text")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for: a country or None, a language or None, and kinds, the most wanted first; none means all."""

    country: str | None = None
    language: str | None = None
    kinds: tuple[Kind, ...] = ()


def choose(known: Iterable[Resource], wish: Wish, limit: int | None = None) -> list[Resource]:
    """The services for a wish, the best first; at most `limit` of them before the ones that end every answer.

    A pair that stands first is not cut in two by the limit.
    """
    by_id = {one.id: one for one in known}
    near = sorted(_near(by_id.values(), wish.country), key=lambda one: _rank(one, wish))
    chosen: dict[str, Resource] = {}
    for one in near:
        if _asked(one, wish):
            _take(_together(one, by_id), chosen, limit)
    for kind in FALLBACK:
        for one in near:
            if one.kind == kind:
                _take(_together(one, by_id), chosen, None)
    return list(chosen.values())


def _near(known: Collection[Resource], country: str | None) -> list[Resource]:
    """Those of the country and of the world; the world's emergency number only where the country has none."""
    local = [one for one in known if country is not None and one.country == country]
    served = any(one.kind == "emergency" for one in local)
    return [*local, *(one for one in known if one.country is None and not (served and one.kind == "emergency"))]


def _take(group: Sequence[Resource], chosen: dict[str, Resource], limit: int | None) -> None:
    new = [one for one in group if one.id not in chosen]
    if limit is None or not chosen or len(chosen) + len(new) <= limit:
        chosen.update((one.id, one) for one in new)


def _asked(one: Resource, wish: Wish) -> bool:
    if wish.kinds:
        return one.kind in wish.kinds or one.kind in GENERAL
    return one.kind not in FALLBACK


def _rank(one: Resource, wish: Wish) -> tuple[bool, bool, int, int, bool, str]:
    order = (*wish.kinds, *(kind for kind in KINDS if kind not in wish.kinds))
    unasked = bool(wish.kinds) and one.kind not in wish.kinds
    return (one.country is None, unasked, _foreign(one, wish), order.index(one.kind), not one.confirmed, one.id)


def _foreign(one: Resource, wish: Wish) -> int:
    """Whether they speak the person's language: 0 they do, 1 nobody knows, 2 they speak others."""
    if not one.languages or wish.language is None:
        return 1
    return 0 if wish.language in one.languages else 2


def _together(one: Resource, by_id: Mapping[str, Resource]) -> list[Resource]:
    """A service with all that it is paired with, over any number of steps, in a steady order."""
    found, left = {one.id: one}, [one]
    while left:
        for name in left.pop().paired_with:
            if name not in found:
                found[name] = by_id[name]
                left.append(by_id[name])
    return [one, *sorted((other for other in found.values() if other is not one), key=lambda other: other.id)]
