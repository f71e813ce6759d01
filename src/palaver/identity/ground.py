"""What the use cases of accounts stand on together; it decides nothing."""

from dataclasses import dataclass

from palaver.core.audit import Audit
from palaver.identity.letters.links import Links
from palaver.identity.letters.outbox import Outbox
from palaver.identity.lockout.service import Lockout
from palaver.identity.settings import IdentitySettings
from palaver.identity.standing import Standing
from palaver.kit.clock import Clock
from palaver.storage.port import Database


@dataclass(frozen=True, slots=True)
class Ground:
    """Handed to each of them as a whole."""

    database: Database
    settings: IdentitySettings
    clock: Clock
    audit: Audit
    lockout: Lockout
    standing: Standing
    outbox: Outbox
    links: Links
