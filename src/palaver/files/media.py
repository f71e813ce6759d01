"""The media type of a file by its name, and which types a browser may be told; no file is opened."""

import mimetypes

PLAIN = "text/plain"
ANYTHING = "application/octet-stream"

# The table that Python ships, not the machine's: every server says the same.
_types = mimetypes.MimeTypes(filenames=())
for _ending, _kind in {".md": "text/markdown", ".webp": "image/webp", ".jsonl": "application/jsonl"}.items():
    _types.add_type(_kind, _ending)

# A page of ours that shows one of these by its address would run what stands in it.
_ACTIVE = {
    "application/javascript", "application/mathml+xml", "application/xhtml+xml", "application/xml",
    "application/x-shockwave-flash", "image/svg+xml", "text/html", "text/javascript", "text/xml",
}  # fmt: skip


def media_type_of(name: str) -> str:
    """The type that the name's ending says; `application/octet-stream` where it says none."""
    kind, packed = _types.guess_type(name)
    return kind if kind and not packed else ANYTHING


def safe_media_type(name: str) -> str:
    """As `media_type_of`, but plain text for types that a browser would run, and UTF-8 said of text."""
    kind = media_type_of(name)
    if kind in _ACTIVE:
        kind = PLAIN
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
