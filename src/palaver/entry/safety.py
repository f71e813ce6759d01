"""What the settings of an installation say about its safety, as findings; it reads no file and no database."""

import ipaddress
from collections.abc import Iterator
from typing import Literal, NamedTuple

from palaver.entry.settings import Settings

State = Literal["well", "odd", "wrong"]

MANY = 2**16  # addresses in a network of proxies: more, and somebody else is among them


class Weakness(NamedTuple):
    """One thing that should be otherwise: the check's name, how bad it is, what it is and what to do."""

    check: str
    state: State
    says: str
    do: str


def weaknesses(settings: Settings) -> Iterator[Weakness]:
    """Everything that the settings alone show."""
    yield from _network(settings)
    yield from _accounts(settings)
    yield from _outbound(settings)
    if settings.agents.allow_bypass != "nobody":
        yield Weakness(
            "bypass", "odd", "Administrators may let agents act without asking.", "Set agents.allow_bypass to nobody."
        )
    if settings.sandbox.allow_unsafe:
        yield Weakness(
            "sandbox", "wrong", "Programs of agents may run unconfined.", "Unset sandbox.allow_unsafe; use bubblewrap."
        )
    if not settings.limits.enabled:
        yield Weakness("limits", "wrong", "Calls are not limited.", "Unset limits.enabled.")
    elif settings.limits.auth is None:
        yield Weakness("limits", "wrong", "Sign-ins are not limited by address.", "Unset limits.auth.")


def _network(settings: Settings) -> Iterator[Weakness]:
    network = settings.network
    if _reachable(settings.host):
        if not network.hosts:
            yield Weakness(
                "hosts", "odd", f"The server listens on {settings.host} and answers under every name.",
                "Name those that it has by network.hosts.",
            )  # fmt: skip
        if not network.trusted_proxies:
            yield Weakness(
                "tls", "wrong", f"The server listens on {settings.host}, and no proxy that ends TLS is named.",
                "Put a proxy with TLS in front, name it by network.trusted_proxies, and listen on 127.0.0.1.",
            )  # fmt: skip
    if _public(settings) and settings.identity.cookie_secure != "always":
        yield Weakness(
            "cookies", "odd", "Cookies are marked Secure only where a proxy says that a request came by https.",
            "Set identity.cookie_secure to always.",
        )  # fmt: skip
    wide = [str(one) for one in network.trusted_proxies if one.num_addresses > MANY]
    if wide:
        yield Weakness(
            "proxies", "wrong", f"Whoever asks from {', '.join(wide)} is believed to be a proxy.",
            "Name the addresses of your proxies by network.trusted_proxies.",
        )  # fmt: skip
    plain = [one for one in settings.identity.trusted_origins if one.startswith("http://")]
    if plain:
        yield Weakness(
            "origins", "wrong", f"Pages that came unprotected are trusted: {', '.join(plain)}.",
            "Name https origins only in identity.trusted_origins.",
        )  # fmt: skip


def _accounts(settings: Settings) -> Iterator[Weakness]:
    identity = settings.identity
    if identity.registration == "open" and not identity.email_verification:
        yield Weakness(
            "registration", "wrong", "Anybody may make an account, under any e-mail address.",
            "Set identity.email_verification, or identity.registration to invitation.",
        )  # fmt: skip
    if any(one.insecure_http for one in identity.issuers):
        yield Weakness(
            "issuers", "wrong", "Keys of an issuer may be fetched over plain http.", "Unset its insecure_http."
        )


def _outbound(settings: Settings) -> Iterator[Weakness]:
    doors = {"webhooks": settings.webhooks, "hooks": settings.hooks, "mcp": settings.mcp, "web": settings.web}
    private = [f"{name}.allow_private" for name, one in doors.items() if one.allow_private]
    if private:
        yield Weakness(
            "private addresses", "odd", "What people name may lead to machines of this network.",
            f"Unset {', '.join(private)}, unless everybody with an account may reach those anyway.",
        )  # fmt: skip
    plain = [f"{name}.allow_http" for name, one in doors.items() if getattr(one, "allow_http", False)]
    if plain:
        yield Weakness("plain http", "odd", "What is sent out may go unprotected.", f"Unset {', '.join(plain)}.")


def _reachable(host: str) -> bool:
    """Whether others than this machine can connect."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _public(settings: Settings) -> bool:
    return _reachable(settings.host) or bool(settings.network.hosts or settings.network.trusted_proxies)
