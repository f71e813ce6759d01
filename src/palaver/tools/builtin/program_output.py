"""What a program says, as text for a model and as lines of progress for a person; it runs none."""

import codecs
import re
from collections.abc import Callable

_PER_SECOND = 4  # lines of progress; what comes faster is left out, the whole is in the result
_LONGEST_LINE = 200  # characters of a line of progress

# Colours and movements of terminals: CSI and OSC sequences, and the short ones.
_SEQUENCES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OVERWRITTEN = re.compile(r"[^\r\n]*\r(?!\n|$)", re.MULTILINE)  # a progress bar, drawn again and again


class Heard:
    """Keeps all a program says (the sandbox stops it before that is too much) and tells of it now and then."""

    def __init__(self, progress: Callable[[str], None], now: Callable[[], float]) -> None:
        self._progress = progress
        self._now = now
        self._kept = bytearray()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line = ""
        self._quiet_until = 0.0

    def take(self, said: bytes) -> None:
        """Hear a piece."""
        self._kept += said
        if self._now() < self._quiet_until:
            self._line = ""
            self._decoder.reset()
            return
        whole, _, rest = (self._line + self._decoder.decode(said)).rpartition("\n")
        self._line = rest[-_LONGEST_LINE:]
        lines = [line for line in plain(whole[-8 * _LONGEST_LINE :]).splitlines() if line.strip()]
        if lines:
            self._progress(lines[-1][:_LONGEST_LINE])
            self._quiet_until = self._now() + 1 / _PER_SECOND

    @property
    def text(self) -> str:
        """All of it, without what only terminals understand."""
        return plain(self._kept.decode("utf-8", "replace"))


def plain(text: str) -> str:
    """The text as it would stand on the screen, without colours; what was overwritten is gone."""
    text = _SEQUENCES.sub("", text)
    return _CONTROLS.sub("", _OVERWRITTEN.sub("", text).replace("\r", ""))
