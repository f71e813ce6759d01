"""The keys that seal this home's secrets, as its server and its command line use them; it seals nothing itself."""

from palaver.entry.settings import Settings
from palaver.kit.clock import Clock
from palaver.privacy.keys.ring import FileRing
from palaver.privacy.keys.rotating import Rotation
from palaver.privacy.keys.wrapping import wrapping_of
from palaver.privacy.sealing import Sealer
from palaver.storage.port import Database
from palaver.tools.mcp.tokens import FolderTokens

TOKENS = "tokens"


def ring_of(settings: Settings) -> FileRing:
    """The keys, wrapped as the settings say."""
    return FileRing(settings.home, wrapping_of(settings.secrets))


def sealer_of(settings: Settings) -> Sealer:
    """Seals with the key of now, whoever else may put another one in its place."""
    return Sealer(ring_of(settings))


def rotation_of(settings: Settings, database: Database, clock: Clock) -> Rotation:
    """Replaces the key of everything that is sealed here: in the database, and in the files of sign-ins elsewhere."""
    return Rotation(database, ring_of(settings), FolderTokens(settings.home / TOKENS).rewrap, clock)
