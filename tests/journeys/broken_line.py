"""A line between a client and a server that is cut where a test wants it; it stays while servers come and go."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class BrokenLine:
    """Passes bytes on in both directions; the n-th connection is cut when the n-th number of bytes has come back.

    Or all that there are, at once.
    """

    def __init__(self, target: Callable[[], str], cuts: Iterable[int | None] = ()) -> None:
        self._target = target
        self._cuts = itertools.chain(cuts, itertools.repeat(None))
        self.connections = 0
        self.cut = 0
        self._passing: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[str]:
        """The address at which clients find it."""
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for passing in self._passing:  # connections that are kept open
                passing.cancel()
            await asyncio.gather(*self._passing, return_exceptions=True)

    def break_all(self) -> None:
        """Cut every connection that there is now."""
        for writer in self._writers:
            self.cut += 1
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passing = asyncio.current_task()
        assert passing is not None
        self._passing.add(passing)
        passing.add_done_callback(self._passing.discard)
        self.connections += 1
        left = next(self._cuts)
        at = urlsplit(self._target())
        try:
            there, back = await asyncio.open_connection(at.hostname, at.port)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            async with asyncio.TaskGroup() as tasks:
                forth = tasks.create_task(_copy(reader, back, None))
                if await _copy(there, writer, left):
                    self.cut += 1
                    writer.transport.abort()
                forth.cancel()
        except* OSError:
            pass
        finally:
            self._writers.discard(writer)
            for end in (back, writer):
                end.close()
                with suppress(OSError):
                    await end.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int | None) -> bool:
    """Whether it was cut."""
    while piece := await reader.read(65_536):
        if most is not None and len(piece) >= most:
            writer.write(piece[:most])
            await writer.drain()
            return True
        most = most - len(piece) if most is not None else None
        writer.write(piece)
        await writer.drain()
    return False
