"""The filter of system calls for programs in a sandbox, as the kernel reads it; it is loaded elsewhere.

It closes what limits and namespaces leave open: memory that no process is charged for, namespaces within ours (the way
to most holes of kernels), and sockets that know no network namespace. Everything else passes.
"""

import struct
from dataclasses import dataclass
from errno import EAFNOSUPPORT, ENOSYS, EPERM

# From asm/unistd_64.h and asm-generic/unistd.h.
_HIDDEN_MEMORY = {
    "x86_64": {"shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240, "memfd_create": 319, "memfd_secret": 447},
    "aarch64": {"shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180, "memfd_create": 279, "memfd_secret": 447},
}
_PRIVILEGED = {
    "x86_64": {
        "pivot_root": 155, "mount": 165, "umount2": 166, "init_module": 175, "kexec_load": 246, "add_key": 248,
        "request_key": 249, "keyctl": 250, "unshare": 272, "perf_event_open": 298, "setns": 308,
        "finit_module": 313, "bpf": 321, "userfaultfd": 323, "io_uring_setup": 425, "io_uring_enter": 426,
        "io_uring_register": 427, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsmount": 432,
    },
    "aarch64": {
        "umount2": 39, "mount": 40, "pivot_root": 41, "unshare": 97, "kexec_load": 104, "init_module": 105,
        "add_key": 217, "request_key": 218, "keyctl": 219, "perf_event_open": 241, "setns": 268,
        "finit_module": 273, "bpf": 280, "userfaultfd": 282, "io_uring_setup": 425, "io_uring_enter": 426,
        "io_uring_register": 427, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsmount": 432,
    },
}  # fmt: skip
_CLONE3 = 435
# The kernel's name of each architecture, and its numbers of clone and socket.
_ARCHITECTURES = {"x86_64": (0xC000003E, 56, 41), "aarch64": (0xC00000B7, 220, 198)}

_OTHER_ABI = 0x40000000  # x32: the same calls under other numbers
_NEW_NAMESPACES = 0x7E020080  # all CLONE_NEW* flags, of which NEWUSER needs no rights
_AF_ALG, _AF_VSOCK = 38, 40  # the kernel's ciphers; the host of a virtual machine, beside every network namespace

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_PASS, _REFUSE = 0x7FFF0000, 0x00050000


@dataclass(frozen=True, slots=True)
class _Step:
    """One instruction; `yes` and `no` are how many of the next are left out."""

    code: int
    value: int
    yes: int = 0
    no: int = 0

    def packed(self) -> bytes:
        return struct.pack("=HBBI", self.code, self.yes, self.no, self.value)


def system_call_filter(machine: str) -> bytes | None:
    """The filter for an architecture as `platform.machine()` names it; None where the calls' numbers are not known."""
    if machine not in _ARCHITECTURES:
        return None
    architecture, clone, socket = _ARCHITECTURES[machine]
    steps = [
        _Step(_LOAD, _ARCHITECTURE),
        _Step(_EQUAL, architecture, yes=1),
        _refuse(ENOSYS),
        _Step(_LOAD, _NUMBER),
        *_unless(_Step(_AT_LEAST, _OTHER_ABI, no=1), ENOSYS),
        # Its flags lie in memory, where a filter cannot look; with ENOSYS the C library asks with `clone`.
        *_unless(_Step(_EQUAL, _CLONE3, no=1), ENOSYS),
    ]
    for number in _HIDDEN_MEMORY[machine].values():
        steps += _unless(_Step(_EQUAL, number, no=1), ENOSYS)
    for number in _PRIVILEGED[machine].values():
        steps += _unless(_Step(_EQUAL, number, no=1), EPERM)
    steps += _with_argument(clone, [_Step(_ANY_BIT, _NEW_NAMESPACES, no=1)], EPERM)
    families = [_Step(_EQUAL, family, no=1) for family in (_AF_ALG, _AF_VSOCK)]
    steps += _with_argument(socket, families, EAFNOSUPPORT)
    return b"".join(step.packed() for step in [*steps, _Step(_RETURN, _PASS)])


def _refuse(error: int) -> _Step:
    return _Step(_RETURN, _REFUSE | error)


def _unless(test: _Step, error: int) -> list[_Step]:
    return [test, _refuse(error)]


def _with_argument(number: int, tests: list[_Step], error: int) -> list[_Step]:
    """Refuse a call for what its first argument is; other calls go on behind this."""
    body = [_Step(_LOAD, _FIRST_ARGUMENT)]
    for test in tests:
        body += _unless(test, error)
    body.append(_Step(_RETURN, _PASS))
    return [_Step(_EQUAL, number, no=len(body)), *body]
