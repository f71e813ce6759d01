"""What clients may say in a message, as it stands in a request's body; it is checked here and kept nowhere."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from palaver.core.messages import FilePart, ImagePart, Part, TextPart

LONGEST_TEXT = 100_000  # characters (CONTRACT, Runs)
LONGEST_IMAGE = 900_000  # characters of a data: URL; a body as a whole has at most 1 MB
LONGEST_METADATA = 16_384  # bytes of JSON
IMAGE_URL = r"^(data:image/[a-z.+-]+;base64,|https://)\S+$"


class TextIn(BaseModel):
    """Plain text."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


FileId = Annotated[str, Field(min_length=1, max_length=64, description="The id of a file of /api/v1/files.")]
FilePath = Annotated[str, Field(min_length=1, max_length=4_096, description="A file of the session's workspace.")]


class ImageIn(BaseModel):
    """An image: by `data:` or `https:` URL (never fetched from here), by `file_id`, or by `path`; one of the three."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["image"]
    url: Annotated[str, Field(max_length=LONGEST_IMAGE, pattern=IMAGE_URL)] | None = None
    file_id: FileId | None = None
    path: FilePath | None = None
    media_type: Annotated[str, Field(max_length=100)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.url, self.file_id, self.path].count(None) != 2:
            raise ValueError("give an image one of url, file_id and path")
        refuse_unwritable(self.path)
        return self


class FileIn(BaseModel):
    """A file: by `file_id`, or by `path`."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["file"]
    file_id: FileId | None = None
    path: FilePath | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.file_id, self.path].count(None) != 1:
            raise ValueError("give a file either file_id or path")
        refuse_unwritable(self.path)
        return self


PartIn = Annotated[TextIn | ImageIn | FileIn, Field(discriminator="type")]


def parts_of(given: Sequence[TextIn | ImageIn | FileIn]) -> tuple[Part, ...]:
    """A request's parts as ours; whose files they name, and what these are, is found out later."""
    return tuple(map(_part, given))


def _part(given: TextIn | ImageIn | FileIn) -> Part:
    match given:
        case TextIn(text=text):
            return TextPart(text=text)
        case ImageIn():
            return ImagePart(url=given.url, file_id=given.file_id, path=given.path, media_type=given.media_type)
        case FileIn():
            return FilePart(file_id=given.file_id, path=given.path)


def refuse_empty(text: str | None, parts: Sequence[TextIn | ImageIn | FileIn] | None) -> None:
    """ValueError where something is said and it is nothing, too much, or not writable."""
    texts = [text or "", *(part.text for part in parts or () if isinstance(part, TextIn))]
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise ValueError(f"the text has more than {LONGEST_TEXT} characters")
    seen = any(not isinstance(part, TextIn) for part in parts or ())
    if (text is not None or parts is not None) and not seen and not any(said.strip() for said in texts):
        raise ValueError("the text is empty")
    for said in texts:
        refuse_unwritable(said)


def refuse_unwritable(text: str | None) -> None:
    """ValueError for a NUL, which databases do not take, and for half a surrogate pair, which is no character."""
    if text is None:
        return
    if "\x00" in text:
        raise ValueError("the text holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError("the text holds half a surrogate pair, which is no character") from error


def bounded(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a client keeps with us, if it is not too much."""
    if given is not None and len(msgspec.json.encode(given)) > LONGEST_METADATA:
        raise ValueError(f"at most {LONGEST_METADATA} bytes of JSON")
    return given
