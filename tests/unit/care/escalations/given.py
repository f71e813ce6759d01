"""People, sessions and escalations as tests of escalations need them."""

from typing import Any

from palaver.care.escalations.machine import Level
from palaver.care.escalations.store import Begun
from palaver.core.care import CareChannel, HelpNamed
from palaver.core.ids import SessionId
from palaver.core.principal import Role
from palaver.identity import store as identity_store
from palaver.identity.store import User
from palaver.storage.port import Database
from tests.unit.runs.given import ADA, begin

HELP = HelpNamed("ke-line", "A line", (CareChannel("phone", "999"),))
AT = "2026-01-01T00:00:00.000000Z"


async def person(database: Database, user_id: str = ADA, role: Role = "member", email: str | None = None) -> str:
    """Somebody who is known here."""
    fields: dict[str, Any] = dict.fromkeys((*User._fields, "password_hash"))
    fields |= {"id": user_id, "issuer": "", "subject": user_id, "role": role, "created_at": AT, "email": email}
    await database.write(identity_store.add_user(fields), durable=False)
    return user_id


async def session(database: Database) -> SessionId:
    """A session of Ada's."""
    return (await begin(database)).session_id


def begun(name: str, session_id: str | None = None, level: Level = "high", *, at: str = AT) -> Begun:
    """What an assessment of Ada's words asks for."""
    return Begun(assessment_id=name, user_id=ADA, level=level, at=at, session_id=session_id, helped=(HELP,))
