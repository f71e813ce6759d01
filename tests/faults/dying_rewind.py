"""A process that rewinds a session and is killed at a step that it is told; run by `test_rewind_killed.py`."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from palaver.core.ids import SessionId, UserId
from palaver.files.blobs import Blobs
from palaver.files.snapshots import Snapshots
from palaver.files.workspaces import Workspaces
from palaver.kit.clock import SystemClock
from palaver.sessions.rewinding import Rewinding, Wish
from palaver.storage.sqlite import SqliteDatabase

ADA = UserId("usr_ada")
STEPS = ("taken", "begun", "planned", "restored", "ended")


def die(*_: Any, **__: Any) -> None:
    """As a loss of power, but for the disk."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(owner: Any, name: str) -> None:
    """Die once that was done."""
    original = getattr(owner, name)

    def done(*given: Any, **named: Any) -> Any:
        original(*given, **named)
        die()

    setattr(owner, name, done)


async def after_writing(database: SqliteDatabase, number: int) -> None:
    """Die once so many units of work are on the disk."""
    original, done = database.write, 0

    async def write(*given: Any, **named: Any) -> Any:
        nonlocal done
        found = await original(*given, **named)
        done += 1
        if done == number:
            die()
        return found

    database.write = write  # type: ignore[method-assign]


async def main(home: Path, session_id: str, checkpoint_id: str, step: str) -> None:
    """Rewind, and die on the way."""
    database = SqliteDatabase(home / "palaver.db")
    workspaces = Workspaces(home)
    snapshots = Snapshots(Blobs(home), workspaces)
    match step:
        case "taken":
            after(snapshots, "take")
        case "begun":
            await after_writing(database, 1)
        case "planned":
            snapshots._carry_out = die  # type: ignore[method-assign]
        case "restored":
            after(snapshots, "restore")
        case "ended":
            await after_writing(database, 2)
        case _:
            raise AssertionError(step)
    rewinding = Rewinding(database, snapshots, SystemClock(), held=set())
    await rewinding.rewind(ADA, Wish(SessionId(session_id), checkpoint_id, frozenset(("messages", "files"))))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
