"""What surfaces share whose clients have a person in front of them: chats with names, runs that wait and go on.

It speaks no protocol. A client's answer goes to the run that waits, and the client hears that run from there.
"""

import mimetypes
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec
from pydantic import ValidationError
from starlette.responses import Response

from palaver.core.errors import Conflict, Invalid, PalaverError
from palaver.core.ids import RunId, SessionId
from palaver.core.messages import FilePart, Part
from palaver.core.principal import Principal
from palaver.runs import approvals_store
from palaver.runs.answering import Answer, Answering
from palaver.runs.approvals_store import Approval
from palaver.runs.prompt import Prompt
from palaver.runs.rendering import Rendering
from palaver.runs.request import TurnIn
from palaver.runs.service import Runs
from palaver.runs.store import Kept
from palaver.sessions.session import Session
from palaver.storage.port import Database
from palaver.surfaces.documents import NEW, Brought, Documents, bytes_of, named, named_safely
from palaver.surfaces.models import Bearers, whole_name
from palaver.surfaces.port import Doorway, Scope
from palaver.surfaces.refusing import refused
from palaver.surfaces.rooms import Line, Rooms, Spot

# Fields of our own turns that these protocols have words of their own for.
_THEIRS = ("prompt", "parts", "tool_results", "parent_message_id", "idempotency_key")
_UNHEARD = ("audio", "video")


class Decision(NamedTuple):
    """What a person says about one call that waits; `key` is `key_of` it."""

    key: str
    answer: Answer


class Chat(NamedTuple):
    """The history that a client sends, and the documents that stand in it."""

    history: Sequence[Line]
    documents: Sequence[Brought]


class Talking:
    """Turns of chats, and runs that wait for who sits there."""

    def __init__(
        self,
        database: Database,
        rooms: Rooms,
        doorway: Doorway,
        runs: Runs,
        *,
        answering: Answering,
        models: Bearers,
        documents: Documents,
    ) -> None:
        self._database = database
        self.rooms = rooms
        self.doorway = doorway
        self._runs = runs
        self._answering = answering
        self._models = models
        self._documents = documents

    async def active(self, principal: Principal, session: Session) -> Kept | None:
        """The run that answers in a session, or waits there."""
        if session.active_run_id is None:
            return None
        return await self._runs.find(principal.user_id, session.active_run_id)

    async def waiting(self, principal: Principal, session: Session) -> list[Approval]:
        """What waits for the person in a session, and below it."""
        return await self._database.read(approvals_store.in_session(session.id, principal.user_id))

    async def placed(self, principal: Principal, session: Session, prompt: Prompt, said: Chat) -> Spot:
        """Where the newest turn of a history goes.

        What came along for it is kept once it is known that it can begin; where it cannot, an empty session goes.
        """
        async with self._or_leave(principal, session.id):
            prompt = await self._with_model(principal, prompt)

            async def sure(parts: tuple[Part, ...]) -> None:
                await self.doorway.sure(principal, msgspec.structs.replace(prompt, parts=parts))

            history = said.history
            if said.documents:
                await sure(())
                files = await self._documents.taken(principal.user_id, said.documents)
                history = [line._replace(parts=tuple(named(part, files) for part in line.parts)) for line in history]
            spot = await self.rooms.spot(principal.user_id, session, history, sure)
            if not spot.parts:
                raise Invalid("The last message is an answer: say something, or bring the result of a tool.")
            return spot

    async def _with_model(self, principal: Principal, prompt: Prompt) -> Prompt:
        model = await whole_name(self._models, principal, prompt.model) if prompt.model else None
        return msgspec.structs.replace(prompt, model=model)

    @asynccontextmanager
    async def _or_leave(self, principal: Principal, session_id: SessionId) -> AsyncGenerator[None]:
        """Where what is done here is refused, and nothing was said in the session, there is none afterwards."""
        try:
            yield
        except PalaverError:
            await self.rooms.leave_if_empty(principal.user_id, session_id)
            raise

    async def stop(self, principal: Principal, door: str, name: str) -> None:
        """End the run that answers in a chat, if there is one, and return once nothing does."""
        session = await self.rooms.find(principal.user_id, door, name)
        run = await self._runs.interrupt(principal.user_id, session.id) if session else None
        if run is not None:
            await self._runs.ended(run.id)

    async def begin(
        self, scope: Scope, principal: Principal, prompt: Prompt, rendering: Rendering, *, stays: bool
    ) -> Response:
        """Take a turn in its session; where that is refused and the session is empty, there is none afterwards."""
        assert prompt.session_id is not None
        async with self._or_leave(principal, prompt.session_id):
            prompt = await self._with_model(principal, prompt)
            return await self.doorway.turn(scope, principal, prompt, rendering, stays=stays)

    async def decide(
        self,
        principal: Principal,
        kept: Kept,
        decisions: Sequence[Decision],
        rendering: Callable[[int], Rendering],
        *,
        stays: bool,
    ) -> Response:
        """Hand answers to a run that waits, and hear it from there; `rendering` is made with the last number before."""
        told = await self._runs.past(kept.id, kept.session_id, 0)
        beyond = told.last if told else 0
        for decision in decisions:
            run_id, _, call_id = decision.key.partition(":")
            try:
                await self._answering.answer(principal.user_id, RunId(run_id), call_id, decision.answer)
            except Conflict:  # somebody was faster, elsewhere: what they said is told
                continue
        return await self.doorway.go_on(principal, kept, rendering(beyond), beyond=beyond, stays=stays)


def key_of(run_id: str, call_id: str) -> str:
    """What names a call that waits, of a run or of one below it."""
    return f"{run_id}:{call_id}"


def turn_of(options: Mapping[str, Any], field: str | None = None) -> TurnIn:
    """The fields of our own requests in a client's body, or in one `field` of it; where it goes is not said."""
    for name in _THEIRS:
        if name in options:
            raise refused(f"{field}.{name}" if field else name, "This comes with the messages here.")
    try:  # a turn that answers a question again says nothing itself: what is said, and where, is put in later
        return TurnIn.model_validate({"when_busy": "interrupt", **options, "parent_message_id": "later"})
    except ValidationError as error:
        found = [{**one, "loc": (*((field,) if field else ()), *one["loc"])} for one in error.errors(include_url=False)]
        raise Invalid.about(found, "body") from None


def document(name: str, media_type: str, data: str, brought: list[Brought], *, where: str) -> FilePart:
    """A document that stands in a request as base64; it is kept later, under the name that the part has now."""
    if media_type.startswith(_UNHEARD):
        raise refused(where, "Sound and moving pictures are not supported here.")
    ending = "" if "." in name else mimetypes.guess_extension(media_type.partition(";")[0]) or ""
    brought.append(Brought(named_safely(name, ending), bytes_of(data, where)))
    return FilePart(file_id=f"{NEW}{len(brought) - 1}")
