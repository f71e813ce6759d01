"""Brings a database to the newest schema: by the one chain of migrations, or in one go where nothing is yet.

It knows no table. What the chain makes of an empty database stands in `newest.sql`, which `make docs` writes.
"""

import fcntl
import re
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from palaver.storage import newest
from palaver.storage.port import StorageUnavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parents[1] / "migrations"

_FOLLOWS = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


def head() -> str:
    """The newest revision: the one that no other follows. Reading a line of each is faster than importing Alembic."""
    return in_order()[-1]


def in_order() -> list[str]:
    """Every revision, the oldest first; each file says which one it follows, whatever its own number is."""
    named = {_revision_of(path): _FOLLOWS.search(path.read_text("utf-8")) for path in _files()}
    after = {found[1] if found else None: revision for revision, found in named.items()}
    order: list[str] = []
    following = after.get(None)
    while following:
        order.append(following)
        following = after.get(following)
    return order


def bring_up_to_date(path: Path) -> None:
    """Create the database or bring it to the newest schema; nothing is done when it is there already."""
    try:
        there = _revision(path)
        if there == head():
            return
        if there is not None and there not in _revisions():
            raise StorageUnavailable(f"The database {path} was last used by a newer Palaver; start that one.")
        with _alone(path):
            _bring(path)
    except (sqlite3.Error, OSError) as error:
        raise StorageUnavailable(f"The database {path} cannot be opened.") from error


def _bring(path: Path) -> None:
    there = _revision(path)  # looked at again: somebody else may have brought it there meanwhile
    if there == head():
        return
    path.touch(mode=0o600, exist_ok=True)
    if there is None and newest.revision() == head() and newest.nothing_in(path):
        newest.lay(path)
    else:
        upgrade(path)


def _revisions() -> set[str]:
    return {_revision_of(path) for path in _files()}


def _files() -> Iterable[Path]:
    return (MIGRATIONS / "versions").glob("[0-9]*.py")


def _revision_of(path: Path) -> str:
    return path.stem.split("_")[0]


def _revision(path: Path) -> str | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    with closing(sqlite3.connect(path, timeout=5)) as link:
        if not link.execute("select 1 from sqlite_master where name = 'alembic_version'").fetchone():
            return None
        row = link.execute("select version_num from alembic_version").fetchone()
        return row[0] if row else None


def upgrade(path: Path) -> None:
    """Take every step that is missing. Alembic costs a third of a second and 11 MB, so only who needs it pays."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine, event  # noqa: PLC0415

    engine = create_engine(f"sqlite:///{path}")
    # The driver would open transactions by itself, and not before CREATE TABLE: a migration is one transaction.
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _leave_transactions_to_us(link: sqlite3.Connection, _: object) -> None:
    link.isolation_level = None


def _begin(connection: "Connection") -> None:
    connection.exec_driver_sql("begin immediate")


@contextmanager
def _alone(path: Path) -> Generator[None]:
    """One process at a time changes the schema of one file."""
    with path.with_name(f"{path.name}.schema-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
