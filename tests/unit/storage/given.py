"""What tests of storage start from: one small table, and scripts over it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from palaver.storage.script import Script, Statement, rows

_CREATE = Statement(text("create table things (name text primary key, body blob)"))
_PUT = Statement(text("insert into things (name, body) values (:name, zeroblob(:size))"))
_REPLACE = Statement(text("insert or replace into things (name, body) values (:name, zeroblob(:size))"))
_NAMES = Statement(text("select name from things order by name"))


def create() -> Script[None]:
    yield _CREATE()


def put(name: str, size: int = 0) -> Script[str]:
    yield _PUT(name=name, size=size)
    return name


def replace(name: str, size: int = 0) -> Script[None]:
    yield _REPLACE(name=name, size=size)


def names() -> Script[list[str]]:
    return [row[0] for row in (yield from rows(_NAMES()))]


def names_on_disk(path: Path) -> list[str]:
    """What another process sees."""
    with closing(sqlite3.connect(path)) as link:
        return [row[0] for row in link.execute("select name from things order by name")]
