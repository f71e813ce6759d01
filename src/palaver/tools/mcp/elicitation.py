"""♥ What a server wants to know from the person, as questions, and their answers as the server expects them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from palaver.core.questions import Answers, Option, Question

Given = str | int | float | bool | list[str] | None

MOST_FIELDS = 16
YES, NO = "Yes", "No"
DONE = "Done"
LONGEST = 4_000


class AnswerUnfit(Exception):
    """An answer that is not of the kind the server asked for; the message tells the person."""


def questions(server: str, message: str, schema: Mapping[str, Any]) -> tuple[Question, ...]:
    """One question for each field; without fields, whether the person agrees."""
    fields = _fields(schema)
    if not fields:
        return (Question(header=server, question=_cut(message), options=(Option(YES), Option(NO))),)
    return tuple(
        Question(
            header=_cut(str(field.get("title") or name), 60),
            question=_asked(message if place == 0 else "", name, field, name in _required(schema)),
            options=_options(field),
            multi=field.get("type") == "array",
            optional=name not in _required(schema),
        )
        for place, (name, field) in enumerate(fields.items())
    )


def visit(server: str, message: str, url: str) -> tuple[Question, ...]:
    """The question of a server that wants the person to open an address, for a sign-in or a payment."""
    asked = f"{_cut(message)}\n\nOpen this address only if you expect it: {url}"
    return (Question(header=server, question=asked, options=(Option(DONE), Option(NO))),)


def agreed(answers: Answers) -> bool:
    """Whether a yes was said to a single question."""
    return bool(answers.given) and answers.given[0][:1] in {(YES,), (DONE,)}


def content(schema: Mapping[str, Any], answers: Answers) -> dict[str, Given]:
    """The fields with their values; raises `AnswerUnfit`. What is optional and was left empty is left out."""
    found: dict[str, Given] = {}
    for (name, field), said in zip(_fields(schema).items(), answers.given or (), strict=False):
        if not any(said):
            if name in _required(schema):
                raise AnswerUnfit(f"{field.get('title') or name} is needed.")
            continue
        found[name] = _value(str(field.get("title") or name), field, said)
    return found


def _fields(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    known = cast("dict[str, Any]", properties).items()
    return {name: field for name, field in list(known)[:MOST_FIELDS] if isinstance(field, dict)}


def _required(schema: Mapping[str, Any]) -> Sequence[str]:
    required = schema.get("required")
    return cast("list[str]", required) if isinstance(required, list) else ()


def _asked(message: str, name: str, field: Mapping[str, Any], required: bool) -> str:
    said = str(field.get("description") or field.get("title") or name)
    ask = said if required else f"{said} (may be left empty)"
    return _cut(f"{message}\n\n{ask}" if message else ask)


def _options(field: Mapping[str, Any]) -> tuple[Option, ...]:
    if field.get("type") == "boolean":
        return (Option(YES), Option(NO))
    return tuple(Option(_cut(label, 200)) for label in _choices(field))


def _choices(field: Mapping[str, Any]) -> dict[str, str]:
    """What may be chosen: what people see, and what the server is told."""
    source = field.get("items") if field.get("type") == "array" else field
    if not isinstance(source, dict):
        return {}
    items = cast("dict[str, Any]", source)
    titled = items.get("oneOf") or items.get("anyOf")
    if isinstance(titled, list):
        pairs = [cast("dict[str, Any]", one) for one in cast("list[Any]", titled) if isinstance(one, dict)]
        return {str(one.get("title") or one.get("const")): str(one.get("const")) for one in pairs}
    values = items.get("enum")
    if not isinstance(values, list):
        return {}
    names = items.get("enumNames")
    labels = cast("list[Any]", names) if isinstance(names, list) else []
    told = [str(value) for value in cast("list[Any]", values)]
    return {str(labels[at]) if at < len(labels) else value: value for at, value in enumerate(told)}


def _value(title: str, field: Mapping[str, Any], said: Sequence[str]) -> Given:
    choices = _choices(field)
    if field.get("type") == "array":
        return [choices.get(one, one) for one in said]
    text = said[0]
    match field.get("type"):
        case "boolean":
            return text == YES
        case "integer" | "number" as kind:
            return _number(title, text, kind)
        case _ if choices and choices.get(text, text) not in choices.values():
            raise AnswerUnfit(f"{title}: choose one of {', '.join(choices)}.")
        case _:
            return choices.get(text, text)


def _number(title: str, text: str, kind: str) -> int | float:
    plain = text.strip().replace(",", ".")
    if kind == "integer" and re.fullmatch(r"[+-]?\d{1,18}", plain):
        return int(plain)
    if kind == "number" and re.fullmatch(r"[+-]?\d{1,18}(\.\d{1,18})?", plain):
        return float(plain)
    raise AnswerUnfit(f"{title}: write a {'whole ' if kind == 'integer' else ''}number.")


def _cut(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
