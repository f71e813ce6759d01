"""♥ What is done for a method, step by step, as generators that sync and async clients drive; nothing is done here.

A script yields what it needs (an effect) and is sent what came of it. A telling also yields what it tells.
"""

import json
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Generic, TypeAlias, TypeVar
from urllib.parse import quote

from palaver_client.errors import ConnectionBroke, FileChanged, PalaverError, of_reply
from palaver_client.patience import Patience, Tries, passes

T = TypeVar("T")
Content: TypeAlias = Callable[[], Iterator[bytes] | AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Form:
    """Files on their way to the server: their names and where their bytes are read."""

    files: Sequence[tuple[str, BinaryIO]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request below /api/v1. `again`: it may be sent twice and does what it does once.

    `content` makes the bytes of the body, anew for every time that it is sent.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content: Content | None = None
    form: Form | None = None
    streams: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """How an answer begins."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Send:
    """Send this, and give the `Reply`; what follows is read by `Read`."""

    request: Request


@dataclass(frozen=True, slots=True)
class Read:
    """The next bytes of the answer; none are its end."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Let so many seconds pass, with no connection open."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Do:
    """Something that may wait for a disk; what it gives."""

    work: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Tell(Generic[T]):
    """Hand this to whoever iterates."""

    value: T


Effect: TypeAlias = Send | Read | Pause | Do
# What a script tells is for whoever iterates; where only its end is wanted, it is heard by nobody.
Script: TypeAlias = Generator[Effect | Tell[Any], Any, T]
Telling: TypeAlias = Generator[Effect | Tell[T], Any, None]


def get(path: str, /, **query: Any) -> Request:
    """A look at something; what is None is not said."""
    return Request("GET", path, given(query), again=True)


def path_of(*names: str) -> str:
    """A path of its parts, whatever they are."""
    return "".join(f"/{quote(name, safe='')}" for name in names)


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was said: what is None is left out."""
    return {name: value for name, value in fields.items() if value is not None}


def said(**fields: Any) -> dict[str, Any]:
    """A body of what was said."""
    return given(fields)


def opened(request: Request) -> Script[Reply]:
    """An answer that goes well and is still to be read."""
    reply: Reply = yield Send(request)
    if reply.status >= 300:
        raise of_reply(reply.status, reply.headers, (yield from rest()))
    return reply


def rest() -> Script[bytes]:
    """What is still to be read."""
    pieces: list[bytes] = []
    while piece := (yield Read()):
        pieces.append(piece)
    return b"".join(pieces)


def whole(request: Request, patience: Patience) -> Script[Any]:
    """The answer's JSON, or None where there is none; what may be sent again is, a few times."""
    tries = Tries(patience)
    while True:
        try:
            yield from opened(request)
            return _read((yield from rest()))
        except PalaverError as error:
            if not request.again or not patience.at_first or not passes(error):
                raise
            yield Pause(tries.wait(error))


def _read(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        raise PalaverError("What answers there is no Palaver: it speaks no JSON.") from None


def pages(path: str, patience: Patience, /, *, by: str = "cursor", **query: Any) -> Telling[Any]:
    """Every item of a list, page by page, as far as somebody wants them; `by` says where a page begins."""
    cursor: str | None = None
    while True:
        page = yield from whole(get(path, **query, **{by: cursor}), patience)
        for item in page["items"]:
            yield Tell(item)
        cursor = page.get("next_cursor")
        if cursor is None:
            return


class Part:
    """How much of a download has come, and how the rest is asked for."""

    def __init__(self, request: Request, start: int = 0) -> None:
        self._request = streamed(request)
        self._start = self._come = start
        self._total: int | None = None
        self._tag: str | None = None
        self.whole = False

    @property
    def resumable(self) -> bool:
        """Whether going on is sure to give the same file."""
        return not self.begun or self._tag is not None

    @property
    def begun(self) -> bool:
        """Whether anything has come."""
        return self._come > self._start

    def request(self) -> Request:
        """For what has not come yet."""
        more: dict[str, str] = {}
        if self._come:
            more["Range"] = f"bytes={self._come}-"
        if self.begun and self._tag:
            more["If-Range"] = self._tag
        return replace(self._request, headers={**self._request.headers, **more})

    def begins(self, reply: Reply) -> None:
        """An answer begins; raises FileChanged where it is not the rest of what came before."""
        if self._come and reply.status != 206:
            raise FileChanged("The file became another one while it was being downloaded.")
        length = reply.headers.get("content-length")
        self._tag = reply.headers.get("etag")
        self._total = self._come + int(length) if length else None

    def came(self, count: int) -> None:
        """So many more bytes."""
        self._come += count

    def ends(self) -> None:
        """The answer is over; raises ConnectionBroke where something is missing."""
        if self._total is not None and self._come < self._total:
            raise ConnectionBroke("The connection broke before all had come.")
        self.whole = True


def fetched(part: Part, patience: Patience, sink: Callable[[bytes], Effect | Tell[T]]) -> Telling[T]:
    """Bytes of any number into a sink; what breaks is taken up by `Range` where the server can."""
    tries = Tries(patience)
    while not part.whole:
        try:
            part.begins((yield from opened(part.request())))
            while piece := (yield Read()):
                yield sink(piece)
                part.came(len(piece))
                tries.anew()
            part.ends()
        except PalaverError as error:
            if not part.resumable or not passes(error) or not (part.begun or patience.at_first):
                raise
            yield Pause(tries.wait(error))


def streamed(request: Request) -> Request:
    """The same, for an answer that comes as it is made."""
    return replace(request, streams=True, headers={**request.headers, "Accept-Encoding": "identity"})
