"""Looks at an export of the audit log as the log itself is looked at; it opens no database."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from palaver.core.errors import Invalid
from palaver.entry.home import audit_key
from palaver.entry.settings import Loaded
from palaver.privacy.audit.chain import PRUNED, AuditEntry, Walk
from palaver.privacy.audit.head import Head
from palaver.privacy.audit.service import Verdict


def verdict_of(loaded: Loaded, file: Path) -> Verdict:
    """What following the chain in a file found. Where the log went on after it, the file does not say."""
    marks = [entry for entry in _entries(file) if entry.kind == PRUNED]
    walk = Walk(audit_key(loaded.settings.home).reveal(), marks[-1] if marks else None)
    for entry in _entries(file):
        walk.step(entry)
    last = Head(walk.last.n, walk.last.hash) if walk.last else None
    return Verdict(walk.entries, walk.first, last, walk.broken)


def _entries(file: Path) -> Iterator[AuditEntry]:
    try:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield msgspec.json.decode(line, type=AuditEntry)
                except msgspec.DecodeError:
                    raise Invalid(f"Line {number} of {file} is no entry of an audit log.") from None
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from error
