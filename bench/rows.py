"""What was promised, what was measured, and the verdict, as a table; it measures nothing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Promise:
    """A bound that must hold, and perhaps one we aim at."""

    limit: float
    unit: str = ""
    aim: float | None = None
    at_least: bool = False

    def words(self) -> str:
        """As a person reads it."""
        aim = f" (aim {self.aim:,g})" if self.aim is not None else ""
        return f"{'≥' if self.at_least else '≤'} {self.limit:,g} {self.unit}".rstrip() + aim

    def verdict(self, value: float) -> str:
        """Whether a value keeps it."""
        if not self._holds(value, self.limit):
            return "**missed**"
        return "met, aim too" if self.aim is not None and self._holds(value, self.aim) else "met"

    def _holds(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table. `judged` is the number that the promise is about; the texts are for reading."""

    what: str
    measured: str
    promise: Promise | None = None
    judged: float | None = None
    ratio: float | None = None
    reference: str = ""

    @property
    def verdict(self) -> str:
        """What became of the promise."""
        if self.promise is None or self.judged is None:
            return ""
        return self.promise.verdict(self.judged)


def table(rows: Iterable[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | target | measured | reference | ratio | verdict |", "|---|---|--:|--:|--:|---|"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        target = row.promise.words() if row.promise else ""
        lines.append(f"| {row.what} | {target} | {row.measured} | {row.reference} | {ratio} | {row.verdict} |")
    return "\n".join(lines)


def as_data(row: Row) -> dict[str, Any]:
    """A row for machines."""
    return asdict(row) | {"verdict": row.verdict.strip("*")}
