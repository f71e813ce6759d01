"""One answer, from the request to the end of its stream; what the bytes mean is the wire format's own."""

from collections.abc import Callable
from typing import Protocol

from yarl import URL

from palaver.core.errors import PalaverError
from palaver.inference.port import Piece, Pieces
from palaver.inference.providers.upstream import Upstream

# far beyond any answer; a server that ignores `stream` sends the whole of it at once
LARGEST_REPLY = 16 * 1_048_576


class Answering(Protocol):
    """Takes the bytes of one reply and gives its pieces: pure, so that any cutting of the bytes gives the same.

    `done`: the reply told its end. `complete`: the model has ended, only usage and the end mark can follow. `failure`:
    what went wrong after the pieces that were given. `cut`: the end was ours, and the rest is not waited for.
    """

    done: bool
    failure: PalaverError | None

    @property
    def complete(self) -> bool: ...

    @property
    def cut(self) -> bool: ...

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that these bytes complete; adjacent text comes as one piece."""
        ...

    def whole(self, body: bytes) -> list[Piece]:
        """The pieces of a reply that came as one document instead of a stream."""
        ...

    def end(self) -> list[Piece]:
        """The last pieces, `Finished` at their end; none and `failure` if the answer is not whole."""
        ...


async def streamed(upstream: Upstream, asking: Callable[[], tuple[URL, bytes]], answer: Answering) -> Pieces:
    """What a provider's `stream` gives; `asking` makes the request when the first piece is wanted."""
    url, body = asking()
    async with upstream.post(url, body) as call:
        if call.is_json:
            if pieces := answer.whole(await call.whole(LARGEST_REPLY)):
                yield pieces
        else:
            while not answer.done and (data := await call.read()):
                if pieces := answer.feed(data):
                    call.heard()
                    yield pieces
                if answer.complete:
                    call.ended()
                if answer.failure is not None:
                    raise answer.failure
        if answer.failure is None and (last := answer.end()):
            yield last
        if answer.failure is not None:
            raise answer.failure
        if not answer.cut:
            await call.drain()
