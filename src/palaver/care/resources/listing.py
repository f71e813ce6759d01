"""♥ What the directory of ThroughLine answered, as services, and where they stand among ours; it asks nobody.

Of its answers only the fields are known that programs of others read. Numbers are shown as they are given; what could
not be dialled, or is no safe link, is left out. A short list is for everybody together: all of it is shown, or nothing.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

import msgspec

from palaver.care.resources.choosing import GENERAL
from palaver.care.resources.resource import Resource
from palaver.core.care import DIALLED, CareChannel
from palaver.kit.http import AddressRefused, Guard

MOST = 5  # a priority list is short; a longer one is not what was asked for, and would be shown as one
SOURCE = "https://findahelpline.com"
NOTE = "As ThroughLine lists it, who keep findahelpline.com."
_NUMBER = re.compile(r"[0-9][0-9 .()-]*|\([0-9][0-9 .()-]*|\+[1-9][0-9 .-]*")
_LONGEST = 200  # of a name or a number; and of a link, ten times as many
_NUMBERS: tuple[tuple[str, Literal["phone", "sms"]], ...] = (("phoneNumber", "phone"), ("smsNumber", "sms"))
_LINKS: tuple[tuple[str, Literal["chat", "web"]], ...] = (
    ("webChatUrl", "chat"), ("whatsappUrl", "chat"), ("website", "web"),
)  # fmt: skip


class ListingRefused(Exception):
    """The answer is not a list that can be shown; its words are for operators."""


class _Answer(msgspec.Struct):
    helplines: list[Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """The services of a country, and how many entries were of no use; where one was, no service is shown."""

    services: tuple[Resource, ...] = ()
    skipped: int = 0


def listing(body: bytes, country: str, today: date) -> Listing:
    """The services of an answer. Raises ListingRefused."""
    try:
        entries = msgspec.json.decode(body, type=_Answer).helplines
    except (msgspec.DecodeError, RecursionError) as error:
        raise ListingRefused("Its answer cannot be read.") from error
    if len(entries) > MOST:
        raise ListingRefused(f"It answered {len(entries)} helplines instead of a short list.")
    made = [_service(entry, f"throughline-{country.lower()}-{number}", country, today)
            for number, entry in enumerate(entries, 1)]  # fmt: skip
    found = [one for one in made if one is not None]
    if len(found) < len(made):
        return Listing((), len(made) - len(found))
    ids = {one.id for one in found}
    return Listing(tuple(_with(one, ids) for one in found))


def _service(entry: Any, name: str, country: str, today: date) -> Resource | None:
    fields = cast(dict[str, Any], entry) if isinstance(entry, dict) else {}
    called = _text(fields.get("name"))
    channels = (
        *(made for field, kind in _NUMBERS if (made := _number(kind, _text(fields.get(field))))),
        *(CareChannel(kind, link) for field, kind in _LINKS if (link := _link(fields.get(field)))),
    )
    if not called or not channels:
        return None
    kind = "crisis_line" if any(one.kind == "phone" for one in channels) else "text"
    return Resource(
        id=name, country=country, name=called, kind=kind, channels=channels, source_url=SOURCE, verified_on=today,
        note=NOTE,
    )  # fmt: skip


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= _LONGEST and value.isprintable() else ""


def _number(kind: Literal["phone", "sms"], given: str) -> CareChannel | None:
    if not _NUMBER.fullmatch(given):
        return None
    to = re.sub(r"[^\d+]", "", given)
    try:
        return CareChannel(kind, to, "" if to == given and len(to) < 7 else given)
    except ValueError:  # too few digits, or too many
        return None


def _link(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > 10 * _LONGEST or not value.isascii() or not value.isprintable():
        return None
    try:
        Guard().checked(value)
        return CareChannel("web", value).to
    except (AddressRefused, ValueError):
        return None


def merged(known: Mapping[str, Resource], own: Collection[str], listed: Iterable[Resource]) -> Mapping[str, Resource]:
    """What is known, with what is listed: the operator's own first, then what is listed, then what ships.

    A service with a number that one before it has is dropped, and what was paired with it is paired with that one.
    What ships gives way only where it is for everybody and says no more: emergency numbers and directories stay.
    """
    every, instead = dict(known), dict[str, str]()
    for one in listed:
        same = [other for other in known.values() if other.country == one.country and _same(one, other)]
        stays = next((other for other in same if other.id in own or not _gives_way(other)), None)
        if stays is not None:
            instead[one.id] = stays.id
            continue
        every[one.id] = one
        instead |= {other.id: one.id for other in same}
    pairs = {name: set[str]() for name in every}
    for one in (*known.values(), *listed):
        pairs[instead.get(one.id, one.id)] |= {instead.get(name, name) for name in one.paired_with}
    return {name: _with(one, pairs[name]) for name, one in every.items() if name not in instead}


def _with(one: Resource, pairs: set[str]) -> Resource:
    others = pairs - {one.id}
    return one if others == set(one.paired_with) else msgspec.structs.replace(one, paired_with=tuple(sorted(others)))


def _gives_way(one: Resource) -> bool:
    return one.kind in GENERAL and not any(way.say for way in one.channels)


def _same(one: Resource, other: Resource) -> bool:
    return any(_alike(a, b) for a in _numbers(one) for b in _numbers(other))


def _numbers(one: Resource) -> set[str]:
    return {way.to.lstrip("+0") for way in one.channels if way.kind in DIALLED}


def _alike(one: str, other: str) -> bool:
    """The same number, or one of them with the country before it."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= 7 and longer.endswith(shorter))
