"""Which images can be told to vendors, and in what they are split; it fetches and changes none."""

import re

from palaver.core.messages import ImagePart, ToolResultPart

_DATA = re.compile(r"data:(image/[a-z0-9.+-]+);base64,", re.IGNORECASE)


def can_be_told(url: str) -> bool:
    """Whether an image is written out or stands where the vendor can fetch it."""
    return url.startswith(("data:image/", "https://"))


def images_of(result: ToolResultPart) -> tuple[str, ...]:
    """The images of a result that can be told."""
    urls = [part.url for part in result.parts if isinstance(part, ImagePart) and part.url is not None]
    return tuple(url for url in urls if can_be_told(url))


def halves(url: str) -> tuple[str, str] | None:
    """The media type and the base64 text of an image that is written out; None for one that stands elsewhere."""
    found = _DATA.match(url)
    return (found[1].lower(), url[found.end() :]) if found else None
