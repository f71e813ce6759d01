"""Makes of the files that a path's messages carry what one model can be told: images scaled, texts, or the name alone.

How it is worded is `context.attachments`'; files are opened by `files.showing`, each once.
"""

import base64
from collections.abc import Container, Sequence
from typing import NamedTuple

import msgspec

from palaver.context.attachments import (
    Attachment,
    Carried,
    caption,
    carries,
    document,
    most_characters,
    named,
    shown_images,
)
from palaver.core.errors import Invalid, NotFound
from palaver.core.events import Noticed
from palaver.core.ids import UserId
from palaver.core.messages import AudioPart, FilePart, ImagePart, Message, Part
from palaver.files import store
from palaver.files.attaching import files_in
from palaver.files.showing import Showing
from palaver.files.store import Upload
from palaver.inference.port import ResolvedModel
from palaver.storage.port import Database

NOT_SHOWN = "attachment_not_shown"
GONE = "It was deleted."
NOT_AGAIN = "It is not shown again: this model is shown the newest images only."


class Conveyed(NamedTuple):
    """A path as a model can be told it, what became of its files, and what its newest message's author should hear."""

    path: Sequence[Message]
    attachments: tuple[Attachment, ...] = ()
    notices: tuple[Noticed, ...] = ()


class _Told(NamedTuple):
    parts: tuple[Part, ...]
    attachment: Attachment


class Conveying:
    """For every run of this process; `characters` is how much of one document is told at most."""

    def __init__(self, database: Database, showing: Showing, *, characters: int) -> None:
        self._database = database
        self._showing = showing
        self._characters = characters

    async def convey(self, user_id: UserId, path: Sequence[Message], model: ResolvedModel) -> Conveyed:
        """The path for this model; one whose messages carry nothing comes back as it is."""
        if not any(map(carries, path)):
            return Conveyed(path)
        one = _OneModel(
            self._showing,
            model,
            uploads=await self._uploads(user_id, path),
            images=shown_images(path, model.most_images),
            characters=self._characters,
        )
        told = [await one.message(message) if carries(message) else message for message in path]
        newest = next(message.id for message in reversed(path) if message.role == "user")
        notices = [_notice(one, model) for one in one.attachments if one.told == "name" and one.message_id == newest]
        return Conveyed(told, tuple(one.attachments), tuple(notices))

    async def _uploads(self, user_id: UserId, path: Sequence[Message]) -> dict[str, Upload]:
        """The uploads that messages show, each one's author's: nobody's message shows what somebody else brought.

        A message without an author is of a session that is one person's alone.
        """
        named: dict[UserId, list[str]] = {}
        for message in path:
            author = message.author.user_id if message.author else user_id
            if author is not None:  # what was brought with a conversation from elsewhere is no room's
                named.setdefault(author, []).extend(files_in(message.parts))
        found: dict[str, Upload] = {}
        for author, ids in named.items():
            found |= await self._database.read(store.uploads_named(ids, author)) if ids else {}
        return found


class _OneModel:
    def __init__(
        self, showing: Showing, model: ResolvedModel, *, uploads: dict[str, Upload], images: Container[tuple[str, int]],
        characters: int,
    ) -> None:  # fmt: skip
        self._showing = showing
        self._model = model
        self._uploads = uploads
        self._images = images
        self._characters = characters
        self.attachments: list[Attachment] = []

    async def message(self, message: Message) -> Message:
        """A message as the model is told it."""
        documents = sum(isinstance(part, FilePart) for part in message.parts)
        most = most_characters(self._model.context_window, documents, self._characters)
        parts: list[Part] = []
        for at, part in enumerate(message.parts):
            if not isinstance(part, Carried):
                parts.append(part)
                continue
            told = await self._part(message, at, part, most)
            parts += told.parts
            self.attachments.append(told.attachment)
        return msgspec.structs.replace(message, parts=tuple(parts))

    async def _part(self, message: Message, at: int, part: Carried, most: int) -> _Told:
        try:
            match part:
                case ImagePart():
                    return await self._image(message, at, part)
                case FilePart():
                    return await self._file(message, part, most)
                case AudioPart():
                    raise Invalid(f"{self._model.name} is told no recordings.")
        except (Invalid, NotFound) as error:
            return _Told((named(part, error.detail),), _attachment(message, part, why=error.detail))

    async def _image(self, message: Message, at: int, part: ImagePart) -> _Told:
        if self._model.images == "no":
            raise Invalid(f"You cannot see it: {self._model.name} takes no images.")
        if (message.id, at) not in self._images:
            raise Invalid(NOT_AGAIN)
        side = self._model.image_side
        if part.url is not None:
            shown = await self._showing.written_out(part.url, side)
            first: tuple[Part, ...] = ()
        else:
            shown = await self._showing.image(self._upload(part), side)
            first = (caption(part),)
        if shown is None:
            return _Told((part,), _attachment(message, part, told="image"))
        url = f"data:{shown.media_type};base64,{base64.b64encode(shown.content).decode()}"
        seen = ImagePart(url=url, media_type=shown.media_type, width=shown.width, height=shown.height)
        made = _attachment(message, part, told="image")
        return _Told((*first, seen), msgspec.structs.replace(made, width=shown.width, height=shown.height))

    async def _file(self, message: Message, part: FilePart, most: int) -> _Told:
        read = await self._showing.text(self._upload(part), most)
        made = _attachment(message, part, told="text")
        text = document(part, read.text, whole=read.whole)
        return _Told((text,), msgspec.structs.replace(made, characters=len(read.text), whole=read.whole))

    def _upload(self, part: ImagePart | FilePart) -> Upload:
        found = self._uploads.get(part.file_id or "")
        if found is None:
            raise NotFound(GONE)
        return found


def _attachment(message: Message, part: Carried, *, told: str = "name", why: str | None = None) -> Attachment:
    fields = {} if isinstance(part, AudioPart) else {"path": part.path, "name": part.name, "size": part.size}
    made = {"told": told, "file_id": part.file_id, "media_type": part.media_type, "why": why, **fields}
    return msgspec.convert({"message_id": message.id, **made}, Attachment)


def _notice(one: Attachment, model: ResolvedModel) -> Noticed:
    name = one.name or "An attachment"
    why = (one.why or "").replace("You cannot see it: ", "")
    return Noticed(code=NOT_SHOWN, message=f"{name} is not shown to {model.id}, which is told its name only. {why}")
