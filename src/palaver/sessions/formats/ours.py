"""Our own form of a conversation, as `GET /sessions/{id}/export` writes it; it writes none."""

from typing import Literal

import msgspec

from palaver.core.ids import MessageId
from palaver.core.messages import Author, Message
from palaver.sessions.formats.brought import LONGEST_TITLE, Broken, Brought, instant, plain
from palaver.sessions.incoming import LONGEST_METADATA
from palaver.sessions.project import Project
from palaver.sessions.session import Session

FORMAT = "palaver.session/1"
PROJECT_FORMAT = "palaver.project/1"
LONGEST_INSTRUCTIONS = 100_000  # characters, as where they are given by hand
_LONGEST_DESCRIPTION = 2_000
LONGEST_NAME = 64


class _Whole(msgspec.Struct, frozen=True):
    """A session with the messages of its branch, those of its other branches, and what begins its tree's lines."""

    format: Literal["palaver.session/1"]
    session: Session
    messages: tuple[Message, ...]
    others: tuple[Message, ...] = ()
    lines: tuple[MessageId, ...] = ()


class _WholeProject(msgspec.Struct, frozen=True):
    """A project, alone in its document."""

    format: Literal["palaver.project/1"]
    project: Project


_project = msgspec.json.Decoder(_WholeProject)
_whole = msgspec.json.Decoder(_Whole)


def brought(document: bytes) -> Brought:
    """The conversation that a document holds; msgspec's errors, and `Broken`, where it holds none."""
    whole = _whole.decode(document)
    _check(whole.session)
    branch = [_read(one, f"$.messages[{at}]") for at, one in enumerate(whole.messages)]
    others = [_read(one, f"$.others[{at}]") for at, one in enumerate(whole.others)]
    return Brought(session=_timed(whole.session), messages=(*branch, *others), lines=whole.lines)


def project(document: bytes) -> Project:
    """The project that a document holds; errors as of `brought`."""
    told = _project.decode(document).project
    longest = {"name": LONGEST_TITLE, "description": _LONGEST_DESCRIPTION, "instructions": LONGEST_INSTRUCTIONS}
    for name, most in longest.items():
        if len(text := getattr(told, name) or "") > most:
            raise Broken(f"has more than {most} characters", f"$.project.{name}")
        if "\x00" in text:
            raise Broken("holds a NUL character", f"$.project.{name}")
    if not told.name.strip():
        raise Broken("is empty", "$.project.name")
    _bounded(told.metadata, "$.project.metadata")
    return msgspec.structs.replace(
        told,
        created_at=instant(told.created_at, "$.project.created_at"),
        updated_at=instant(told.updated_at, "$.project.updated_at"),
    )


def _read(message: Message, at: str) -> Message:
    if "\x00" in message.text:
        raise Broken("holds a NUL character", f"{at}.text")
    _bounded(message.metadata, f"{at}.metadata")
    return msgspec.structs.replace(
        message,
        author=_named(message),
        help=msgspec.UNSET,  # whose numbers these are, nobody here has looked at
        parts=message.parts or plain(message.text),
        created_at=instant(message.created_at, f"{at}.created_at"),
    )


def _named(message: Message) -> Author | msgspec.UnsetType:
    """Who wrote a message elsewhere: a name, and nobody of ours."""
    if not message.author or message.role not in {"user", "tool"}:
        return msgspec.UNSET
    return Author(None, " ".join(message.author.name.replace("[", "(").replace("]", ")").split())[:LONGEST_NAME])


def _check(session: Session) -> None:
    if len(session.title or "") > LONGEST_TITLE:
        raise Broken(f"has more than {LONGEST_TITLE} characters", "$.session.title")
    for name in ("title", "system_prompt", "model", "provider"):
        if "\x00" in (getattr(session, name) or ""):
            raise Broken("holds a NUL character", f"$.session.{name}")
    for at, tag in enumerate(session.tags):
        if not 0 < len(tag) <= 64 or any(sign in tag for sign in "\n\r\x00"):
            raise Broken("is no tag", f"$.session.tags[{at}]")
    for name in ("settings", "metadata"):
        _bounded(getattr(session, name), f"$.session.{name}")


def _bounded(given: object, at: str) -> None:
    if given and len(msgspec.json.encode(given)) > LONGEST_METADATA:
        raise Broken(f"has more than {LONGEST_METADATA} bytes", at)


def _timed(session: Session) -> Session:
    last = session.last_message_at
    return msgspec.structs.replace(
        session,
        role=msgspec.UNSET,
        human=msgspec.UNSET,
        created_at=instant(session.created_at, "$.session.created_at"),
        updated_at=instant(session.updated_at, "$.session.updated_at"),
        last_message_at=instant(last, "$.session.last_message_at") if last else None,
    )
