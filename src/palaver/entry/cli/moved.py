"""How much has gone over so far, told on standard error; it moves nothing."""

import sys
import time

_PAUSE = 0.5  # seconds between two tellings
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


class Moved:
    """Counts bytes. While they move they are told to a person at a terminal only."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._watched = sys.stderr.isatty()
        self._told = time.monotonic()
        self.bytes = 0

    def more(self, count: int) -> None:
        """Some more came."""
        self.bytes += count
        now = time.monotonic()
        if self._watched and now - self._told >= _PAUSE:
            self._told = now
            print(f"\r{self._what} {sized(self.bytes)}\033[K", end="", file=sys.stderr, flush=True)

    def end(self, says: str) -> None:
        """It is over."""
        print(f"{chr(13) + chr(27) + '[K' if self._watched else ''}{says}", file=sys.stderr)


def sized(count: float) -> str:
    """A number of bytes for people."""
    for unit in _UNITS:
        if count < 1024 or unit == _UNITS[-1]:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1024
    return ""
