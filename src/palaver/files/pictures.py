"""Pictures made smaller, for people and for models; none is opened that says it is larger than memory allows.

Everything here takes processor time: call it in a thread.
"""

import os
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from palaver.core.errors import Invalid

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 50_000_000  # a picture may say that it is larger than any memory
LARGEST = 50 * 2**20  # bytes of a picture that is opened
LARGEST_PNG = 1_000_000  # bytes: what is larger goes as JPEG, which no model reads worse
WITHOUT_SCALING = 1_000_000  # bytes of a picture that is told as it is where none can be scaled

# What every model's server takes that takes images at all.
TAKEN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class Shown(NamedTuple):
    """A picture as a model is shown it; pixels are None where nobody could look."""

    content: bytes
    media_type: str
    width: int | None
    height: int | None


def can_scale() -> bool:
    """Whether what scales pictures was installed."""
    return find_spec("PIL") is not None


@contextmanager
def opened(file: BinaryIO) -> Generator["Image"]:
    """The picture in a file, its beginning read; `Invalid` for what is no picture, too large or damaged."""
    if not can_scale():
        raise Invalid("Pictures cannot be scaled here: the server was installed without its extra `images`.")
    if _size(file) > LARGEST:
        raise Invalid(f"The picture is too large to be opened: more than {LARGEST:,} bytes.")
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - only where a picture is looked at

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise _too_many_pixels()
                yield found
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise Invalid("The picture cannot be read: it is damaged, or of a kind that is not known.") from error


def _too_many_pixels() -> Invalid:
    return Invalid(f"The picture is too large to be opened: more than {MOST_PIXELS:,} pixels.")


def smaller(found: "Image", side: int) -> "Image":
    """The picture upright, no wider and no higher than `side` pixels."""
    from PIL import ImageOps  # noqa: PLC0415 - as above

    found.draft("RGB", (side, side))
    found.thumbnail((side, side))  # first, in place: a large one is in memory once
    return ImageOps.exif_transpose(found)


def for_model(file: BinaryIO, side: int, media_type: str) -> Shown:
    """The picture as a model may be shown it, without what cameras write into it; or `Invalid`.

    Where nothing can be scaled, a small one of a common kind is shown as it is.
    """
    if not can_scale():
        return _as_it_is(file, media_type)
    with opened(file) as found:
        lossless = found.format in {"PNG", "GIF"}
        small = smaller(found, side)
        content, kind = _written(small, lossless=lossless)
        return Shown(content, kind, small.width, small.height)


def pixels(file: BinaryIO, media_type: str) -> tuple[int, int] | None:
    """How wide and high a picture is, once all of it was found to be readable; None where nobody can look."""
    if not can_scale():
        _as_it_is(file, media_type)
        return None
    with opened(file) as found:
        width, height = found.size
        if found.getexif().get(0x0112, 1) >= 5:  # lies on its side
            width, height = height, width
        found.draft("RGB", (256, 256))
        found.load()
        return width, height


def is_clear(image: "Image") -> bool:
    """Whether one can look through it in places."""
    return image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info


def _written(image: "Image", *, lossless: bool) -> tuple[bytes, str]:
    from PIL import Image  # noqa: PLC0415 - as above

    clear = is_clear(image)
    if lossless or clear:
        out = BytesIO()
        image.convert("RGBA" if clear else "RGB").save(out, "PNG")
        if out.tell() <= LARGEST_PNG:
            return out.getvalue(), "image/png"
    if clear:  # what is behind it is white, as on paper
        over = image.convert("RGBA")
        image = Image.new("RGBA", over.size, "white")
        image.alpha_composite(over)
    out = BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue(), "image/jpeg"


def _as_it_is(file: BinaryIO, media_type: str) -> Shown:
    if media_type not in TAKEN or _size(file) > WITHOUT_SCALING:
        raise Invalid(
            f"Pictures cannot be scaled here: the server was installed without its extra `images`. Without it, a "
            f"picture may have {WITHOUT_SCALING:,} bytes and has to be PNG, JPEG, GIF or WebP."
        )
    return Shown(file.read(), media_type, None, None)


def _size(file: BinaryIO) -> int:
    if isinstance(file, BytesIO):
        return file.getbuffer().nbytes
    return os.fstat(file.fileno()).st_size
