"""Items as clients send them, and what they say; which item one only names is found by `references.py`."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, JsonValue, Tag

from palaver.core.messages import FilePart, ImagePart, Part, TextPart, ToolCallPart, ToolResultPart
from palaver.runs.client_tools import LONGEST_RESULT
from palaver.sessions.incoming import IMAGE_URL, LONGEST_TEXT, FileId
from palaver.surfaces.history import Said
from palaver.surfaces.refusing import arguments_of, refused

MOST_ITEMS = 10_000


class Strict(BaseModel):
    """What has no other fields than these."""

    model_config = ConfigDict(extra="forbid", strict=True)


Id = Annotated[str, Field(min_length=1, max_length=200)]
Status = Literal["in_progress", "completed", "incomplete"] | None


class _Text(Strict):
    type: Literal["input_text", "output_text", "text"]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    annotations: list[JsonValue] | None = None  # they come back as we gave them: none
    logprobs: list[JsonValue] | None = None
    parsed: JsonValue = None  # clients that read the text send along what they read


class _Refusal(Strict):
    type: Literal["refusal"]
    refusal: str


class _Image(Strict):
    type: Literal["input_image"]
    image_url: Annotated[str, Field(pattern=IMAGE_URL)] | None = None
    file_id: FileId | None = None
    detail: Literal["auto"] | None = None


class _File(Strict):
    type: Literal["input_file"]
    file_id: FileId
    filename: str | None = None


def _as_list(value: Any) -> Any:
    return [{"type": "input_text", "text": value}] if isinstance(value, str) else value


_Content = Annotated[_Text | _Refusal | _Image | _File, Field(discriminator="type")]


class Spoken(Strict):
    """A message."""

    type: Literal["message"] = "message"
    id: Id | None = None
    role: Literal["user", "assistant", "system", "developer"]
    content: Annotated[list[_Content], BeforeValidator(_as_list)]
    status: Status = None
    phase: None = None


class Called(Strict):
    """A call that an answer asked for."""

    type: Literal["function_call"]
    id: Id | None = None
    call_id: Id
    name: Id
    arguments: str
    parsed_arguments: JsonValue = None
    status: Status = None


class Returned(Strict):
    """What came of a call."""

    type: Literal["function_call_output"]
    id: Id | None = None
    call_id: Id
    output: str | list[_Text]
    status: Status = None


class Thought(Strict):
    """What a model thought aloud; it is not wanted back."""

    type: Literal["reasoning"]
    id: Id | None = None
    summary: list[JsonValue] | None = None
    content: list[JsonValue] | None = None
    encrypted_content: str | None = None
    status: Status = None


class Reference(Strict):
    """An item that stands here already, by its name alone."""

    type: Literal["item_reference"] = "item_reference"
    id: Id


Item = Spoken | Called | Returned | Thought | Reference


def _kind(value: Any) -> str | None:
    """Which of them it is: messages need not say so, and what has nothing but a name is a reference."""
    if not isinstance(value, dict):
        return None
    said = cast("dict[str, Any]", value)
    kind = said.get("type") or ("item_reference" if set(said) <= {"id", "type"} else "message")
    return kind if isinstance(kind, str) else None


AnyItem = Annotated[
    Annotated[Spoken, Tag("message")]
    | Annotated[Called, Tag("function_call")]
    | Annotated[Returned, Tag("function_call_output")]
    | Annotated[Thought, Tag("reasoning")]
    | Annotated[Reference, Tag("item_reference")],
    Discriminator(_kind),
]


class Instruction(NamedTuple):
    """What is said by whoever made the client, and not by who talks to it."""

    text: str


def said_by(items: Sequence[Item], where: str) -> Iterator[Said | Instruction | Reference]:
    """What items say, one by one; thoughts say nothing."""
    for at, item in enumerate(items):
        match item:
            case Spoken():
                yield _spoken(item, f"{where}.{at}")
            case Called():
                yield Said("assistant", (_call(item, f"{where}.{at}"),))
            case Returned():
                yield Said("user", (_result(item, f"{where}.{at}"),))
            case Reference():
                yield item
            case Thought():
                continue


def _spoken(item: Spoken, where: str) -> Said | Instruction:
    if item.role in {"system", "developer"}:
        if any(not isinstance(part, _Text) for part in item.content):
            raise refused(f"{where}.content", "Instructions are text.")
        return Instruction("".join(part.text for part in item.content if isinstance(part, _Text)))
    role = "assistant" if item.role == "assistant" else "user"
    parts = tuple(_parts(item, where))
    if role == "user" and not parts:
        raise refused(f"{where}.content", "The message is empty.", "empty")
    return Said(role, parts)


def _parts(item: Spoken, where: str) -> Iterator[Part]:
    for at, part in enumerate(item.content):
        match part:
            case _Text(text=text) | _Refusal(refusal=text):
                if text:
                    yield TextPart(text=text)
            case _ if item.role == "assistant":
                raise refused(f"{where}.content.{at}", "Only users' messages may carry images and files.")
            case _Image(image_url=url, file_id=file_id):
                if (url is None) == (file_id is None):
                    raise refused(f"{where}.content.{at}", "Give either image_url or file_id.", "image")
                yield ImagePart(url=url, file_id=file_id)
            case _File(file_id=file_id):
                yield FilePart(file_id=file_id)


def _call(item: Called, where: str) -> ToolCallPart:
    arguments = arguments_of(item.arguments, f"{where}.arguments")
    return ToolCallPart(call_id=item.call_id, name=item.name, arguments=arguments)


def _result(item: Returned, where: str) -> ToolResultPart:
    text = item.output if isinstance(item.output, str) else "".join(part.text for part in item.output)
    if len(text) > LONGEST_RESULT:
        raise refused(f"{where}.output", f"At most {LONGEST_RESULT} characters.", "too_long")
    return ToolResultPart(call_id=item.call_id, ok=True, content=text)
