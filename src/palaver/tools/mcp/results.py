"""♥ What a server answered, as the outcome of a call: text for the model, images as parts; nothing is fetched."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from palaver.core.messages import ImagePart
from palaver.tools.port import Outcome

if TYPE_CHECKING:
    from mcp_types import (
        BlobResourceContents,
        CallToolResult,
        ContentBlock,
        PromptMessage,
        ReadResourceResult,
        TextResourceContents,
    )

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})  # what models and pages take

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


class _Gathered:
    """Text and images in the order in which they came, no more images than there is room for."""

    def __init__(self, most_images: int) -> None:
        self._most = most_images
        self.text: list[str] = []
        self.images: list[ImagePart] = []

    def image(self, media_type: str, data: str) -> None:
        if media_type not in IMAGES:
            self.text.append(f"[{media_type[:80]}, {_size(data)}; it cannot be shown]")
        elif not _BASE64.fullmatch(data):
            self.text.append("[an image that is damaged]")
        elif len(self.images) >= self._most:
            self.text.append(f"[one more image, {_size(data)}, is left out]")
        else:
            self.images.append(ImagePart(url=f"data:{media_type};base64,{data}", media_type=media_type))

    def outcome(self, *, ok: bool = True) -> Outcome:
        return Outcome("\n".join(self.text), ok, tuple(self.images))


def outcome_of(result: "CallToolResult", most_images: int) -> Outcome:
    """What came of a tool. Structured content is told where no text repeats it."""
    gathered = _Gathered(most_images)
    for block in result.content:
        _add(gathered, block)
    if result.structured_content is not None and not gathered.text:
        gathered.text.append(msgspec.json.encode(result.structured_content).decode())
    if result.is_error and not gathered.text:
        gathered.text.append("The tool failed and did not say why.")
    return gathered.outcome(ok=not result.is_error)


def outcome_of_reading(result: "ReadResourceResult", most_images: int) -> Outcome:
    """What stands in a resource."""
    gathered = _Gathered(most_images)
    for contents in result.contents:
        _contents(gathered, contents)
    return gathered.outcome()


def text_of_prompt(messages: "Sequence[PromptMessage]") -> str:
    """The texts of a prompt, one after the other; who says which is told where it is not the user."""
    gathered = _Gathered(0)
    for message in messages:
        if message.role != "user":
            gathered.text.append(f"[{message.role}]")
        _add(gathered, message.content)
    return "\n\n".join(gathered.text)


def _add(gathered: _Gathered, block: "ContentBlock") -> None:
    match block.type:
        case "text":
            gathered.text.append(block.text)
        case "image":
            gathered.image(block.mime_type, block.data)
        case "audio":
            gathered.text.append(f"[a recording, {block.mime_type[:80]}, {_size(block.data)}]")
        case "resource_link":
            gathered.text.append(f"[{block.title or block.name}: {block.uri}]")
        case "resource":
            _contents(gathered, block.resource)


def _contents(gathered: _Gathered, contents: "TextResourceContents | BlobResourceContents") -> None:
    text = getattr(contents, "text", None)
    if isinstance(text, str):
        gathered.text.append(f"{contents.uri}:\n{text}")
    else:
        gathered.image(contents.mime_type or "binary data", str(getattr(contents, "blob", "")))


def _size(data: str) -> str:
    return f"{len(data) * 3 // 4:,} bytes"
