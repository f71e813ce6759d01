"""Units of work as generators: they say what to execute and get what came back; they do no I/O.

A script yields `Do` values and receives a `Result` for each, so that the same code runs on every engine. An exception
that leaves a script rolls back everything it did.

    def rename(session_id: str, title: str) -> Script[bool]:
        done = yield RENAME(id=session_id, title=title)
        return done.count == 1
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Dialect
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

T = TypeVar("T")

Row = tuple[Any, ...]
Parameters = Mapping[str, Any]


class Result:
    """What one statement gave: rows as plain tuples, and how many rows it changed."""

    __slots__ = ("count", "rows")

    def __init__(self, rows: Sequence[Row], count: int) -> None:
        self.rows = rows
        self.count = count

    def first(self) -> Row | None:
        """The first row, or None."""
        return self.rows[0] if self.rows else None


class Compiled(NamedTuple):
    """A statement's text for one dialect, and its parameters in order, with the values the statement itself brings."""

    text: str
    pick: Callable[[Parameters], tuple[Any, ...]]
    fixed: Parameters

    def arguments(self, given: Parameters) -> tuple[Any, ...]:
        """The values in the order in which the text wants them."""
        return self.pick({**self.fixed, **given} if self.fixed else given)


class Statement:
    """A SQLAlchemy Core statement that is compiled once per dialect; calling it binds values."""

    __slots__ = ("_compiled", "_source")

    def __init__(self, source: Executable) -> None:
        self._source = source
        self._compiled: dict[str, Compiled] = {}

    def __call__(self, **values: Any) -> "Do":
        return Do(self, (values,), many=False)

    def many(self, values: Sequence[Parameters]) -> "Do":
        """The same statement for each set of values; no rows come back, the count is the sum."""
        return Do(self, values, many=True)

    def compiled(self, dialect: Dialect) -> Compiled:
        """The text for `dialect`."""
        known = self._compiled.get(dialect.name)
        return known if known is not None else self._compile(dialect)

    def _compile(self, dialect: Dialect) -> Compiled:
        compiled = self._source.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        names = tuple(compiled.positiontup or ())
        fixed = {
            name: value for name, value in compiled.params.items() if name in names and not _required(compiled, name)
        }
        made = Compiled(compiled.string, _picker(names), fixed)
        self._compiled[dialect.name] = made
        return made


def _required(compiled: SQLCompiler, name: str) -> bool:
    return compiled.binds[name].required if name in compiled.binds else False


def _picker(names: tuple[str, ...]) -> Callable[[Parameters], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)  # a tuple of all, ten times as fast as a loop
    return lambda given: tuple(given[name] for name in names)


class Do(NamedTuple):
    """One statement with its values."""

    statement: Statement
    values: Sequence[Parameters]
    many: bool


Script = Generator[Do, Result, T]


def first(do: Do) -> Script[Row | None]:
    """Execute and give the first row, or None."""
    return (yield do).first()


def rows(do: Do) -> Script[Sequence[Row]]:
    """Execute and give all rows."""
    return (yield do).rows


def changed(do: Do) -> Script[int]:
    """Execute and give the number of rows it changed."""
    return (yield do).count
