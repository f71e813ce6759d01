"""What a request of Anthropic's messages is made of, as it stands in the body; what it means is `asked.py`'s.

Marks for caches are taken anywhere, and mean nothing here: what is the same from call to call is cached anyway where
the model's vendor can (`inference/providers`). Whatever has no field is refused by its name.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from palaver.runs.client_tools import LONGEST_RESULT, MOST_TOOLS, TOOL_NAME
from palaver.sessions.incoming import LONGEST_METADATA, LONGEST_TEXT

MOST_MESSAGES = 10_000
LEAST_THOUGHT = 1_024  # tokens, as Anthropic has it
LARGEST_FILE = 33_554_432  # characters of base64: the whole body has no more

Content = Annotated[str, Field(min_length=1, max_length=LARGEST_FILE)]
CallId = Annotated[str, Field(min_length=1, max_length=200)]


class Strict(BaseModel):
    """Nothing that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Cache(Strict):
    """A mark that says up to where a vendor may cache."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class _Marked(Strict):
    cache_control: Cache | None = None


class Text(_Marked):
    """Words."""

    type: Literal["text"]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    citations: Annotated[list[Any], Field(max_length=0)] | None = None


class Elsewhere(Strict):
    """A file that stands somewhere; it is never fetched from here."""

    type: Literal["url"]
    url: Annotated[str, Field(max_length=8_192, pattern=r"^https://\S+$")]


class Uploaded(Strict):
    """A file of /api/v1/files."""

    type: Literal["file"]
    file_id: Annotated[str, Field(min_length=1, max_length=64)]


class Plain(Strict):
    """A text as a document."""

    type: Literal["text"]
    media_type: Literal["text/plain"]
    data: Content


class ImageFile(Strict):
    """An image that is written out."""

    type: Literal["base64"]
    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
    data: Content


class PdfFile(Strict):
    """A PDF that is written out."""

    type: Literal["base64"]
    media_type: Literal["application/pdf"]
    data: Content


class Image(_Marked):
    """A picture."""

    type: Literal["image"]
    source: Annotated[ImageFile | Elsewhere | Uploaded, Field(discriminator="type")]


class _Citations(Strict):
    enabled: Literal[False] = False


class Document(_Marked):
    """A document; `context` is said before it."""

    type: Literal["document"]
    source: Annotated[PdfFile | Plain | Uploaded, Field(discriminator="type")]
    title: Annotated[str, Field(max_length=200)] | None = None
    context: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = None
    citations: _Citations | None = None


class Thinking(Strict):
    """A thought, as it was told before."""

    type: Literal["thinking"]
    thinking: str
    signature: str


class Redacted(Strict):
    """A thought that was told sealed only."""

    type: Literal["redacted_thinking"]
    data: str


class _Direct(Strict):
    type: Literal["direct"]


class ToolUse(_Marked):
    """A call that the model made."""

    type: Literal["tool_use"]
    id: CallId
    name: Annotated[str, Field(min_length=1, max_length=200)]
    input: dict[str, Any]
    caller: _Direct | None = None


class ResultText(Text):
    """Words of a result, which may be longer."""

    text: Annotated[str, Field(max_length=LONGEST_RESULT)]


class ToolResult(_Marked):
    """What came of a call."""

    type: Literal["tool_result"]
    tool_use_id: CallId
    content: (
        Annotated[str, Field(max_length=LONGEST_RESULT)]
        | list[Annotated[ResultText | Image, Field(discriminator="type")]]
    ) = ""
    is_error: bool = False


Block = Annotated[
    Text | Image | Document | Thinking | Redacted | ToolUse | ToolResult,
    Field(discriminator="type"),
]


def _form(given: Any) -> str:
    return "text" if isinstance(given, str) else "blocks"


class Said(Strict):
    """One message of the history that the client keeps."""

    role: Literal["user", "assistant", "system"]
    content: Annotated[
        Annotated[Annotated[str, Field(max_length=LONGEST_TEXT)], Tag("text")]
        | Annotated[list[Block], Field(max_length=10_000), Tag("blocks")],
        Discriminator(_form),
    ]


class Tool(_Marked):
    """A tool of the client's own. `strict` is how all are treated: calls fit their schema before they are told."""

    type: Literal["custom"] | None = None
    name: Annotated[str, Field(pattern=TOOL_NAME)]
    description: Annotated[str, Field(max_length=20_000)] = ""
    input_schema: dict[str, Any]
    strict: bool | None = None
    eager_input_streaming: Literal[False] | None = None
    defer_loading: Literal[False] | None = None
    allowed_callers: list[Literal["direct"]] | None = None

    @field_validator("type", mode="before")
    @classmethod
    def _ours(cls, given: Any) -> Any:
        if given not in (None, "custom"):
            raise ValueError(f"{str(given)[:100]!r} is a tool of Anthropic's, which is not offered here")
        return given


class Choice(Strict):
    """Whether the model has to call a tool."""

    type: Literal["auto", "any", "tool", "none"]
    name: Annotated[str, Field(pattern=TOOL_NAME)] | None = None
    disable_parallel_tool_use: bool | None = None

    @model_validator(mode="after")
    def _named(self) -> "Choice":
        if (self.type == "tool") != (self.name is not None):
            raise ValueError("give a name with the type tool, and only with it")
        return self


class Thought(Strict):
    """How much the model thinks aloud, and whether it is told."""

    type: Literal["enabled", "adaptive", "disabled"]
    budget_tokens: Annotated[int, Field(ge=LEAST_THOUGHT)] | None = None
    display: Literal["summarized", "omitted"] | None = None

    @model_validator(mode="after")
    def _budgeted(self) -> "Thought":
        if (self.type == "enabled") != (self.budget_tokens is not None):
            raise ValueError("give budget_tokens with the type enabled, and only with it")
        return self


class _Format(Strict):
    type: Literal["json_schema"]
    schema_: Annotated[dict[str, Any], Field(alias="schema")]


class Output(Strict):
    """The form of the answer, and how much effort goes into it."""

    format: _Format | None = None
    effort: Literal["low", "medium", "high"] | None = None


class Metadata(Strict):
    """Who asks in the client's own system."""

    user_id: Annotated[str, Field(max_length=LONGEST_METADATA // 8)] | None = None


class Counted(_Marked):
    """The body of a request to count tokens, as far as it is honoured."""

    model: Annotated[str, Field(min_length=1, max_length=200)]
    messages: Annotated[list[Said], Field(min_length=1, max_length=MOST_MESSAGES)]
    system: str | list[Text] | None = None
    thinking: Thought | None = None
    tools: Annotated[list[Tool], Field(max_length=MOST_TOOLS)] | None = None
    tool_choice: Choice | None = None
    output_config: Output | None = None

    @field_validator("tools")
    @classmethod
    def _each_once(cls, given: list[Tool] | None) -> list[Tool] | None:
        names = [tool.name for tool in given or ()]
        if len(set(names)) < len(names):
            raise ValueError("tool names must be unique")
        return given


Stop = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class MessagesRequest(Counted):
    """The body of a request for an answer, as far as it is honoured."""

    max_tokens: Annotated[int, Field(ge=1, le=10_000_000)]
    stream: bool | None = None
    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    thread: Any = None
    stop_sequences: Annotated[list[Stop], Field(max_length=16)] | None = None
    metadata: Metadata | None = None
