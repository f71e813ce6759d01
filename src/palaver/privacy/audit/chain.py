"""♥ How entries of the audit log hang together, and where a chain of them is broken; it reads and writes none.

The hash of an entry covers the hash before it and every field, so anybody can follow a chain. Its seal is made of that
hash with the house's key, so that nobody without the key can write an entry, the last one included.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from palaver.core.audit import SecurityEvent

PRUNED = "audit.pruned"  # its subject is the last entry that was taken away, `detail.hash` that entry's hash
BEGINNING = "0" * 64  # stands before the first entry


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One act as it is written down. `n` counts without gaps; `seal` shows that this house wrote it."""

    n: int
    at: str
    kind: str
    actor_id: str | None
    subject: str | None
    address: str | None
    request_id: str | None
    detail: Mapping[str, str]
    hash: str
    seal: str


class Moment(NamedTuple):
    """When an act was told, and in which request."""

    at: str
    request_id: str | None = None


class Break(NamedTuple):
    """Where a chain does not hold, and why."""

    n: int
    why: str


def linked(before: AuditEntry | None, event: SecurityEvent, moment: Moment, key: bytes) -> AuditEntry:
    """The entry that follows `before`."""
    entry = AuditEntry(
        n=before.n + 1 if before else 1,
        at=moment.at,
        kind=event.kind,
        actor_id=event.actor_id,
        subject=event.subject,
        address=event.address,
        request_id=moment.request_id,
        detail=dict(sorted(event.detail.items())),
        hash="",
        seal="",
    )
    hash_ = hash_of(before.hash if before else BEGINNING, entry)
    return msgspec.structs.replace(entry, hash=hash_, seal=seal_of(hash_, key))


def hash_of(before: str, entry: AuditEntry) -> str:
    """SHA-256 over the hash before it and all it says, as compact JSON with `detail` in the order of its names."""
    said = [before, *(getattr(entry, name) for name in AuditEntry.__struct_fields__[:-2])]
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


def seal_of(hash_: str, key: bytes) -> str:
    """What only the house can make of a hash."""
    return hmac.new(key, f"palaver audit\n{hash_}".encode(), hashlib.sha256).hexdigest()


class Walk:
    """Follows a chain, entry by entry, to the first that does not hold. `pruned` is the newest entry of that kind."""

    def __init__(self, key: bytes, pruned: AuditEntry | None = None) -> None:
        self._key = key
        self._pruned = pruned
        self.entries = 0
        self.first: int | None = None
        self.last: AuditEntry | None = None
        self.broken: Break | None = None

    def step(self, entry: AuditEntry) -> None:
        """The next one; after a break, nothing is looked at any more."""
        if self.broken is None:
            why = self._gap(entry) or self._fault(entry)
            self.broken = Break(entry.n, why) if why else None
            self.entries += 1
            self.first = entry.n if self.first is None else self.first
            self.last = entry

    def _gap(self, entry: AuditEntry) -> str | None:
        expected = self.last.n + 1 if self.last else self._pruned_to() + 1
        if entry.n == expected:
            return None
        missing = f"entry {expected} is" if entry.n == expected + 1 else f"entries {expected} to {entry.n - 1} are"
        return f"{missing} missing before it" if entry.n > expected else "it stands where another one belongs"

    def _fault(self, entry: AuditEntry) -> str | None:
        if not hmac.compare_digest(entry.hash, hash_of(self._before(), entry)):
            return "it does not fit the entry before it: one of both was changed"
        if not hmac.compare_digest(entry.seal, seal_of(entry.hash, self._key)):
            return "its seal was not made by this house's key"
        return None

    def _pruned_to(self) -> int:
        pruned = self._pruned
        return int(pruned.subject) if pruned and pruned.subject and pruned.subject.isdigit() else 0

    def _before(self) -> str:
        if self.last:
            return self.last.hash
        return self._pruned.detail.get("hash", "") if self._pruned else BEGINNING
