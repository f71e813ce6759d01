"""♥ Networks that an API key is limited to: read, compared, asked about an address; whose address, it cannot know."""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def normal(text: str) -> str:
    """An address or a network as it is kept: `192.0.2.7` is `192.0.2.7/32`. Raises ValueError."""
    return str(_read(text))


def within(inner: Sequence[str], outer: Sequence[str]) -> bool:
    """Whether every one of `inner` lies in one of `outer`."""
    wide = [_read(one) for one in outer]
    return all(any(_lies_in(_read(one), other) for other in wide) for one in inner)


def admits(networks: Iterable[str], address: str) -> bool:
    """Whether an address lies in one of the networks; what is no address lies in none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
    return any(plain in _read(one) for one in networks)


def _lies_in(inner: Network, outer: Network) -> bool:
    if isinstance(inner, ipaddress.IPv4Network):
        return isinstance(outer, ipaddress.IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, ipaddress.IPv6Network) and inner.subnet_of(outer)


@lru_cache(maxsize=1024)
def _read(text: str) -> Network:
    return ipaddress.ip_network(text.strip())
