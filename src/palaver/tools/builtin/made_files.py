"""The files that a program wrote or changed in a workspace, as parts and as text for a model; it writes none.

Every method waits for the disk: call it in a thread.
"""

import base64
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass

from palaver.core.errors import PalaverError
from palaver.core.messages import FilePart, ImagePart
from palaver.files.workspace import Entry, Workspace
from palaver.files.workspaces import OWN

_MOST_FILES = 20  # listed one by one
_MOST_IMAGES = 4
_IMAGE_BYTES = 1_500_000  # of each: what vendors take, and what fits into an event
_MOST_PREVIEWS = 5
_PREVIEW_BYTES = 4_096  # larger files have none; the agent can open them
_PREVIEW_CHARACTERS = 1_000

_UNKNOWN = "application/octet-stream"
_IMAGES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: parts for the outcome, and lines that tell of them (empty where nothing was made)."""

    parts: tuple[ImagePart | FilePart, ...] = ()
    text: str = ""


def files_of(workspace: Workspace) -> dict[str, Entry]:
    """Every file there, by its path; Palaver's own are left out, and those of others."""
    found = workspace.walk(leave_out=workspace.lent)
    return {entry.path: entry for entry in found if entry.kind == "file" and not _own(entry.path)}


def made_since(before: dict[str, Entry], workspace: Workspace) -> Made:
    """What is new or other than before."""
    new = [entry for path, entry in files_of(workspace).items() if before.get(path) != entry]
    images: list[ImagePart] = []
    files: list[FilePart] = []
    lines: list[str] = []
    previews = _MOST_PREVIEWS
    for entry in new[:_MOST_FILES]:
        image = _image(entry, workspace) if len(images) < _MOST_IMAGES else None
        media_type = (image and image.media_type) or mimetypes.guess_type(entry.path)[0] or _UNKNOWN
        name = entry.path.rpartition("/")[2]
        files.append(FilePart(path=entry.path, name=name, media_type=media_type, size=entry.size))
        images += [image] if image else []
        preview = None if image or not previews else _preview(entry, workspace)
        previews -= preview is not None
        lines.append(f"- {entry.path} ({media_type}, {entry.size:,} bytes){_below(preview)}")
    return Made((*images, *files), _told(lines, len(new)))


def _told(lines: Iterable[str], count: int) -> str:
    if not count:
        return ""
    more = f"\n… and {count - _MOST_FILES:,} more" if count > _MOST_FILES else ""
    return "Files written:\n" + "\n".join(lines) + more


def _below(preview: str | None) -> str:
    if preview is None:
        return ""
    return ":\n" + "\n".join(f"    {line}" for line in preview.splitlines())


def _image(entry: Entry, workspace: Workspace) -> ImagePart | None:
    """The file as an image, if its first bytes say that it is one."""
    if not 0 < entry.size <= _IMAGE_BYTES:
        return None
    content = _read(entry, workspace, _IMAGE_BYTES)
    kind = _image_type(content)
    if kind is None:
        return None
    return ImagePart(url=f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}", media_type=kind)


def _image_type(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _IMAGES.items() if content.startswith(start)), None)


def _preview(entry: Entry, workspace: Workspace) -> str | None:
    """The beginning of a small text."""
    if not 0 < entry.size <= _PREVIEW_BYTES:
        return None
    try:
        text = _read(entry, workspace, _PREVIEW_BYTES).decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not text or "\0" in text:
        return None
    return text if len(text) <= _PREVIEW_CHARACTERS else f"{text[:_PREVIEW_CHARACTERS]} …"


def _read(entry: Entry, workspace: Workspace, most: int) -> bytes:
    """Its content; nothing where it is gone, has grown or may not be read."""
    try:
        return workspace.read(entry.path, most)
    except PalaverError:
        return b""


def _own(path: str) -> bool:
    return path == OWN or path.startswith(f"{OWN}/")
