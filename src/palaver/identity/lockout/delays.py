"""♥ How long somebody waits after wrong passwords: arithmetic on counts and times; it counts nobody itself."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

_NONE = timedelta(0)
_DOUBLINGS = 40  # more than any pause has room for; a power of two beyond that is no time


class Tally(NamedTuple):
    """How many tries were wrong so far, and before which moment the next is not heard."""

    tries: int
    until: datetime


class Patience(NamedTuple):
    """`free` tries without a pause; then `first`, twice that, `longest` at most; forgotten after `window`."""

    free: int
    first: timedelta
    longest: timedelta
    window: timedelta


def remembered(tally: Tally | None, patience: Patience, now: datetime) -> Tally:
    """What still counts: tries are forgotten together, a while after the last of them might have been repeated."""
    if tally is None or now >= tally.until + patience.window:
        return Tally(0, now)
    return tally


def wait(tally: Tally, now: datetime) -> timedelta:
    """How long it is until a try is heard."""
    return max(tally.until - now, _NONE)


def tried(tally: Tally, patience: Patience, now: datetime) -> Tally:
    """After one more try, which is taken for wrong until it is known to be right."""
    tries = tally.tries + 1
    return Tally(tries, now + pause(tries, patience))


def pause(tries: int, patience: Patience) -> timedelta:
    """How long it is from this many wrong tries to the next."""
    beyond = tries - patience.free
    if beyond < 0:
        return _NONE
    doubled = patience.first.total_seconds() * 2.0 ** min(beyond, _DOUBLINGS)
    return timedelta(seconds=min(doubled, patience.longest.total_seconds()))


def place(address: str) -> str:
    """Whose tries count together: an address, or the 64 bits of an IPv6 network that one customer has as a whole."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return address
    if read.ipv4_mapped:
        return str(read.ipv4_mapped)
    return f"{IPv6Address(int(read) >> 64 << 64)}/64"
