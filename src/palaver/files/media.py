"""What a file is: by its first bytes, and among texts by its name; and which types a browser may be told."""

import codecs
import mimetypes

PLAIN = "text/plain"
ANYTHING = "application/octet-stream"
HEAD = 512  # bytes that are enough to tell

# The table that Python ships, not the machine's: every server says the same.
_types = mimetypes.MimeTypes(filenames=())
_OFFICE, _OPEN = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."
for _ending, _kind in {
    ".md": "text/markdown",
    ".webp": "image/webp",
    ".jsonl": "application/jsonl",
    ".docx": f"{_OFFICE}wordprocessingml.document",
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}presentationml.presentation",
    ".odt": f"{_OPEN}text",
    ".ods": f"{_OPEN}spreadsheet",
    ".odp": f"{_OPEN}presentation",
    ".epub": "application/epub+zip",
}.items():
    _types.add_type(_kind, _ending)

# A page of ours that shows one of these by its address would run what stands in it.
_ACTIVE = {
    "application/javascript", "application/mathml+xml", "application/xhtml+xml", "application/xml",
    "application/x-shockwave-flash", "image/svg+xml", "text/css", "text/html", "text/javascript", "text/xml",
}  # fmt: skip

# Where a mark stands, the mark, the type.
_MARKS = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/x-wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"(\xb5/\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (257, b"ustar", "application/x-tar"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"\x00asm", "application/wasm"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_RIFF = {"image/webp", "audio/x-wav", "video/x-msvideo"}
_BROAD = {"application/zip", "application/x-ole-storage", "video/webm", "audio/ogg", "video/mp4"}
# What a name may say of a file with one of the broad marks: documents are zip files, and so on.
_WITHIN = ("application/vnd.", "application/epub", "application/msword", "application/java", "audio/", "video/")
_TEXTS = {
    "application/json", "application/jsonl", "application/x-sh", "application/xml", "application/javascript",
    "application/x-tex", "application/toml", "application/yaml", "image/svg+xml", "application/x-latex",
}  # fmt: skip


def media_type_of(name: str, head: bytes | None = None) -> str:
    """The type of a file with this name that begins with these bytes (`HEAD` are enough); without them, by the name.

    A name counts only where it does not contradict the bytes: text that is called `.png` is text.
    """
    kind, packed = _types.guess_type(name)
    said = kind if kind and not packed else ANYTHING
    if not head:
        return said
    for at, mark, found in _MARKS:
        if head.startswith(mark, at) and (found not in _RIFF or head.startswith(b"RIFF")):
            return said if found in _BROAD and said.startswith(_WITHIN) else found
    if not _is_text(head):
        return ANYTHING if _texts(said) or said.startswith(("image/", "application/pdf")) else said
    return said if _texts(said) else PLAIN


def safe_media_type(kind: str) -> str:
    """The type as a browser may be told: plain text for what it would run, and UTF-8 said of text."""
    if kind in _ACTIVE:
        kind = PLAIN
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _texts(kind: str) -> bool:
    return kind.startswith("text/") or kind in _TEXTS


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return True
