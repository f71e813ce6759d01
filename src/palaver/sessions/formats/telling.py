"""Tells which form a document has, reads it, and says of a broken one what is wrong and where; it opens no file."""

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from palaver.core.errors import Invalid
from palaver.core.ids import SessionId
from palaver.sessions.formats import chatgpt, claude, ours
from palaver.sessions.formats.brought import Broken, Brought, Planted, plant
from palaver.sessions.formats.elements import Element
from palaver.sessions.project import Project

Form = Literal["palaver", "chatgpt", "claude"]

_READERS: dict[Form, Callable[[bytes], Brought]] = {
    "palaver": ours.brought,
    "chatgpt": chatgpt.brought,
    "claude": claude.brought,
}
_BYTE = re.compile(r"\(byte (\d+)\)")
_AT = re.compile(r"^(.*?) - at `(.*)`$", re.DOTALL)


class _Marks(msgspec.Struct):
    """The fields by which forms are told from each other."""

    format: msgspec.Raw = msgspec.Raw()
    mapping: msgspec.Raw = msgspec.Raw()
    chat_messages: msgspec.Raw = msgspec.Raw()


_marks = msgspec.json.Decoder(_Marks).decode


def read(element: Element, name: str, number: int) -> tuple[Form, Brought]:
    """The conversation of one element; `Invalid` names the file, the conversation, its line and the field."""
    try:
        form = _form(element.body)
        return form, _READERS[form](element.body)
    except (msgspec.DecodeError, UnicodeDecodeError, Broken) as error:
        raise refused(error, element, name, number) from None


def project(element: Element, name: str) -> Project:
    """The project that a document holds; `Invalid` as for `read`."""
    try:
        return ours.project(element.body)
    except (msgspec.DecodeError, UnicodeDecodeError, Broken) as error:
        raise refused(error, element, name, 1, what="project") from None


def planted(
    brought: Brought, session_id: SessionId, fresh: Callable[[], str], *, said: tuple[Element, str, int]
) -> Planted:
    """The tree of a conversation; `Invalid` as for `read`."""
    try:
        return plant(brought, session_id, fresh)
    except Broken as error:
        raise refused(error, *said) from None


def refused(error: Exception, element: Element, name: str, number: int, *, what: str = "conversation") -> Invalid:
    """What is told of a conversation that cannot be read."""
    line, says, at = element.line, str(error), error.at if isinstance(error, Broken) else "$"
    if byte := _BYTE.search(says):
        line += element.body.count(b"\n", 0, int(byte.group(1)))
    elif found := _AT.match(says):
        says, at = found.groups()
    place = [name, f"{what} {number}", f"line {line}", *([at] if at != "$" else [])]
    detail = f"{', '.join(place)}: {says}"
    where = {"loc": ["body", name, number - 1, *_fields(at)], "msg": f"line {line}: {says}", "type": "broken_file"}
    return Invalid(f"{detail}. Nothing was imported.", errors=[where])


def _form(document: bytes) -> Form:
    marks = _marks(document)
    if bytes(marks.format):
        return "palaver"
    if bytes(marks.mapping):
        return "chatgpt"
    if bytes(marks.chat_messages):
        return "claude"
    raise Broken("is no conversation that Palaver, ChatGPT or Claude exported")


def _fields(at: str) -> list[str | int]:
    """`$.messages[3].role` as the words of a place."""
    found = re.findall(r"\[(\d+)\]|([^.\[\]$]+)", at)
    return [int(number) if number else word for number, word in found]
