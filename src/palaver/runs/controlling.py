"""How a session, and the turn that runs in it, goes on: its mode and its model, for every door; it starts nothing."""

from typing import Any, Protocol

from palaver.core.audit import SecurityEvent
from palaver.core.ids import SessionId
from palaver.core.permissions import PermissionMode
from palaver.core.principal import Principal
from palaver.inference.port import ResolvedModel
from palaver.runs.answering import Answering
from palaver.sessions.service import Sessions
from palaver.sessions.session import Session


class Resolve(Protocol):
    """Finds the model that is meant."""

    async def __call__(self, model_id: str | None, principal: Principal) -> ResolvedModel: ...


class Controlling:
    """Changes what a session's turns are taken with, also in mid-turn."""

    def __init__(self, answering: Answering, sessions: Sessions, resolve: Resolve) -> None:
        self._answering = answering
        self._sessions = sessions
        self._resolve = resolve

    async def control(
        self, principal: Principal, session_id: SessionId, *, mode: PermissionMode | None, model: str | None
    ) -> Session:
        """A mode counts from the next call, a model from the next step; both stay for later turns."""
        changes: dict[str, Any] = {}
        if mode is not None:
            self._sessions.check_mode(principal, mode)
            changes["permission_mode"] = mode
        resolved = await self._resolve(model, principal) if model is not None else None
        if resolved is not None:
            changes |= {"model": resolved.id, "provider": resolved.provider}
        if mode == "bypassPermissions":
            event = SecurityEvent(kind="permission.bypassed", actor_id=principal.user_id, subject=session_id)
            await self._answering.audit(event)
        session = await self._sessions.change(principal.user_id, session_id, changes)
        if session.active_run_id is not None:
            chosen = (resolved.id, resolved.provider) if resolved is not None else None
            await self._answering.control(session.active_run_id, mode=mode, model=chosen)
        return await self._sessions.find(principal.user_id, session.id)
