"""What is told of care, in events and answers alike: urgency of response, and services that help; it judges nothing."""

import re
from datetime import date
from typing import Literal

import msgspec

# How soon somebody should answer a text. It is never a score of a person.
Urgency = Literal["none", "low", "medium", "high", "critical"]
Kind = Literal["crisis_line", "text", "emergency", "domestic_violence", "children", "lgbtq", "directory"]

# A short code as dialled within its country, or a whole number as E.164 has it; nothing between, nothing around.
_NUMBER = re.compile(r"\d{2,6}|\+[1-9]\d{6,14}")
# What a directory gives without the country: dialled so within it, and shown as it is given.
_LOCAL = re.compile(r"\d{7,15}")
LINK = re.compile(r"https?://[^\s/]+\.[^\s/]+(?:/\S*)?")
DIALLED = ("phone", "sms", "whatsapp")


class CareChannel(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One way to reach a service: `to` is a number or an address, `shown` how its source writes a number.

    A number of seven digits and more without `+` is dialled so within its country only. `say` is the word that a text
    message begins with.
    """

    kind: Literal["phone", "sms", "whatsapp", "web", "chat"]
    to: str
    shown: str = ""
    say: str = ""

    def __post_init__(self) -> None:
        dialled = self.kind in DIALLED
        if not (_NUMBER if dialled else LINK).fullmatch(self.to) and not self.local:
            form = "a number: a short code, or + and the digits" if dialled else "an address: https://…"
            raise ValueError(f"{self.to!r} is not {form}")
        digits = re.sub(r"\D", "", self.shown).lstrip("0")
        if self.shown and not (dialled and digits and self.to.lstrip("0").endswith(digits)):
            raise ValueError(f"{self.shown!r} is not the number {self.to}")
        if self.say and self.kind not in ("sms", "whatsapp"):
            raise ValueError("only messages begin with a word")

    @property
    def local(self) -> bool:
        """Whether it is a whole number without its country; only directories give such numbers."""
        return self.kind in ("phone", "sms") and bool(self.shown) and bool(_LOCAL.fullmatch(self.to))


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


class HelpNamed(msgspec.Struct, frozen=True):
    """A help resource by what it is called and how it is reached."""

    id: str
    name: str
    channels: tuple[CareChannel, ...]


class HelpShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stood before an answer for whoever was answered: who helps, with a sentence; never why it was shown.

    With `escalation_id` a human was called as well.
    """

    resources: tuple[CareResource, ...]
    message: str | None = None
    escalation_id: str | None = None
