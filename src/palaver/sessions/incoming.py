"""What clients may say in a message, as it stands in a request's body; it is checked here and kept nowhere."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from palaver.core.messages import ImagePart, Part, TextPart

LONGEST_TEXT = 100_000  # characters (CONTRACT, Runs)
LONGEST_IMAGE = 900_000  # characters of a data: URL; a body as a whole has at most 1 MB
LONGEST_METADATA = 16_384  # bytes of JSON


class TextIn(BaseModel):
    """Plain text."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class ImageIn(BaseModel):
    """An image by `data:` or `https:` URL; it is handed to the model's server, never fetched from here."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["image"]
    url: Annotated[str, Field(max_length=LONGEST_IMAGE, pattern=r"^(data:image/[a-z.+-]+;base64,|https://)\S+$")]
    media_type: Annotated[str, Field(max_length=100)] | None = None


PartIn = Annotated[TextIn | ImageIn, Field(discriminator="type")]


def parts_of(given: Sequence[TextIn | ImageIn]) -> tuple[Part, ...]:
    """A request's parts as ours."""
    return tuple(
        TextPart(text=part.text) if isinstance(part, TextIn) else ImagePart(url=part.url, media_type=part.media_type)
        for part in given
    )


def refuse_empty(text: str | None, parts: Sequence[TextIn | ImageIn] | None) -> None:
    """ValueError where something is said and it is nothing, too much, or not writable."""
    texts = [text or "", *(part.text for part in parts or () if isinstance(part, TextIn))]
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise ValueError(f"the text has more than {LONGEST_TEXT} characters")
    seen = any(isinstance(part, ImageIn) for part in parts or ())
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
