"""Opens the audit log of a home, for its server and its command line alike; it writes nothing into it."""

import hashlib

from palaver import __version__
from palaver.core.audit import SecurityEvent
from palaver.entry.home import audit_key
from palaver.entry.layers import settings_of
from palaver.entry.reference import as_text
from palaver.entry.settings import Loaded, Settings
from palaver.kit.clock import Clock
from palaver.privacy.audit.head import HeadFile
from palaver.privacy.audit.service import AuditLog
from palaver.storage.port import Database

HEAD = "audit.head"


def open_audit(settings: Settings, database: Database, clock: Clock) -> AuditLog:
    """The log of this database; its key and its end lie in the home."""
    key = audit_key(settings.home)
    return AuditLog(database, key, HeadFile(settings.home / HEAD, key.reveal()), settings.audit, clock=clock)


def started(loaded: Loaded) -> SecurityEvent:
    """That a server begins, with which settings: the names of those that somebody set, and a digest of all values.

    The values themselves are not told; whether they are the same as at another start, the digest says. It covers what
    `palaver config` prints, in which secrets are hidden.
    """
    chosen = [".".join(one.path) for one in settings_of(Settings) if loaded.source(one.path) != "default"]
    digest = hashlib.sha256(as_text(loaded).encode()).hexdigest()[:16]
    detail = {"version": __version__, "settings": " ".join(chosen), "digest": digest}
    return SecurityEvent(kind="house.started", detail=detail)
