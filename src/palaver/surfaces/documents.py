"""Documents that clients of other protocols write out in their requests: kept as files of the person, or only read.

A history that is sent again brings its documents again: the same content of the same name is one file, so that the
history is found by its mark.
"""

import asyncio
import base64
import tempfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from palaver.core.ids import UserId
from palaver.core.messages import FilePart, Part
from palaver.files.extracting import text_of
from palaver.files.service import Files
from palaver.surfaces.history import Said
from palaver.surfaces.refusing import refused

NEW = "new:"  # with a number: how a part names a document of the same request


class Brought(NamedTuple):
    """A document that stands in a request."""

    name: str
    content: bytes


class Documents:
    """For all surfaces; `characters` is how much of one document a model is told at most."""

    def __init__(self, files: Files, characters: int) -> None:
        self._files = files
        self._characters = characters

    async def taken(self, user_id: UserId, brought: Sequence[Brought]) -> dict[str, FilePart]:
        """The documents as files of the person, by what parts call them now."""
        parts: dict[str, FilePart] = {}
        for at, one in enumerate(brought):
            info = await self._files.keep(user_id, one.name, one.content)
            parts[f"{NEW}{at}"] = FilePart(file_id=info.id, name=info.name, media_type=info.media_type, size=info.size)
        return parts

    async def kept(self, user_id: UserId, history: Sequence[Said], brought: Sequence[Brought]) -> list[Said]:
        """A history whose parts name files of the person; NotFound where one names a file that is not theirs."""
        parts = await self.taken(user_id, brought)
        for file_id in {part.file_id for part in _files_of(history) if part.file_id} - parts.keys():
            upload = await self._files.find_upload(user_id, file_id)
            parts[file_id] = FilePart(
                file_id=upload.id, name=upload.name, media_type=upload.media_type, size=upload.bytes
            )
        return [Said(said.role, tuple(named(part, parts) for part in said.parts)) for said in history]

    async def texts(self, user_id: UserId, history: Sequence[Said], brought: Sequence[Brought]) -> list[str]:
        """What a model would be told of the documents of a history; nothing is kept."""
        written: dict[str | None, Brought] = {f"{NEW}{at}": one for at, one in enumerate(brought)}
        found: list[str] = []
        for part in _files_of(history):
            if (one := written.get(part.file_id)) is not None:
                found.append((await asyncio.to_thread(_read, one))[: self._characters])
            elif part.file_id:
                upload = await self._files.find_upload(user_id, part.file_id)
                found.append((await self._files.showing.text(upload, self._characters)).text)
        return found


def named_safely(title: str, ending: str) -> str:
    """What a document's file is called: a title may have any letters, a name not."""
    plain = "".join("_" if letter in '/\\:*?"<>|' or not letter.isprintable() else letter for letter in title)
    name = plain.strip(" .")[:120] or "document"
    return name if name.lower().endswith(ending) else name + ending


def bytes_of(data: str, where: str) -> bytes:
    """What stands in base64."""
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        raise refused(where, "This is not base64.", "base64") from None


def _files_of(history: Sequence[Said]) -> list[FilePart]:
    return [part for said in history for part in said.parts if isinstance(part, FilePart)]


def named(part: Part, parts: Mapping[str, FilePart]) -> Part:
    """The part, with the file that it names, where that is among these."""
    return parts.get(part.file_id, part) if isinstance(part, FilePart) and part.file_id else part


def _read(one: Brought) -> str:
    with tempfile.TemporaryFile() as file:
        file.write(one.content)
        return text_of(file, one.name).text()
