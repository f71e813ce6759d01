"""♥ Server-sent events out of bytes as they arrive (WHATWG HTML, 9.2.6); it reads no network."""


class Frames:
    """Takes pieces of a stream and gives the data of the events that are whole; the rest waits for the next piece."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[str]:
        """The data of the events that this piece completes. Comments, such as pings, are none."""
        *whole, self._rest = (self._rest + piece).replace(b"\r\n", b"\n").split(b"\n\n")
        return [data for block in whole if (data := _data(block.decode("utf-8", "replace")))]


def _data(block: str) -> str:
    lines = (line.partition(":") for line in block.split("\n"))
    return "\n".join(value.removeprefix(" ") for name, _, value in lines if name == "data")
