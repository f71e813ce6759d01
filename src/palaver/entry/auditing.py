"""Opens the audit log of a home, for its server and its command line alike; it writes nothing into it."""

from palaver.entry.home import audit_key
from palaver.entry.settings import Settings
from palaver.kit.clock import Clock
from palaver.privacy.audit.head import HeadFile
from palaver.privacy.audit.service import AuditLog
from palaver.storage.port import Database

HEAD = "audit.head"


def open_audit(settings: Settings, database: Database, clock: Clock) -> AuditLog:
    """The log of this database; its key and its end lie in the home."""
    key = audit_key(settings.home)
    return AuditLog(database, key, HeadFile(settings.home / HEAD, key.reveal()), settings.audit, clock=clock)
