"""What a client may ask for, as it stands in a request's body; it is checked here and nothing is started."""

from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from palaver.agents.wanted import ANYTHING, Wanted
from palaver.core.errors import Invalid
from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import TextPart
from palaver.core.permissions import PermissionMode
from palaver.inference.port import Effort
from palaver.runs.client_tools import ClientTools
from palaver.runs.prompt import Prompt, WhenBusy
from palaver.sessions.beginning import TEMPLATE, TemplateName
from palaver.sessions.incoming import LONGEST_TEXT, PartIn, bounded, parts_of, refuse_empty, refuse_unwritable

LONGEST_PROMPT = LONGEST_TEXT
LARGEST_WISH = 262_144  # bytes of JSON of one field that speaks of the agent; it is kept with the run

_OF_AGENTS = frozenset(Wanted.__struct_fields__)

Text = Annotated[str, Field(max_length=LONGEST_PROMPT)]
Rule = Annotated[str, Field(min_length=1, max_length=2_000)]
Rules = Annotated[list[Rule], Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[list[Name], Field(max_length=100)]
Identifier = Annotated[str, Field(min_length=1, max_length=64)]


class OutputFormat(BaseModel):
    """The form of an answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["json_schema"]
    json_schema: dict[str, Any] = Field(alias="schema", description="A JSON Schema, draft 2020-12.")
    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")] = "answer"


class Options(ClientTools):
    """How a turn is taken."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    system_prompt: Text | None = None
    system_prompt_append: Text | None = None
    max_output_tokens: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    max_turns: Annotated[int, Field(ge=1, le=1000, description="Model calls this run may make.")] | None = None
    max_budget_usd: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] | None = Field(
        None, description="What the run may cost; reserved before each model call, settled after."
    )
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    stop: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=4)] | None = None
    effort: Effort | None = None
    permission_mode: PermissionMode | None = Field(
        None, description="How freely the agent may act in this run; without it, as its agent or session says."
    )
    allowed_tools: Rules | None = Field(
        None,
        description="Calls that need nobody's yes: `Name`, `mcp__server__*`, `Bash(git status:*)`, `Write(src/**)`.",
    )
    disallowed_tools: Rules | None = Field(None, description="Calls that are refused; a bare name is not even offered.")
    tool_preset: Name | None = Field(None, description="The name or id of a stored set of tools and rules.")
    output_format: OutputFormat | None = Field(None, description="The JSON Schema that the whole answer follows.")
    agent: Name | None = Field(None, description="The name or id of the stored agent that answers.")
    agents: dict[Name, dict[str, Any]] | Names | None = Field(
        None, description="Whom the agent may hand tasks to: definitions by name, or names of stored agents."
    )
    skills: Names | None = Field(None, description="The skills that may be opened, by name; without it, all of yours.")
    mcp_servers: dict[Name, dict[str, Any] | None] | None = Field(
        None,
        description="MCP servers of this run, over yours and the operator's; null turns one of these off, `{}` all.",
    )
    hooks: dict[str, list[dict[str, Any]]] | None = Field(
        None, description="Whom to ask or tell while the run works: by event, `[{matcher?, url, secret?, timeout?}]`."
    )
    when_busy: WhenBusy = Field("reject", description="What happens while the session is answering already.")
    metadata: dict[str, Any] | None = Field(None, description="Kept with the question and told to nobody.")
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Asking twice with one key starts one run; the header Idempotency-Key does the same."
    )
    parent_message_id: Identifier | None = Field(
        None, description="The message to go below; null is the beginning; without it, the end of the session's branch."
    )

    _bounded = field_validator("metadata")(bounded)

    @model_validator(mode="after")
    def _writable(self) -> Self:
        rules = (*(self.allowed_tools or ()), *(self.disallowed_tools or ()))
        for text in (self.model, self.system_prompt, self.system_prompt_append, *(self.stop or ()), *rules):
            refuse_unwritable(text)
        return self

    @field_validator("agents", "mcp_servers", "hooks", "output_format")
    @classmethod
    def _not_too_much(cls, given: Any) -> Any:
        plain = given.json_schema if isinstance(given, OutputFormat) else given
        if plain is not None and len(msgspec.json.encode(plain)) > LARGEST_WISH:
            raise ValueError(f"at most {LARGEST_WISH} bytes of JSON")
        return given

    def wanted(self) -> Wanted:
        """What of this speaks of the agent."""
        if self.model_fields_set.isdisjoint(_OF_AGENTS):
            return ANYTHING
        agents = self.agents
        return Wanted(
            agent=self.agent,
            agents=tuple(agents) if isinstance(agents, list) else agents,
            skills=tuple(self.skills) if self.skills is not None else None,
            tool_preset=self.tool_preset,
            mcp_servers=self.mcp_servers,
            hooks=self.hooks,
            allowed_tools=tuple(self.allowed_tools or ()),
            disallowed_tools=tuple(self.disallowed_tools or ()),
            permission_mode=self.permission_mode,
            max_turns=self.max_turns,
            max_budget_usd=self.max_budget_usd,
            output_format=self.output_format.model_dump(by_alias=True) if self.output_format else None,
        )


class TurnIn(Options):
    """A turn to take in a session: a prompt, or parts, or what came of calls that the client made."""

    prompt: Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT)] | None = None
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=100)] | None = None

    @model_validator(mode="after")
    def _say_something(self) -> Self:
        if self.prompt is not None and self.parts is not None:
            raise ValueError("give a prompt or parts, not both")
        said = self.prompt is not None or self.parts is not None or self.tool_results is not None
        if not said and self.parent_message_id is None:
            raise ValueError("give a prompt, parts, or the parent_message_id of a question to answer again")
        for result in self.tool_results or ():
            refuse_unwritable(result.content)
        refuse_empty(self.prompt, self.parts)
        return self

    def asked(self, session_id: SessionId | None, key: str | None = None) -> Prompt:
        """The same as a value."""
        if self.prompt is None and self.parts is None and session_id is None:
            raise Invalid("To answer a question again, or to bring results of tools, name the session.")
        given = parts_of(self.parts) if self.parts else ()
        said = (TextPart(text=self.prompt),) if self.prompt is not None else given
        return Prompt(
            parts=(*self.results(), *said),
            session_id=session_id,
            below=self._below(),
            model=self.model,
            system_prompt=self.system_prompt,
            system_prompt_append=self.system_prompt_append,
            max_output_tokens=self.max_output_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            stop=tuple(self.stop or ()),
            effort=self.effort,
            client_tools=self.specs(),
            tool_choice=self.choice(),
            parallel_tool_calls=self.parallel_tool_calls,
            metadata=self.metadata or {},
            wanted=self.wanted(),
            when_busy=self.when_busy,
            idempotency_key=key or self.idempotency_key,
        )

    def _below(self) -> Any:
        if "parent_message_id" not in self.model_fields_set:
            return "head"
        return "root" if self.parent_message_id is None else MessageId(self.parent_message_id)


class Query(TurnIn):
    """A turn to take in a session that is named, or in a new one."""

    session_id: Identifier | None = None
    template: TemplateName | None = TEMPLATE

    @model_validator(mode="after")
    def _for_a_new_session(self) -> Self:
        if self.session_id is not None and not self._default():
            raise ValueError("a template is what a new session begins with: leave session_id or template out")
        return self

    def asked(self, session_id: SessionId | None, key: str | None = None) -> Prompt:
        """The same as a value."""
        prompt = super().asked(session_id, key)
        return prompt if self._default() else msgspec.structs.replace(prompt, template=self.template)

    def _default(self) -> bool:
        return "template" not in self.model_fields_set
