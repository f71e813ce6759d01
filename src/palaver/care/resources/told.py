"""What callers are told of a service that helps; who confirmed it stays with the operator."""

from datetime import date
from typing import Literal

import msgspec

from palaver.care.resources.resource import CareChannel, Kind, Resource


class CareResource(msgspec.Struct, frozen=True, kw_only=True):
    """A service that helps, and where and when that was read. What its source does not say is empty or null.

    `country` is null for services of the whole world. Where `confirmed` is false, no person has confirmed it yet: say
    so where you show it. What `paired_with` names is shown together with it, or neither is.
    """

    id: str
    country: str | None
    name: str
    kind: Kind
    channels: tuple[CareChannel, ...]
    languages: tuple[str, ...]
    hours: str | None
    cost: Literal["free", "charged"] | None
    note: str | None
    paired_with: tuple[str, ...]
    source_url: str
    verified_on: date
    confirmed: bool


_SAME = [name for name in CareResource.__struct_fields__ if name != "confirmed"]


def told(one: Resource) -> CareResource:
    """The service as it is told."""
    return CareResource(**{name: getattr(one, name) for name in _SAME}, confirmed=one.confirmed)
