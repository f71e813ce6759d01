"""A request for a response as our own prompt: what it may say, and what is refused by name; it starts nothing."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from palaver.agents.wanted import Wanted
from palaver.inference.port import Effort, ToolChoice, ToolNamed
from palaver.runs.client_tools import MOST_TOOLS, TOOL_NAME
from palaver.runs.prompt import Prompt
from palaver.surfaces.models import AGENT
from palaver.surfaces.openai_fields import ANY_OBJECT, form_of, kept_with, spec_of
from palaver.surfaces.openai_responses.input_items import MOST_ITEMS, AnyItem, Strict

# What asks for nothing else than what happens anyway; anything else in these fields is refused.
NEUTRAL: dict[str, Sequence[Any]] = {
    "access_programs": (),
    "background_options": (),
    "context_management": (),
    "image": (),
    "include": (),
    "max_tool_calls": (),
    "moderation": (),
    "prompt": (),
    "prompt_cache_key": (),
    "prompt_cache_options": (),
    "prompt_cache_retention": (),
    "service_tier": ("auto", "default"),
    "store": (True,),
    "top_logprobs": (0,),
    "truncation": ("auto",),
}


class _Tool(Strict):
    type: Literal["function"]
    name: Annotated[str, Field(pattern=TOOL_NAME)]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class _Choice(Strict):
    type: Literal["function"]
    name: str


class _PlainForm(Strict):
    type: Literal["text", "json_object"]


class _SchemaForm(Strict):
    type: Literal["json_schema"]
    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    schema_: dict[str, Any] = Field(alias="schema")
    description: str | None = None
    strict: bool | None = None


class _Wording(Strict):
    format: Annotated[_PlainForm | _SchemaForm, Field(discriminator="type")] | None = None
    verbosity: Literal["medium"] | None = None


class _Reasoning(Strict):
    effort: Effort | None = None
    summary: Literal["auto"] | None = None
    generate_summary: Literal["auto"] | None = None


class _StreamOptions(Strict):
    include_obfuscation: Literal[False] | None = None


class _Conversation(Strict):
    id: str


def _as_items(value: Any) -> Any:
    return [{"role": "user", "content": value}] if isinstance(value, str) else value


Items = Annotated[list[AnyItem], Field(max_length=MOST_ITEMS), BeforeValidator(_as_items)]


class ResponseRequest(Strict):
    """The body of a request, as far as it is honoured."""

    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    input: Items = Field(default_factory=list)
    instructions: str | None = None
    background: bool | None = None
    conversation: str | _Conversation | None = None
    previous_response_id: str | None = None
    max_output_tokens: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    metadata: dict[str, str] | None = None
    parallel_tool_calls: bool | None = None
    reasoning: _Reasoning | None = None
    safety_identifier: str | None = None
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    text: _Wording | None = None
    tool_choice: Literal["auto", "none", "required"] | _Choice | None = None
    tools: Annotated[list[_Tool], Field(max_length=MOST_TOOLS)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    user: str | None = None

    @property
    def conversation_id(self) -> str | None:
        """The conversation that it goes on in."""
        return self.conversation.id if isinstance(self.conversation, _Conversation) else self.conversation

    @property
    def session_id(self) -> str | None:
        """The session that the client attaches to in its metadata."""
        return (self.metadata or {}).get("session_id")


class Standing(NamedTuple):
    """What a client's makers say: in this request, and in those that it goes on from."""

    before: Sequence[str] = ()
    now: Sequence[str] = ()


def prompt_of(asked: ResponseRequest, standing: Standing) -> Prompt:
    """Everything of a request but the conversation."""
    agent = asked.model.removeprefix(AGENT) if asked.model and asked.model.startswith(AGENT) else None
    said = [*standing.before, *standing.now]
    return Prompt(
        eventless=True,
        model=None if agent else asked.model,
        system_prompt="\n\n".join(text for text in (asked.instructions, *said) if text) or None,
        max_output_tokens=asked.max_output_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        effort=asked.reasoning.effort if asked.reasoning else None,
        client_tools=tuple(spec_of(one.name, one.description, one.parameters) for one in asked.tools or ()),
        tool_choice=_choice(asked),
        parallel_tool_calls=asked.parallel_tool_calls,
        metadata=kept_with(asked.metadata, user=asked.user, safety_identifier=asked.safety_identifier),
        wanted=Wanted(agent=agent, permission_mode="dontAsk", output_format=_form(asked)),
        server_tools=agent is not None,
        echo=_echo(asked, said),
    )


def _choice(asked: ResponseRequest) -> ToolChoice:
    said = asked.tool_choice or "auto"
    return ToolNamed(said.name) if isinstance(said, _Choice) else said


def _form(asked: ResponseRequest) -> dict[str, Any] | None:
    match asked.text.format if asked.text else None:
        case _SchemaForm() as given:
            return form_of(given.name, given.schema_, given.description)
        case _PlainForm(type="json_object"):
            return dict(ANY_OBJECT)
        case _:
            return None


def _echo(asked: ResponseRequest, standing: Sequence[str]) -> dict[str, Any]:
    """What the response says again, as far as the prompt has no word for it."""
    form = asked.text.format if asked.text else None
    said: dict[str, Any] = {
        "background": asked.background,
        "conversation": asked.conversation_id,
        "previous_response_id": asked.previous_response_id,
        "metadata": asked.metadata,
        "user": asked.user,
        "safety_identifier": asked.safety_identifier,
        "summary": (asked.reasoning.summary or asked.reasoning.generate_summary) if asked.reasoning else None,
        "format": form.model_dump(by_alias=True) if form and form.type != "text" else None,
        "standing": list(standing),
        "loose": [tool.name for tool in asked.tools or () if tool.strict is False],
    }
    echo = {name: value for name, value in said.items() if value}
    return {**echo, "instructions": asked.instructions} if standing else echo
