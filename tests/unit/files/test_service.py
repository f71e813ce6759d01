from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from palaver.core.errors import PayloadTooLarge
from palaver.core.ids import SessionId, UserId
from palaver.files.blobs import Blobs
from palaver.files.service import Files, Home
from palaver.files.settings import FileSettings
from palaver.files.snapshots import Snapshots
from palaver.files.workspaces import Workspaces
from palaver.identity.tables import users
from palaver.kit.clock import SystemClock
from palaver.storage.script import Script, Statement
from tests.database import whole_database

ADA = UserId("usr_ada")
ONE, TWO = SessionId("ses_1"), SessionId("ses_2")


def _ada() -> Script[None]:
    values = {column.name: "x" for column in users.c if not column.nullable} | {"id": ADA}
    yield Statement(insert(users).values(values))()


async def bring(files: Files, session: SessionId, name: str, size: int) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b"x"

    await files.put(ADA, session, name, body=body(), on_conflict="replace")


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"upload_bytes": 9}, "A file may have 9 bytes."),
        ({"workspace_bytes": 15}, "The files of this session may have 15 bytes together; 6 are used."),
        ({"user_bytes": 21}, "All your files together may have 21 bytes; 12 are used."),
    ],
)
async def test_what_is_too_much_is_refused_with_the_number_and_leaves_nothing(
    tmp_path: Path, limits: dict[str, Any], says: str
) -> None:
    blobs, workspaces = Blobs(tmp_path), Workspaces(tmp_path, FileSettings(**limits))
    async with whole_database() as database:
        await database.write(_ada())
        files = Files(database, Home(workspaces, blobs, Snapshots(blobs, workspaces)), SystemClock())
        await bring(files, TWO, "a", 6)
        await bring(files, ONE, "a", 6)
        with pytest.raises(PayloadTooLarge) as refused:
            await bring(files, ONE, "b", 10)
        assert refused.value.detail == says
        assert [entry.path for entry in workspaces.of(ONE).entries()] == ["a"]
        assert list(workspaces.drafts.iterdir()) == []
