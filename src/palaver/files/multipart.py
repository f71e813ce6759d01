"""The files in a form that is sent (multipart/form-data), one after the other as they come; it keeps none of them."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from typing import NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from palaver.core.errors import Invalid, UnsupportedMediaType

_HEADERS, _HEADER = 8, 8_192  # of one part: how many, and bytes of each


class Began(NamedTuple):
    """A file begins; `name` is what the client calls it."""

    name: str


class Came(NamedTuple):
    """Some more bytes of the file that began last."""

    piece: bytes


class Ended(NamedTuple):
    """The file that began last is whole."""


Piece = Began | Came | Ended


async def files_of(content_type: str, body: AsyncIterator[bytes]) -> AsyncGenerator[Piece]:
    """What comes, as it comes. Fields that are no files are refused: nobody would read them."""
    form = _Form(_boundary(content_type))
    async for chunk in body:
        for piece in form.take(chunk):
            yield piece
    form.end()


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise UnsupportedMediaType("Send files as multipart/form-data, with a boundary.")
    return boundary


class _Form:
    """Turns the parser's calls into pieces."""

    def __init__(self, boundary: bytes) -> None:
        self._pieces: deque[Piece] = deque()
        self._field, self._value = bytearray(), bytearray()
        self._disposition = b""
        self._whole = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._header,
                "on_headers_finished": self._headers,
                "on_part_data": self._data,
                "on_part_end": lambda: self._pieces.append(Ended()),
                "on_end": self._end,
            },
            max_header_count=_HEADERS,
            max_header_size=_HEADER,
        )

    def take(self, chunk: bytes) -> list[Piece]:
        """The pieces that some more bytes of the body give."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise Invalid(f"The form cannot be read: {error}.") from None
        found = list(self._pieces)
        self._pieces.clear()
        return found

    def end(self) -> None:
        """The body is over: was the form?"""
        if not self._whole:
            raise Invalid("The form breaks off before its end.")

    def _begin(self) -> None:
        self._disposition = b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        if bytes(self._field).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._field.clear()
        self._value.clear()

    def _headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"filename")
        if name is None:
            field = options.get(b"name", b"?").decode("utf-8", "replace")[:100]
            raise Invalid(f"The form has a field “{field}” that is no file; say everything else in the query string.")
        self._pieces.append(Began(_said(name)))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(Came(bytes(memoryview(data)[start:end])))

    def _end(self) -> None:
        self._whole = True


def _said(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise Invalid("The name of a file is not valid Unicode.") from None


async def whole(body: AsyncIterator[bytes], most: int) -> AsyncGenerator[bytes]:
    """The same bytes in pieces of about `most`, so that each is worth a thread."""
    gathered = bytearray()
    async for chunk in body:
        gathered += chunk
        if len(gathered) >= most:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
