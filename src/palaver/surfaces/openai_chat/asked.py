"""A request of Chat Completions as our own prompt: what it may say, and what is refused by name; it starts nothing."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from palaver.agents.wanted import Wanted
from palaver.core.messages import ImagePart, Part, TextPart, ToolCallPart, ToolResultPart
from palaver.inference.port import Effort, ToolChoice, ToolNamed
from palaver.runs.client_tools import MOST_TOOLS, TOOL_NAME
from palaver.runs.prompt import Prompt
from palaver.sessions.incoming import IMAGE_URL, LONGEST_TEXT, refuse_unwritable
from palaver.surfaces.history import Said
from palaver.surfaces.models import AGENT
from palaver.surfaces.openai_fields import ANY_OBJECT, form_of, kept_with, spec_of
from palaver.surfaces.refusing import arguments_of, refused

# What asks for nothing else than what happens anyway; anything else in these fields is refused.
NEUTRAL: dict[str, Sequence[Any]] = {
    "n": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logit_bias": (),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "seed": (),
    "modalities": (["text"],),
    "audio": (),
    "prediction": (),
    "service_tier": ("auto", "default"),
    "store": (True,),
    "web_search_options": (),
    "functions": (),
    "function_call": (),
    "verbosity": ("medium",),
    "prompt_cache_key": (),
    "prompt_cache_retention": (),
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Function(_Strict):
    name: str
    arguments: str
    parsed_arguments: JsonValue = None  # clients that read the text send along what they read


class _Call(_Strict):
    id: Annotated[str, Field(min_length=1, max_length=200)]
    type: Literal["function"] = "function"
    function: _Function


class _ImageUrl(_Strict):
    url: Annotated[str, Field(pattern=IMAGE_URL)]
    detail: Literal["auto"] | None = None


class _Text(_Strict):
    type: Literal["text"]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)]


class _Image(_Strict):
    type: Literal["image_url"]
    image_url: _ImageUrl


class _Refusal(_Strict):
    type: Literal["refusal"]
    refusal: str


_Content = Annotated[_Text | _Image | _Refusal, Field(discriminator="type")]


class ChatMessage(_Strict):
    """One message of the history that the client keeps."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[_Content] | None = None
    name: str | None = None
    tool_calls: list[_Call] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    annotations: list[JsonValue] | None = None
    audio: None = None
    parsed: JsonValue = None  # as above
    function_call: None = None


class _FunctionTool(_Strict):
    name: Annotated[str, Field(pattern=TOOL_NAME)]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class ChatTool(_Strict):
    """A function that the client calls itself."""

    type: Literal["function"]
    function: _FunctionTool


class _Named(_Strict):
    name: str


class _Choice(_Strict):
    type: Literal["function"]
    function: _Named


class _Schema(_Strict):
    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    schema_: dict[str, Any] = Field(alias="schema")
    description: str | None = None
    strict: bool | None = None


class _Format(_Strict):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: _Schema | None = None


class _StreamOptions(_Strict):
    include_usage: bool = False
    include_obfuscation: Literal[False] | None = None


Stop = Annotated[str, Field(min_length=1, max_length=200)]


class ChatRequest(_Strict):
    """The body of a request, as far as it is honoured."""

    model: Annotated[str, Field(min_length=1, max_length=200)]
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=10_000)]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    stop: Stop | Annotated[list[Stop], Field(max_length=4)] | None = None
    tools: Annotated[list[ChatTool], Field(max_length=MOST_TOOLS)] | None = None
    tool_choice: Literal["auto", "none", "required"] | _Choice | None = None
    parallel_tool_calls: bool | None = None
    response_format: _Format | None = None
    reasoning_effort: Effort | None = None
    metadata: dict[str, str] | None = None
    user: str | None = None
    safety_identifier: str | None = None

    @field_validator("tools")
    @classmethod
    def _each_once(cls, given: list[ChatTool] | None) -> list[ChatTool] | None:
        names = [tool.function.name for tool in given or ()]
        if len(set(names)) < len(names):
            raise ValueError("two tools have the same name")
        return given

    @property
    def session_id(self) -> str | None:
        """The session that the client attaches to in its metadata."""
        return (self.metadata or {}).get("session_id")

    @property
    def with_usage(self) -> bool:
        """Whether the stream ends with what was consumed."""
        return self.stream_options is not None and self.stream_options.include_usage


