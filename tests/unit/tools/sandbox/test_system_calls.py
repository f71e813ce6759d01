"""The filter of system calls, read by a small machine of our own as the kernel would."""

import struct
from errno import EAFNOSUPPORT, ENOSYS, EPERM

import pytest

from palaver.tools.sandbox.system_calls import system_call_filter

PASS = 0
X86, ARM, I386 = 0xC000003E, 0xC00000B7, 0x40000003


def answer(rules: bytes, architecture: int, number: int, first: int = 0) -> int:
    """The error that a call gets, or 0; from the kernel's description of classic BPF."""
    data = struct.pack("=IIQQ", number, architecture, 0, first) + bytes(40)
    steps = list(struct.iter_unpack("=HBBI", rules))
    at = loaded = 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        if code == 0x20:
            loaded = struct.unpack_from("=I", data, value)[0]
        elif code == 0x06:
            return 0 if value == 0x7FFF0000 else value & 0xFFFF
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            at += yes if holds else no


@pytest.mark.parametrize(
    ("machine", "architecture", "number", "first", "error"),
    [
        ("x86_64", X86, 0, 0, PASS),  # read
        ("x86_64", X86, 257, 0, PASS),  # openat
        ("x86_64", X86, 319, 0, ENOSYS),  # memfd_create
        ("x86_64", X86, 29, 0, ENOSYS),  # shmget
        ("x86_64", X86, 272, 0, EPERM),  # unshare
        ("x86_64", X86, 165, 0, EPERM),  # mount
        ("x86_64", X86, 56, 0x01200011, PASS),  # clone, as fork does
        ("x86_64", X86, 56, 0x003D0F00, PASS),  # clone, as threads do
        ("x86_64", X86, 56, 0x10000011, EPERM),  # clone, with a user namespace
        ("x86_64", X86, 435, 0, ENOSYS),  # clone3
        ("x86_64", X86, 41, 2, PASS),  # socket, AF_INET
        ("x86_64", X86, 41, 1, PASS),  # socket, AF_UNIX
        ("x86_64", X86, 41, 40, EAFNOSUPPORT),  # socket, AF_VSOCK
        ("x86_64", X86, 41, 38, EAFNOSUPPORT),  # socket, AF_ALG
        ("x86_64", X86, 0x40000000 | 319, 0, ENOSYS),  # x32
        ("x86_64", I386, 3, 0, ENOSYS),
        ("aarch64", ARM, 63, 0, PASS),  # read
        ("aarch64", ARM, 279, 0, ENOSYS),  # memfd_create
        ("aarch64", ARM, 97, 0, EPERM),  # unshare
        ("aarch64", ARM, 220, 0x10000011, EPERM),  # clone
        ("aarch64", ARM, 198, 40, EAFNOSUPPORT),  # socket
        ("aarch64", X86, 0, 0, ENOSYS),
    ],
)
def test_a_call_passes_or_is_refused(machine: str, architecture: int, number: int, first: int, error: int) -> None:
    rules = system_call_filter(machine)
    assert rules is not None
    assert answer(rules, architecture, number, first) == error


def test_where_numbers_are_not_known_there_is_no_filter() -> None:
    assert system_call_filter("riscv64") is None
