"""Bodies of requests on their way into drafts, as they come; limits and places are those who ask decide."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from palaver.core.errors import Invalid, PayloadTooLarge
from palaver.files.drafts import Draft
from palaver.files.multipart import Began, Came, Ended, files_of, whole

MOST_FILES = 1_000  # in one form

_PIECE = 1_048_576  # bytes that are written in one go: below, handing them to a thread costs more than writing
_PATIENCE = 60  # seconds without a byte after which an upload is given up


@dataclass(frozen=True, slots=True)
class Form:
    """A form with files, as it comes; `folder` is where in the workspace they go."""

    content_type: str
    body: AsyncIterator[bytes]
    folder: str = ""


class Drafts:
    """Files while they come; `begin` makes a draft beside as many bytes of others, `named` checks a name."""

    def __init__(self, begin: Callable[[int], Awaitable[Draft]], named: Callable[[str], str]) -> None:
        self._begin = begin
        self._named = named
        self._writing: asyncio.Future[None] | None = None
        self.taken: list[tuple[str, Draft]] = []

    async def take_one(self, name: str, body: AsyncIterator[bytes]) -> None:
        """Take a body as one file; whether this fails or not, `drop` what was taken afterwards."""
        await self._one(name)
        async with aclosing(whole(_patient(body), _PIECE)) as pieces:
            async for piece in pieces:
                await self._write(piece)
        await self._finish()

    async def take(self, form: Form) -> None:
        """Take every file of a form; as `take_one`."""
        async with (
            aclosing(whole(_patient(form.body), _PIECE)) as body,
            aclosing(files_of(form.content_type, body)) as pieces,
        ):
            async for piece in pieces:
                match piece:
                    case Began(name):
                        await self._one(name)
                    case Came(content):
                        await self._write(content)
                    case Ended():
                        await self._finish()
        if not self.taken:
            raise Invalid("The form has no file in it.")

    async def _one(self, name: str) -> None:
        if len(self.taken) == MOST_FILES:
            raise PayloadTooLarge(f"A form may have {MOST_FILES:,} files.")
        path = self._named(name)
        self.taken.append((path, await self._begin(sum(draft.size for _, draft in self.taken))))

    async def _write(self, piece: bytes) -> None:
        """Write a piece in a thread while the next one comes; one is under way at a time, so no more is held."""
        await self._written()
        self._writing = asyncio.get_running_loop().run_in_executor(None, self.taken[-1][1].write, piece)

    async def _written(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing

    async def _finish(self) -> None:
        await self._written()
        await asyncio.to_thread(self.taken[-1][1].finish)

    def drop(self) -> None:
        """Remove what was not moved elsewhere; a piece that is being written may still be."""
        for _, draft in self.taken:
            draft.drop()
        if self._writing is not None and self._writing.done() and not self._writing.cancelled():
            self._writing.exception()  # the body broke off first, and that is what is told


async def _patient(body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The same bytes; who sends nothing for too long is given up."""
    while True:
        try:
            async with asyncio.timeout(_PATIENCE):
                piece = await anext(body)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Invalid("Nothing came for too long; the upload was given up.") from None
        yield piece
