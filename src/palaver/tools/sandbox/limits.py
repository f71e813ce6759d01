"""The limits that the kernel holds each process to; those of a program as a whole are watched elsewhere."""

import resource

from palaver.tools.sandbox.port import Limits

_OPEN_FILES = 512
# Memory that is only reserved costs nothing, and interpreters reserve much; what is used is counted by `data`.
_RESERVED_FOR_EACH = 4
_RESERVED_AT_LEAST = 4 * 2**30


def process_limits(limits: Limits) -> dict[str, int]:
    """By the names that `prlimit` has for them, none above what the server itself is held to: nobody may go higher."""
    wanted = {
        "as": max(limits.memory_bytes * _RESERVED_FOR_EACH, _RESERVED_AT_LEAST),
        "core": 0,
        "cpu": limits.cpu_seconds,
        "data": limits.memory_bytes,
        "fsize": limits.file_bytes,
        "msgqueue": 0,
        "nofile": _OPEN_FILES,
        "nproc": limits.processes,
    }
    return {name: _at_most(most, resource.getrlimit(_number(name))[1]) for name, most in wanted.items()}


def _number(name: str) -> int:
    return getattr(resource, f"RLIMIT_{name.upper()}")


def _at_most(wanted: int, hard: int) -> int:
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
