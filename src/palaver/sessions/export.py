"""A session as a file to take away, as JSON or Markdown; it reads nothing and writes nothing."""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from palaver.core.ids import MessageId
from palaver.core.messages import AudioPart, FilePart, ImagePart, Message, Part, ToolResultPart
from palaver.sessions.session import Session

DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")  # Windows takes these for devices, whatever follows a dot

Format = Literal["json", "markdown", "zip"]
ENDINGS: dict[Format, str] = {"json": "json", "markdown": "md", "zip": "zip"}


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """A whole session: the messages of the branch that its head ends, oldest first, and `others` of other branches.

    `lines` are the messages that begin the lines of its tree, in order; there are none where nothing branches.
    """

    format: Literal["palaver.session/1"] = "palaver.session/1"
    session: Session
    messages: Sequence[Message]
    others: Sequence[Message] = ()
    lines: Sequence[MessageId] = ()


def markdown(session: Session, messages: Sequence[Message]) -> str:
    """For people: who said what, in order."""
    return heading(session) + "".join(paragraph(message) for message in messages)


def heading(session: Session) -> str:
    """What stands above what was said."""
    return f"# {_one_line(session.title or 'Untitled')}\n\n*{session.id}, begun {session.created_at}*\n\n"


def paragraph(message: Message) -> str:
    """One message."""
    lines = [f"## {_speaker(message)}", "", message.text, "", ""]
    if names := [part.name for part in message.parts if isinstance(part, ImagePart | FilePart) and part.name]:
        lines[-1:] = [f"*Attached: {_one_line(', '.join(names))}*", "", ""]
    if message.status != "complete":
        why = message.error.message if message.error else "interrupted"
        lines[-1:] = [f"*({_one_line(why)})*", "", ""]
    return "\n".join(lines)


def files_of(message: Message) -> list[str]:
    """The ids of the files that were brought in for messages and that this one shows."""
    parts: list[Part] = list(message.parts)
    for part in message.parts:
        if isinstance(part, ToolResultPart):
            parts += part.parts
    return [part.file_id for part in parts if isinstance(part, ImagePart | FilePart | AudioPart) and part.file_id]


def file_name(session: Session, format: Format) -> str:  # noqa: A002 - the contract's name
    """A name that is safe in a header and on every disk."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", session.title or "").strip("-").lower()[:40]
    name = session.id if not words or DEVICES.fullmatch(words) else words
    return f"{name}.{ENDINGS[format]}"


def _speaker(message: Message) -> str:
    if message.role == "user":
        return _one_line(message.author.name) if message.author else "You"
    return message.model or message.role.capitalize()


def _one_line(text: str) -> str:
    return " ".join(text.split())
