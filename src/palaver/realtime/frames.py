"""What clients may say over a WebSocket and what they are answered: two closed unions beside events and signs.

Pure: reads and writes JSON. What belongs to a turn, an answer or a control is checked as REST checks it, later.
"""

from typing import Annotated, Any, Literal

import msgspec

from palaver.core.errors import Invalid, PalaverError
from palaver.core.ids import RunId, SessionId
from palaver.kit.frames import text_frame

ClientId = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
FreeKind = Literal["message", "answer", "control"]
Number = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last event that a client has."""

    run_id: Identifier
    seq: Number


class _Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What all commands have in common; `client_id` comes back in the answer."""

    client_id: ClientId | None = None
    session_id: Identifier | None = None


class Subscribe(_Command, frozen=True, tag="subscribe"):
    """Hear a session: after an event, or (a bare number) after that event of its latest run."""

    after: Place | Number | None = None


class Unsubscribe(_Command, frozen=True, tag="unsubscribe"):
    """Hear it no more."""


class Interrupt(_Command, frozen=True, tag="interrupt"):
    """End what runs in a session."""


class Type(_Command, frozen=True, tag="typing"):
    """Somebody writes, or does not any more."""

    on: bool


class Ping(_Command, frozen=True, tag="ping"):
    """Is somebody there."""


class Free(msgspec.Struct, frozen=True):
    """A command whose fields are those of a request over HTTP."""

    kind: FreeKind
    client_id: str | None
    session_id: str | None
    fields: dict[str, Any]


Bound = Subscribe | Unsubscribe | Interrupt | Type | Ping
Command = Bound | Free


class BadFrame(Invalid):
    """A message that is no command of ours; `client_id` is the client's own id, where it could be read."""

    def __init__(self, detail: str, client_id: str | None = None) -> None:
        super().__init__(detail)
        self.client_id = client_id


class _Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What all answers have in common."""

    client_id: str | None = None
    session_id: SessionId | None = None


class Ack(_Answer, frozen=True, tag="ack"):
    """It was done. `complete` is false where more was missed than is told again: read the messages instead."""

    command: str
    run_id: RunId | None = None
    complete: bool = True


class Refused(_Answer, frozen=True, tag="error"):
    """It was not done, and why; unlike the event of a run it has no number."""

    code: str
    message: str
    errors: tuple[dict[str, Any], ...] = ()
    retry_after: float | None = None
    request_id: str | None = None


class Pong(_Answer, frozen=True, tag="pong"):
    """Somebody is there."""


class Unsubscribed(_Answer, frozen=True, tag="unsubscribed"):
    """This session is heard no more: its client wanted that, was removed from it, or it was deleted."""

    reason: Literal["asked", "removed", "deleted"]


class Notice(_Answer, frozen=True, tag="notice"):
    """Something that concerns the whole socket."""

    code: str
    message: str


Answer = Ack | Refused | Pong | Unsubscribed | Notice

_encode = msgspec.json.Encoder().encode
_heads = msgspec.json.Decoder(dict[str, Any])
_bound: msgspec.json.Decoder[Bound] = msgspec.json.Decoder(Bound)
_FREE: dict[str, FreeKind] = {"message": "message", "answer": "answer", "control": "control"}
_BOUND = frozenset({"subscribe", "unsubscribe", "interrupt", "typing", "ping"})


def read(text: str | None) -> Command:
    """The command that a message says. Raises `BadFrame`."""
    if text is None:
        raise BadFrame("Send text: commands are JSON objects.")
    try:
        said = _heads.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise BadFrame("This is not a JSON object.") from None
    client_id = said.get("client_id")
    if client_id is not None and not (isinstance(client_id, str) and 0 < len(client_id) <= 200):
        raise BadFrame("client_id: a string of 1 to 200 characters.")
    kind = said.get("type")
    if isinstance(kind, str) and kind in _FREE:
        return _free(_FREE[kind], said, client_id)
    if not isinstance(kind, str) or kind not in _BOUND:
        raise BadFrame(f"type: one of {', '.join(sorted({*_FREE, *_BOUND}))}.", client_id)
    try:
        return _bound.decode(text)
    except msgspec.ValidationError as error:
        raise BadFrame(str(error), client_id) from None


def _free(kind: FreeKind, said: dict[str, Any], client_id: str | None) -> Free:
    session_id = said.get("session_id")
    if session_id is not None and not (isinstance(session_id, str) and 0 < len(session_id) <= 64):
        raise BadFrame("session_id: a string of 1 to 64 characters.", client_id)
    if kind == "message" and client_id is None:
        raise BadFrame("client_id: say one, so that sending it again starts nothing twice.")
    rest = {name: value for name, value in said.items() if name not in {"type", "client_id", "session_id"}}
    return Free(kind, client_id, session_id, rest)


def framed(answer: msgspec.Struct) -> bytes:
    """Anything that is no event, as one message of a WebSocket."""
    return text_frame(_encode(answer))


def refused(error: PalaverError, client_id: str | None = None, session_id: str | None = None) -> Refused:
    """An error as its client reads it."""
    return Refused(
        client_id=client_id,
        session_id=SessionId(session_id) if session_id else None,
        code=error.code,
        message=error.detail,
        errors=tuple(dict(one) for one in error.errors),
        retry_after=error.retry_after,
    )
