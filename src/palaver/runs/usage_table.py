"""A report of what was consumed as a table that spreadsheets open; it adds nothing up.

Pure. Models, sessions and people have names that others gave them: none of them is a formula to a spreadsheet.
"""

import csv
import io
from collections.abc import Iterable

from palaver.runs.usage_store import Consumed

COLUMNS = ("name", "answers", "input_tokens", "output_tokens", "cached_tokens", "cost_usd")
# What spreadsheets calculate, or may skip on the way to it.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table(by: str, parts: Iterable[tuple[str, str | None, Consumed]]) -> bytes:
    """CSV as RFC 4180 has it, with one line of names; an unknown cost is empty."""
    written = io.StringIO()
    lines = csv.writer(written, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    lines.writerow((by, *COLUMNS))
    for key, name, used in parts:
        cost = "" if used.cost_usd is None else f"{used.cost_usd:.10f}".rstrip("0").rstrip(".")
        counts = (used.answers, used.input_tokens, used.output_tokens, used.cached_tokens, cost)
        lines.writerow((harmless(key), harmless(name or ""), *counts))
    return written.getvalue().encode()


def harmless(text: str) -> str:
    """The text, which no spreadsheet takes for a formula: one that begins like one has an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULAS) or text.lstrip().startswith(_FORMULAS) else text
