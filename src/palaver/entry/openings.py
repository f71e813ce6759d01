"""How many connections and files this process may have open: raised to what the system allows; it opens nothing."""

import resource
import sys
from contextlib import suppress

ENOUGH = 65_536  # more than any one process serves; bounds of millions make programs slow that close what they inherit
APART = 1_000  # for streams, files, models and programs, beside sockets
_LESS = 10_240  # where a system names no bound and still refuses that


def allowed() -> int:
    """How many this process may take; more than that only the operator can give."""
    soft, hard = _bounds()
    return max(soft, min(hard, ENOUGH))


def raise_openings() -> int:
    """Take what is allowed, and say how many there are now."""
    soft, hard = _bounds()
    for most in (allowed(), min(hard, _LESS)):
        if most > soft:
            with suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
                return most
    return soft


def too_few(openings: int, sockets: int) -> str | None:
    """What to say where that many do not carry as many sockets as the settings promise."""
    if openings >= sockets + APART:
        return None
    return f"Only {openings:,} connections and files may be open here, and sockets.most alone is {sockets:,}."


def _bounds() -> tuple[int, int]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _number(soft), _number(hard)


def _number(bound: int) -> int:
    return sys.maxsize if bound == resource.RLIM_INFINITY else bound
