"""Prompts that begin with `/name`: which command is meant, and what it makes of what follows; it asks nobody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from palaver.core.errors import Invalid

LONGEST_EXPANDED = 100_000  # characters, as a prompt has

_CALL = re.compile(r"/([A-Za-z0-9][A-Za-z0-9._:-]*)(?:\s+(.*))?", re.DOTALL)
_PLACE = re.compile(r"\$(ARGUMENTS\b|[1-9](?![0-9]))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as it stands on a shelf. `allowed_tools` are empty where nobody who may grant them has said so."""

    name: str
    body: str
    model: str | None = None
    allowed_tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """What a command made of a prompt, and what it wants for this turn."""

    command: str
    text: str
    model: str | None = None
    allowed_tools: tuple[str, ...] = ()


def called(text: str) -> tuple[str, str] | None:
    """The name and the rest of a prompt that begins with a command; None where it is plain text."""
    found = _CALL.fullmatch(text.strip())
    return (found[1], (found[2] or "").strip()) if found else None


def expand(text: str, commands: Mapping[str, Command]) -> Expanded | None:
    """What to ask instead. A name that is not known is plain text: people write paths, too."""
    call = called(text)
    command = commands.get(call[0]) if call else None
    if call is None or command is None:
        return None
    expanded = filled(command.body, call[1])
    return Expanded(command=command.name, text=expanded, model=command.model, allowed_tools=command.allowed_tools)


def filled(body: str, arguments: str) -> str:
    """The body with its places filled in; where it has none, the arguments follow it.

    What is filled in is not looked at again, so that an argument cannot be a place.
    """
    split = words(arguments)
    places = list(_PLACE.finditer(body))
    values = [arguments if place[1] == "ARGUMENTS" else _nth(split, int(place[1])) for place in places]
    # counted before it is made: a few places and a long argument could be more than there is memory
    if len(body) + sum(map(len, values)) > LONGEST_EXPANDED:
        raise Invalid(f"The command makes more than {LONGEST_EXPANDED:,} characters of this.")
    if not places:
        return f"{body}\n\n{arguments}" if arguments else body
    pieces: list[str] = []
    end = 0
    for place, value in zip(places, values, strict=True):
        pieces += (body[end : place.start()], value)
        end = place.end()
    return "".join((*pieces, body[end:]))


def _nth(split: list[str], number: int) -> str:
    return split[number - 1] if number <= len(split) else ""


def words(arguments: str) -> list[str]:
    """The words of a line: white space parts them, quotation marks keep some together, a backslash takes one as it is.

    A quotation mark that is not closed is a sign like others: prompts are prose.
    """
    found: list[str] = []
    at = 0
    while at < len(arguments):
        if arguments[at].isspace():
            at += 1
            continue
        word, at = _word(arguments, at)
        found.append(word)
    return found


def _word(arguments: str, at: int) -> tuple[str, int]:
    """The word that begins here, and where it ends."""
    pieces: list[str] = []
    while at < len(arguments) and not arguments[at].isspace():
        piece, at = _piece(arguments, at)
        pieces.append(piece)
    return "".join(pieces), at


def _piece(arguments: str, at: int) -> tuple[str, int]:
    sign = arguments[at]
    if sign == "\\" and at + 1 < len(arguments):
        return arguments[at + 1], at + 2
    # in the middle of a word it is an apostrophe: don't
    opens = sign == '"' or (sign == "'" and (at == 0 or arguments[at - 1].isspace()))
    end = arguments.find(sign, at + 1) if opens else -1
    return (arguments[at + 1 : end], end + 1) if end > 0 else (sign, at + 1)
