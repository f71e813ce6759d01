"""Documents that clients of other protocols write out in their requests: kept as files of the person, or only read.

A history that is sent again brings its documents again: the same content of the same name is one file, so that the
history is found by its mark.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from typing import NamedTuple

from palaver.core.ids import UserId
from palaver.core.messages import FilePart, Part
from palaver.files.extracting import text_of
from palaver.files.service import Files
from palaver.surfaces.history import Said

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

    async def kept(self, user_id: UserId, history: Sequence[Said], brought: Sequence[Brought]) -> list[Said]:
        """A history whose parts name files of the person; NotFound where one names a file that is not theirs."""
        parts: dict[str, FilePart] = {}
        for at, one in enumerate(brought):
            info = await self._files.keep(user_id, one.name, one.content)
            parts[f"{NEW}{at}"] = FilePart(file_id=info.id, name=info.name, media_type=info.media_type, size=info.size)
        for file_id in {part.file_id for part in _files_of(history) if part.file_id} - parts.keys():
            upload = await self._files.find_upload(user_id, file_id)
            parts[file_id] = FilePart(
                file_id=upload.id, name=upload.name, media_type=upload.media_type, size=upload.bytes
            )
        return [Said(said.role, tuple(_named(part, parts) for part in said.parts)) for said in history]

    async def texts(self, user_id: UserId, history: Sequence[Said], brought: Sequence[Brought]) -> list[str]:
        """What a model would be told of the documents of a history; nothing is kept."""
        found: list[str] = []
        for part in _files_of(history):
            if part.file_id and part.file_id.startswith(NEW):
                one = brought[int(part.file_id.removeprefix(NEW))]
                found.append((await asyncio.to_thread(_read, one))[: self._characters])
            elif part.file_id:
                upload = await self._files.find_upload(user_id, part.file_id)
                found.append((await self._files.showing.text(upload, self._characters)).text)
        return found


def _files_of(history: Sequence[Said]) -> list[FilePart]:
    return [part for said in history for part in said.parts if isinstance(part, FilePart)]


def _named(part: Part, parts: dict[str, FilePart]) -> Part:
    return parts[part.file_id] if isinstance(part, FilePart) and part.file_id else part


def _read(one: Brought) -> str:
    with tempfile.TemporaryFile() as file:
        file.write(one.content)
        return text_of(file, one.name).text()