def prompt_of(asked: ChatRequest) -> Prompt:
    """Everything of a request but the conversation."""
    agent = asked.model.removeprefix(AGENT) if asked.model.startswith(AGENT) else None
    functions = [tool.function for tool in asked.tools or ()]
    return Prompt(
        eventless=True,
        model=None if agent else asked.model,
        system_prompt=_instructions(asked.messages),
        max_output_tokens=asked.max_completion_tokens or asked.max_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        stop=(asked.stop,) if isinstance(asked.stop, str) else tuple(asked.stop or ()),
        effort=asked.reasoning_effort,
        client_tools=tuple(spec_of(one.name, one.description, one.parameters) for one in functions),
        tool_choice=_choice(asked),
        parallel_tool_calls=asked.parallel_tool_calls,
        metadata=kept_with(asked.metadata, user=asked.user, safety_identifier=asked.safety_identifier),
        wanted=Wanted(agent=agent, permission_mode="dontAsk", output_format=_form(asked.response_format)),
        server_tools=agent is not None,
    )


def history_of(asked: ChatRequest) -> list[Said]:
    """The conversation, without its instructions."""
    return [_said(message, at) for at, message in enumerate(asked.messages) if message.role not in _INSTRUCTING]


_INSTRUCTING = {"system", "developer"}


def _instructions(messages: Sequence[ChatMessage]) -> str | None:
    """What the client instructs, wherever in the history it stands."""
    said = ["".join(_words(message)) for message in messages if message.role in _INSTRUCTING]
    whole = "\n\n".join(text for text in said if text) or None
    refuse_unwritable(whole)
    return whole


def _said(message: ChatMessage, at: int) -> Said:
    if message.name and message.role != "tool":
        raise refused(f"messages.{at}.name", "Models are not told names here; write them into the text.")
    if message.role == "tool":
        if not message.tool_call_id:
            raise refused(f"messages.{at}.tool_call_id", "Name the call that this is the result of.", "missing")
        return Said("user", (_result(message),))
    parts = _parts(message, at)
    if message.role == "user":
        if not parts:
            raise refused(f"messages.{at}.content", "The message is empty.", "empty")
        return Said("user", parts)
    calls = (_call(call, f"messages.{at}.tool_calls.{n}") for n, call in enumerate(message.tool_calls or ()))
    return Said("assistant", (*parts, *calls))


def _parts(message: ChatMessage, at: int) -> tuple[Part, ...]:
    if message.content is None or isinstance(message.content, str):
        text = message.content or message.refusal
        refuse_unwritable(text)
        return (TextPart(text=text),) if text else ()
    made: list[Part] = []
    for n, part in enumerate(message.content):
        match part:
            case _Text(text=text):
                refuse_unwritable(text)
                made += [TextPart(text=text)] if text else []
            case _Refusal(refusal=text):
                made.append(TextPart(text=text))
            case _Image(image_url=image) if message.role == "user":
                made.append(ImagePart(url=image.url))
            case _Image():
                raise refused(f"messages.{at}.content.{n}", "Only users' messages may carry images.")
    return tuple(made)


def _words(message: ChatMessage) -> list[str]:
    if isinstance(message.content, str):
        return [message.content]
    return [part.text for part in message.content or () if isinstance(part, _Text)]


def _result(message: ChatMessage) -> ToolResultPart:
    text = "".join(_words(message))
    refuse_unwritable(text)
    return ToolResultPart(call_id=message.tool_call_id or "", ok=True, content=text)


def _call(call: _Call, where: str) -> ToolCallPart:
    arguments = arguments_of(call.function.arguments, f"{where}.function.arguments")
    return ToolCallPart(call_id=call.id, name=call.function.name, arguments=arguments)


def _choice(asked: ChatRequest) -> ToolChoice:
    said = asked.tool_choice or "auto"
    return ToolNamed(said.function.name) if isinstance(said, _Choice) else said


def _form(given: _Format | None) -> dict[str, Any] | None:
    if given is None or given.type == "text":
        return None
    if given.type == "json_object":
        return dict(ANY_OBJECT)
    form = given.json_schema
    if form is None:
        raise refused("response_format.json_schema", "Give the schema.", "missing")
    return form_of(form.name, form.schema_, form.description)
