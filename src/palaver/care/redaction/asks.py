"""♥ Every text of a question to a model, and the same question with other texts; why they change is not known here."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, assert_never, cast

import msgspec

from palaver.core.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from palaver.inference.port import Ask, OutputFormat, ToolSpec, Turn

# What of a JSON schema is words or values; everything else is its grammar, names of properties among it.
_WORDED = frozenset({"description", "title", "default", "examples", "enum", "const"})

Change = Callable[["Words"], str]


class Words(NamedTuple):
    """One text of a question. `sealed`: a vendor signed it, and takes it back only as it was told."""

    text: str
    sealed: bool = False


def texts_of(ask: Ask) -> list[Words]:
    """Every text, each once."""
    seen: dict[Words, None] = {}

    def note(words: Words) -> str:
        seen[words] = None
        return words.text

    rewritten(ask, note)
    return list(seen)


def rewritten(ask: Ask, change: Change) -> Ask:
    """The same question with every text changed."""
    plain = _plainly(change)
    form = ask.output_format
    return msgspec.structs.replace(
        ask,
        system=plain(ask.system) if ask.system else ask.system,
        messages=tuple(Turn(turn.role, tuple(_part(one, change) for one in turn.parts)) for turn in ask.messages),
        tools=tuple(
            ToolSpec(tool.name, plain(tool.description), _schema(tool.parameters, plain)) for tool in ask.tools
        ),
        output_format=OutputFormat(_schema(form.schema, plain), form.name) if form else None,
    )


def _plainly(change: Change) -> Callable[[str], str]:
    return lambda text: change(Words(text)) if text else text


def _part(part: Part, change: Change) -> Part:
    plain = _plainly(change)
    match part:
        case TextPart():
            return TextPart(text=plain(part.text))
        case ReasoningPart():
            sealed = part.signature is not None
            return msgspec.structs.replace(part, text=change(Words(part.text, sealed)) if part.text else "")
        case ToolCallPart():
            return msgspec.structs.replace(part, arguments=_values(part.arguments, plain))
        case ToolResultPart():
            inside = tuple(_named(one, plain) for one in part.parts)
            return msgspec.structs.replace(part, content=plain(part.content), parts=inside)
        case ImagePart() | FilePart():
            return _named(part, plain)
        case AudioPart():
            return part
        case _:
            assert_never(part)


def _named(part: ImagePart | FilePart, plain: Callable[[str], str]) -> Any:
    return msgspec.structs.replace(part, name=plain(part.name)) if part.name else part


def _values(value: Any, plain: Callable[[str], str]) -> Any:
    """The same JSON with every text in it changed; names of members stay."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return {name: _values(one, plain) for name, one in cast("Mapping[str, Any]", value).items()}
    return [_values(one, plain) for one in cast("list[Any]", value)] if isinstance(value, list | tuple) else value


def _schema(schema: Any, plain: Callable[[str], str]) -> Any:
    """The same schema with its words and allowed values changed."""
    if isinstance(schema, Mapping):
        return dict(_members(cast("Mapping[str, Any]", schema), plain))
    return [_schema(one, plain) for one in cast("list[Any]", schema)] if isinstance(schema, list | tuple) else schema


def _members(schema: Mapping[str, Any], plain: Callable[[str], str]) -> Iterator[tuple[str, Any]]:
    for name, one in schema.items():
        words = name in _WORDED and not (isinstance(one, Mapping) and name not in {"default", "const"})
        yield name, _values(one, plain) if words else _schema(one, plain)
