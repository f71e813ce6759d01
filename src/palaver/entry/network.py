"""Under which names the server may be asked, and which proxies are believed; it neither listens nor forwards."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, StringConstraints

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HostName = Annotated[
    str, StringConstraints(to_lower=True, pattern=rf"(?i)^(\*\.)?({_LABEL}\.)*{_LABEL}$|^[0-9a-f:]+$", max_length=255)
]
PublicUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?$|^https?://\[[0-9a-f:]+\](:[0-9]{1,5})?/?$"),
]


class NetworkSettings(BaseModel):
    """What stands between the server and those who ask it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trusted_proxies: tuple[IPvAnyNetwork, ...] = Field(
        (),
        description="Addresses and networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; "
        "nobody else's are. They must pass the Host header on.",
    )
    header_timeout: float = Field(
        20, gt=0, le=600, description="Seconds in which a client must have said what it asks for, headers and all."
    )
    body_timeout: float = Field(
        60, gt=0, le=3_600, description="Seconds for which the body of a request may pause before it is given up."
    )
    hosts: tuple[HostName, ...] = Field(
        (),
        description="Names under which the server may be asked, such as chat.example.org or *.example.org; left out, "
        "under every name.",
    )
    https_for: timedelta = Field(
        timedelta(days=365),
        ge=timedelta(0),
        description="For how long browsers that came by https ask this host by https only (HSTS); zero: not at all.",
    )
    public_url: PublicUrl | None = Field(
        None, description="Where people find the server, such as https://chat.example.org; links in letters begin so."
    )


def name_of(host: bytes) -> str:
    """The name in a Host header, without its port."""
    text = host.decode("latin-1").strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0] if text.count(":") == 1 else text


def answers_to(host: bytes, hosts: Sequence[str]) -> bool:
    """Whether a request for this Host is meant for us. `*.example.org` stands for all names below it."""
    name = name_of(host).removesuffix(".")
    return any(name == one or (one.startswith("*.") and name.endswith(one[1:]) and name != one[1:]) for one in hosts)
