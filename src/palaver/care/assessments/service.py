"""Shows what was noticed in messages to those who may see it, and deletes it for them; it notices nothing.

A person sees and deletes what is kept of their own messages. A counsellor sees it of an escalation that they claimed,
and which rules spoke only where the person agreed to share. Administrators see counts.
"""

import msgspec

from palaver.care.assessments import store
from palaver.care.assessments.assessment import Assessment
from palaver.care.crisis.finding import Signal
from palaver.care.profiles.profile import Profile
from palaver.core.audit import Audit, SecurityEvent
from palaver.core.care import Urgency
from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, RunId, SessionId, UserId
from palaver.kit.pages import cursor
from palaver.privacy.consent.store import allows
from palaver.storage.port import Database
from palaver.storage.script import Script

MOST = 200  # of one escalation


class AssessmentView(msgspec.Struct, frozen=True, kw_only=True):
    """How soon one message asked for an answer: by its own words (`own`), and in the conversation (`urgency`).

    It judges a message, and no person. `known` is false where it could not be read; `signals` name rules and places in
    the message, and none of its words. `version` names every rule and model that read it. Of what somebody answered
    while an answer waited for them, `message_id` is that answer's, a colon and the id of the call that waited.
    """

    id: str
    session_id: SessionId
    run_id: RunId
    message_id: MessageId
    urgency: Urgency
    own: Urgency
    known: bool
    signals: tuple[Signal, ...]
    version: str
    profile: Profile
    created_at: str


class AssessmentList(msgspec.Struct, frozen=True):
    """A page of assessments, the newest first."""

    items: list[AssessmentView]
    next_cursor: str | None


class AssessmentsDeleted(msgspec.Struct, frozen=True):
    """How many assessments were deleted."""

    deleted: int


class Assessments:
    """The front door to what was noticed."""

    def __init__(self, database: Database, audit: Audit) -> None:
        self._database = database
        self._audit = audit

    async def own(
        self, user_id: UserId, session_id: SessionId | None, before: tuple[str, str] | None, limit: int
    ) -> AssessmentList:
        """Those of somebody's own messages."""
        kept = await self._database.read(store.page(user_id, session_id, before or store.START, limit + 1))
        more = cursor(kept[limit - 1].created_at, kept[limit - 1].id) if len(kept) > limit else None
        return AssessmentList([_view(one) for one in kept[:limit]], more)

    async def of_escalation(self, by: UserId, escalation_id: str) -> AssessmentList:
        """Those of an escalation that this counsellor claimed; `NotFound` of every other."""

        def read() -> Script[tuple[list[Assessment], bool]]:
            whose = yield from store.claimed(escalation_id, by)
            if whose is None:
                raise NotFound("There is no such escalation, or it is not yours.")
            shared = yield from allows(whose, "sharing_with_counsellors")
            return (yield from store.escalated(escalation_id, by, MOST)), shared

        kept, shared = await self._database.read(read())
        await self._audit(SecurityEvent(kind="care.assessments_seen", actor_id=by, subject=escalation_id))
        return AssessmentList([_view(one if shared else one._replace(signals=())) for one in kept], None)

    async def forget(self, user_id: UserId, session_id: SessionId | None) -> AssessmentsDeleted:
        """Delete those of somebody's own messages, of one session or of all."""
        deleted = await self._database.write(store.forget(user_id, session_id))
        await self._audit(
            SecurityEvent(
                kind="care.assessments_deleted", actor_id=user_id, subject=session_id, detail={"number": str(deleted)}
            )
        )
        return AssessmentsDeleted(deleted)


def _view(one: Assessment) -> AssessmentView:
    return AssessmentView(
        id=one.id,
        session_id=one.session_id,
        run_id=one.run_id,
        message_id=one.message_id,
        urgency=one.level,
        own=one.own,
        known=one.known,
        signals=one.signals,
        version=one.version,
        profile=one.profile,
        created_at=one.created_at,
    )
