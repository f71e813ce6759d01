"""A rotation of the key that seals secrets, killed at each step: every secret opens, and the next one finishes."""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from palaver.kit.clock import SystemClock
from palaver.kit.sealed import Sealed
from palaver.privacy.keys import rotating
from palaver.privacy.keys.ring import FileRing
from palaver.privacy.keys.rotating import Rotated, Rotation
from palaver.privacy.keys.wrapping import ByKey, Unwrapped, Wrapping
from palaver.privacy.sealing import Sealer
from palaver.storage.script import Script, Statement
from palaver.storage.sqlite import SqliteDatabase
from palaver.tools.mcp.tokens import FolderTokens
from palaver.webhooks.tables import webhooks
from tests.database import every_table
from tests.promises import keeps

SECRETS = 12
STEPS = 40  # more than there are: the last ones kill nothing
_ADD = Statement(insert(webhooks))
_ALL = Statement(select(webhooks.c.id, webhooks.c.secrets))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating, "GRACE", rotating.timedelta(0))


def row(number: int, sealed: str) -> dict[str, Any]:
    values: dict[str, Any] = {column.name: "" for column in webhooks.columns}
    return values | {"id": f"whk_{number}", "user_id": "usr_ada", "secrets": b"\x91" + sealed.encode(), "enabled": 1,
                     "waiting": 0, "failures": 0, "notice": None, "due_at": None}  # fmt: skip


def filled(sealer: Sealer) -> Script[None]:
    yield from every_table()
    yield Statement(_text("pragma foreign_keys=off"))()
    for number in range(SECRETS):
        yield _ADD(**row(number, sealer.seal(f"secret {number}", f"webhook:{number}")))


def _text(words: str) -> Any:
    from sqlalchemy import text

    return text(words)


async def fill(home: Path, wrapping: Wrapping) -> None:
    sealer, database = Sealer(FileRing(home, wrapping)), SqliteDatabase(home / "a.db")
    database._link.execute("pragma foreign_keys=off")  # nobody owns these
    await database.write(filled(sealer))
    await FolderTokens(home / "tokens").save("a server", sealer.seal("a token", "a server"))
    await database.close()


def rotation(home: Path, database: SqliteDatabase, wrapping: Wrapping) -> Rotation:
    return Rotation(database, FileRing(home, wrapping), FolderTokens(home / "tokens").rewrap, SystemClock())


async def rotated(home: Path, wrapping: Wrapping) -> Rotated:
    database = SqliteDatabase(home / "a.db")
    try:
        return await rotation(home, database, wrapping).rotate()
    finally:
        await database.close()


async def opened(home: Path, wrapping: Wrapping) -> list[str]:
    """Every secret, by somebody who comes now; with the ids of the keys that they need."""
    sealer, database = Sealer(FileRing(home, wrapping)), SqliteDatabase(home / "a.db")

    def read() -> Script[Any]:
        return (yield _ALL()).rows

    found = [
        sealer.open(content[1:].decode(), f"webhook:{name.removeprefix('whk_')}")
        for name, content in await database.read(read())
    ]
    token = await FolderTokens(home / "tokens").load("a server")
    await database.close()
    return [*found, sealer.open(token or "", "a server")]


WHOLE = [*(f"secret {number}" for number in range(SECRETS)), "a token"]


def killed_at(step: int, home: Path, wrapping: Wrapping) -> bool:
    """A process that dies at this step of its rotation; whether it did."""
    child = os.fork()
    if child == 0:
        count = 0

        def counted(do: Callable[..., Any]) -> Callable[..., Any]:
            def wrapped(*given: Any, **named: Any) -> Any:
                nonlocal count
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return do(*given, **named)

            return wrapped

        for kind, name in ((FileRing, "_put"), (FileRing, "retire"), (FolderTokens, "_put"), (FolderTokens, "rewrap")):
            setattr(kind, name, counted(getattr(kind, name)))
        rotating.store.rewrap = counted(rotating.store.rewrap)  # type: ignore[assignment]
        for name in ("replace", "fsync", "unlink"):
            setattr(os, name, counted(getattr(os, name)))
        try:
            asyncio.run(rotated(home, wrapping))
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@keeps("secrets:rotation")
@pytest.mark.parametrize("wrapping", [Unwrapped(), ByKey(Sealed("w" * 32))], ids=["as it is", "wrapped"])
def test_a_rotation_that_is_killed_at_any_step_loses_nothing_and_is_finished_by_the_next(
    tmp_path: Path, wrapping: Wrapping
) -> None:
    deaths, died, first = 0, True, tmp_path / "filled"
    first.mkdir()
    asyncio.run(fill(first, wrapping))
    before = Sealer(FileRing(first, wrapping)).key_id
    for step in range(1, STEPS, 1 if isinstance(wrapping, Unwrapped) else 5):  # the steps are the same
        home = Path(shutil.copytree(first, tmp_path / str(step)))
        died = killed_at(step, home, wrapping)
        deaths += died
        assert asyncio.run(opened(home, wrapping)) == WHOLE, step
        done = asyncio.run(rotated(home, wrapping))
        assert done.needed == ()
        assert asyncio.run(opened(home, wrapping)) == WHOLE, step
        assert done.key_id != before
        assert sorted(one.name for one in home.glob("sealing*.key")) == ["sealing.key"], step
        if not died:
            break
    assert deaths > 3
    assert not died


@keeps("secrets:rotation")
async def test_a_server_that_was_there_before_opens_what_was_sealed_since_and_seals_with_the_new_key(
    tmp_path: Path,
) -> None:
    there = Sealer(FileRing(tmp_path, Unwrapped()))
    await fill(tmp_path, Unwrapped())
    early = there.seal("mine", "a")
    before = there.key_id
    await rotated(tmp_path, Unwrapped())
    elsewhere = Sealer(FileRing(tmp_path, Unwrapped()))
    assert there.open(elsewhere.seal("theirs", "b"), "b") == "theirs"
    assert there.open(early, "a") == "mine"  # it had the old key in hand
    assert before not in there.seal("new", "c")


async def test_a_key_stays_while_something_needs_it_and_what_only_looks_sealed_needs_none(tmp_path: Path) -> None:
    await fill(tmp_path, Unwrapped())
    ring = FileRing(tmp_path, Unwrapped())
    before = Sealer(ring).key_id
    database = SqliteDatabase(tmp_path / "a.db")
    database._link.execute("pragma foreign_keys=off")
    fake = f"v2.{before}.{'A' * 80}.{'A' * 60}"

    def add(sealed: str) -> Script[None]:
        yield _ADD(**row(99, sealed))

    await database.write(add(fake))
    await database.close()
    assert (await rotated(tmp_path, Unwrapped())).needed == ()

    old = Sealer(FileRing(tmp_path, Unwrapped())).key_id
    database = SqliteDatabase(tmp_path / "a.db")
    database._link.execute(f"update webhooks set secrets = 'v1.{old}.{'A' * 60}' where id = 'whk_99'")
    await database.close()
    assert (await rotated(tmp_path, Unwrapped())).needed == (old,)
    assert (tmp_path / f"sealing-{old}.key").exists()
