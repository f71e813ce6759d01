"""What a snapshot is made of: folders as contents that name what stands in them; it reads and writes no disk.

A folder's content is the sorted list of its nodes, so that the same files always have the same name. A snapshot is the
name of its root folder's content.
"""

import hashlib
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

Kind = Literal["file", "folder", "link"]


class Node(msgspec.Struct, frozen=True, array_like=True):
    """Something in a folder. `name` is what the system calls it, in bytes; a link's content is where it leads.

    `size` and `files` of a folder are the sums of all that is below it.
    """

    name: bytes
    kind: Kind
    mode: int
    size: int
    files: int
    sha: bytes


class Totals(NamedTuple):
    """Bytes and files of a folder, with everything below it."""

    size: int
    files: int


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Node])


def encoded(nodes: Iterable[Node]) -> bytes:
    """The content of a folder."""
    return _encoder.encode(sorted(nodes, key=lambda node: node.name))


def decoded(content: bytes) -> list[Node]:
    """What `encoded` wrote down; raises `msgspec.DecodeError` for anything else."""
    return _decoder.decode(content)


def totals(nodes: Iterable[Node]) -> Totals:
    """The sums over a folder."""
    size = files = 0
    for node in nodes:
        size += node.size
        files += node.files
    return Totals(size, files)


EMPTY = hashlib.sha256(encoded(())).hexdigest()
