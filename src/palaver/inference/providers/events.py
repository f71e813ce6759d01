"""The data of server-sent events, from bytes, however they are cut; what the data mean is not known here.

Taken besides the standard: lines that end in a carriage return, an event in several `data:` lines, and lines of JSON
without `data:` in front.
"""

LONGEST = 16 * 1_048_576


class TooLong(Exception):
    """An event is longer than any answer has reason to be."""


class Events:
    """Cuts a stream into the data of its events. What `event:` lines say is repeated in the data, so they are left."""

    __slots__ = ("_held", "_tail")

    def __init__(self) -> None:
        self._tail = b""
        self._held: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        """The events that these bytes complete. An event in one line is told at its end of line."""
        if self._tail:
            data = self._tail + data
        lines = data.split(b"\n")
        self._tail = lines.pop()
        if len(self._tail) > LONGEST:
            raise TooLong
        events: list[bytes] = []
        for line in lines:
            if line.startswith(b"data:"):
                self._take(line[5:].strip(), events)
            elif line.startswith(b"{"):
                self._take(line.strip(), events)
            elif self._held and not line.strip():
                events.append(b"\n".join(self._held))  # it ended, readable or not
                self._held = []
        return events

    def _take(self, data: bytes, events: list[bytes]) -> None:
        if self._held:
            self._held.append(data)
            if sum(map(len, self._held)) > LONGEST:
                raise TooLong
        elif data.endswith((b"}", b"]")) or not data.startswith(b"{"):
            events.append(data)
        else:
            self._held.append(data)
