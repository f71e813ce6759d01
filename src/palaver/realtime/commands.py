"""What clients want of a socket, done by the services that REST asks: one command at a time, in order.

It decides nothing about sessions and runs, and knows no bytes.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar, assert_never

import msgspec
from pydantic import BaseModel, Field, ValidationError

from palaver.core.errors import Invalid, NotFound, RateLimited, Unavailable
from palaver.core.ids import RunId, Seq, SessionId, UserId
from palaver.core.principal import Principal
from palaver.core.room import Person
from palaver.identity.limits.groups import Group
from palaver.kit.streams import Closed, Lagged
from palaver.realtime import frames
from palaver.realtime.frames import Ack, Command, Free, Pong
from palaver.realtime.hub import Hub
from palaver.realtime.socket import Socket
from palaver.runs.answering import Answering
from palaver.runs.approvals_api import ControlIn, SessionAnswerIn
from palaver.runs.controlling import Controlling
from palaver.runs.missed import Missing
from palaver.runs.request import Query
from palaver.runs.service import Runs
from palaver.runs.store import Kept
from palaver.sessions.service import Sessions

Model = TypeVar("Model", bound=BaseModel)
Check = Callable[[Principal, str], None]
Charge = Callable[[Group, Principal], Awaitable[object]]  # counts what somebody does; raises RateLimited
WRITING = "runs:write"


class AnswerFrame(SessionAnswerIn):
    """What a person says about a call of a session, or of a run that is named."""

    run_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class Commands:
    """Does what clients of sockets want."""

    def __init__(
        self,
        hub: Hub,
        runs: Runs,
        sessions: Sessions,
        *,
        missing: Missing,
        answering: Answering,
        controlling: Controlling,
        person: Callable[[UserId], Awaitable[Person]],
        check: Check,
        charge: Charge,
    ) -> None:
        self._hub = hub
        self._runs = runs
        self._sessions = sessions
        self._missing = missing
        self._answering = answering
        self._controlling = controlling
        self._person = person
        self._check = check
        self._charge = charge

    async def do(self, socket: Socket, command: Command) -> None:
        """Do it, and answer. Raises `core.errors`."""
        await self._charge("frames", socket.principal)
        match command:
            case frames.Subscribe():
                after = command.after
                place = (RunId(after.run_id), Seq(after.seq)) if isinstance(after, frames.Place) else after
                at = Seq(place) if isinstance(place, int) else place
                await self.subscribe(socket, _session(socket, command.session_id), at, command.client_id)
            case frames.Unsubscribe():
                self._unsubscribe(socket, _session(socket, command.session_id), command.client_id)
            case frames.Interrupt():
                await self._interrupt(socket, _session(socket, command.session_id), command.client_id)
            case frames.Type():
                await self._type(socket, _session(socket, command.session_id), command)
            case frames.Ping():
                socket.say(Pong(client_id=command.client_id))
            case Free():
                await self._free(socket, command)
            case _:
                assert_never(command)

    async def subscribe(
        self,
        socket: Socket,
        session_id: SessionId,
        after: tuple[RunId, Seq] | Seq | None,
        client_id: str | None = None,
        *,
        silent: bool = False,
    ) -> None:
        """Let a socket hear a session: it listens first, then reads what was missed, then goes on."""
        user_id = socket.principal.user_id
        person = socket.person = socket.person or await self._person(user_id)
        watch = self._hub.listen(socket, session_id)
        try:
            session = await self._sessions.find(user_id, session_id)
            missed = await self._missing.since(user_id, session_id, session.active_run_id, after)
            if not silent:
                ack = Ack(
                    client_id=client_id,
                    session_id=session_id,
                    command="subscribe",
                    run_id=missed.run_id,
                    complete=missed.complete,
                )
                socket.say(ack)
            self._hub.watch(watch, missed.told, person)
        except (Lagged, Closed):
            watch.close()
            raise Unavailable("Too much came while you were catching up; subscribe again.") from None
        except BaseException:
            watch.close()
            raise

    def _unsubscribe(self, socket: Socket, session_id: SessionId, client_id: str | None) -> None:
        if (watch := socket.watches.get(session_id)) is None:
            raise NotFound("This socket does not hear that session.")
        self._hub.unwatch(watch)
        socket.say(Ack(client_id=client_id, session_id=session_id, command="unsubscribe"))

    async def _interrupt(self, socket: Socket, session_id: SessionId, client_id: str | None) -> None:
        self._check(socket.principal, WRITING)
        run = await self._runs.interrupt(socket.principal.user_id, session_id)
        ended = run.id if run is not None else None
        socket.say(Ack(client_id=client_id, session_id=session_id, command="interrupt", run_id=ended))

    async def _type(self, socket: Socket, session_id: SessionId, command: frames.Type) -> None:
        self._check(socket.principal, WRITING)
        if session_id not in socket.watches:
            raise NotFound("This socket does not hear that session.")
        if command.on:
            await self._sessions.find(socket.principal.user_id, session_id, "write")
        self._hub.types(session_id, socket.principal.user_id, on=command.on)
        if command.client_id is not None:
            socket.say(Ack(client_id=command.client_id, session_id=session_id, command="typing"))

    async def _free(self, socket: Socket, command: Free) -> None:
        self._check(socket.principal, WRITING)
        match command.kind:
            case "message":
                await self._message(socket, command)
            case "answer":
                await self._answer(socket, command)
            case "control":
                await self._control(socket, command)
            case _:
                assert_never(command.kind)

    async def _message(self, socket: Socket, command: Free) -> None:
        """Start a turn. Its acknowledgement goes before its first event, also where others hear that one first."""
        session_id = SessionId(command.session_id) if command.session_id else socket.chat
        fields = command.fields | ({"session_id": session_id} if session_id else {})
        prompt = _read(Query, fields).asked(session_id, command.client_id)
        await self._charge("runs", socket.principal)
        watch = socket.watches.get(session_id) if session_id else None
        run_id = self._runs.new_id()
        if watch is None or session_id is None:
            kept = await self._runs.start(socket.principal, prompt, run_id)
            socket.say(_accepted(command.client_id, kept))
            await self.subscribe(socket, kept.session_id, (kept.id, Seq(0)), silent=True)
            return
        ack = Ack(client_id=command.client_id, session_id=session_id, command="message", run_id=run_id)
        watch.acks[run_id] = ack
        try:
            kept = await self._runs.start(socket.principal, prompt, run_id)
            unsaid = run_id in watch.acks
        finally:
            watch.acks.pop(run_id, None)
        if kept.id != run_id or unsaid:
            socket.say(_accepted(command.client_id, kept))
        self._hub.types(session_id, socket.principal.user_id, on=False)

    async def _answer(self, socket: Socket, command: Free) -> None:
        said = _read(AnswerFrame, command.fields)
        user_id = socket.principal.user_id
        if said.run_id is not None:
            if said.call_id is None:
                raise Invalid("call_id: say which call of that run is meant.")
            given = await self._answering.answer(user_id, RunId(said.run_id), said.call_id, said.said())
        else:
            session_id = _session(socket, command.session_id)
            await self._sessions.find(user_id, session_id)
            given = await self._answering.answer_in_session(user_id, session_id, said.call_id, said.said())
        ack = Ack(client_id=command.client_id, session_id=given.session_id, command="answer", run_id=given.run_id)
        socket.say(ack)

    async def _control(self, socket: Socket, command: Free) -> None:
        said = _read(ControlIn, command.fields)
        session_id = _session(socket, command.session_id)
        await self._controlling.control(socket.principal, session_id, mode=said.permission_mode, model=said.model)
        socket.say(Ack(client_id=command.client_id, session_id=session_id, command="control"))


def refuse_flood(socket: Socket, now: float) -> None:
    """Count one message of a client. Raises RateLimited where it sends more than it may."""
    if socket.pace is not None and not socket.pace.takes(now):
        raise RateLimited("You send too many messages; wait a moment.", retry_after=1)


def _read(model: type[Model], fields: dict[str, Any]) -> Model:
    """Checked as a body over HTTP is."""
    try:
        return model.model_validate_json(msgspec.json.encode(fields))
    except ValidationError as error:
        raise Invalid.about(error.errors(include_url=False), "body") from None


def _session(socket: Socket, said: str | None) -> SessionId:
    if said is not None:
        return SessionId(said)
    if socket.chat is None:
        raise Invalid("session_id: say which session is meant.")
    return socket.chat


def _accepted(client_id: str | None, kept: Kept) -> Ack:
    return Ack(client_id=client_id, session_id=kept.session_id, command="message", run_id=kept.id)
