"""♥ Server-sent events out of bytes as they arrive (WHATWG HTML, 9.2.6); it reads no network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """One event: its number where it has one, its type, and its data."""

    id: str
    event: str
    data: str


class Frames:
    """Takes pieces of a stream and gives the events that are whole; the rest waits for the next piece."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[Frame]:
        """The events that this piece completes. Comments, such as pings, are none."""
        *whole, self._rest = (self._rest + piece).replace(b"\r\n", b"\n").split(b"\n\n")
        frames = (_frame(block.decode("utf-8", "replace")) for block in whole)
        return [frame for frame in frames if frame.data]


def _frame(block: str) -> Frame:
    fields: dict[str, list[str]] = {}
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        fields.setdefault(name, []).append(value.removeprefix(" "))
    return Frame(fields.get("id", [""])[-1], fields.get("event", ["message"])[-1], "\n".join(fields.get("data", [])))
