"""What is kept of a workspace before each turn, so that one can go back to it; sessions without files pay nothing."""

import asyncio
from typing import Protocol

from msgspec import UNSET

from palaver.core.errors import SessionBusy
from palaver.core.ids import SessionId
from palaver.files import store as files_store
from palaver.files.snapshots import Snapshot
from palaver.files.store import Taken
from palaver.files.templates import Wish
from palaver.kit.ids import new_id
from palaver.runs.accepting import Accepted, Accepting
from palaver.runs.store import Kept
from palaver.sessions.shown import written
from palaver.storage.script import Script


class Takes(Protocol):
    """Keeps workspaces; see `files.snapshots`."""

    def take(self, session_id: SessionId) -> Snapshot | None:
        """Keep the workspace as it is now; None where the session has none. Waits for the disk."""
        ...


class Has(Protocol):
    """Whether a session has files, in one look at the disk."""

    def __call__(self, session_id: SessionId) -> bool: ...


class Begins(Protocol):
    """Lets a session that is about to be made begin with files; see `files.templates`."""

    async def __call__(self, session_id: SessionId, wish: Wish = UNSET) -> Snapshot | None: ...


async def empty(session_id: SessionId, wish: Wish = UNSET) -> Snapshot | None:
    """No session begins with files."""


class Keeping:
    """Keeps the workspaces of sessions in which turns begin; none begins in one that is `held`: it is being rewound."""

    def __init__(self, snapshots: Takes, has_files: Has, begin: Begins = empty) -> None:
        self._snapshots = snapshots
        self._has_files = has_files
        self.begin = begin
        self.held: set[SessionId] = set()

    async def take(self, session_id: SessionId | None) -> Snapshot | None:
        """The workspace of a session as it is before its next turn."""
        if session_id is None or not self._has_files(session_id):
            return None
        return await asyncio.to_thread(self._snapshots.take, session_id)

    def refuse_held(self, session_id: SessionId) -> None:
        """SessionBusy while the session is being rewound: nothing may change its files meanwhile."""
        if session_id in self.held:
            raise SessionBusy("This session is being rewound; try again in a moment.")

    def around(
        self, session_id: SessionId, accepting: Accepting, snapshot: Snapshot | None, *, waiting: Kept | None = None
    ) -> Accepting:
        """The unit of work that begins a turn, with what was kept before it; one that is `waiting` may go on to."""
        if session_id in self.held:
            if waiting is None:
                raise SessionBusy("This session is being rewound; try again in a moment.")
            return (), Accepted(waiting)
        events, accepted = yield from accepting
        if snapshot is not None and accepted.live is not None:
            yield from _keep(accepted.run, snapshot)
        return events, accepted


def _keep(run: Kept, snapshot: Snapshot) -> Script[None]:
    if run.user_message_id is not None and run.prompt.parts:
        taken = Taken(
            id=new_id("snp"),
            session_id=run.session_id,
            message_id=written(run.user_message_id)[0],
            root=snapshot.root,
            files=snapshot.files,
            bytes=snapshot.bytes,
            created_at=run.started_at or run.created_at,
        )
        yield from files_store.add(taken)


class _NoFiles:
    def take(self, session_id: SessionId) -> Snapshot | None:
        return None


def nothing() -> Keeping:
    """For houses without files."""
    return Keeping(_NoFiles(), lambda session_id: False)
