"""What a client may ask for, as it stands in a request's body; it is checked here and nothing is started."""

from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from palaver.core.errors import Invalid, NotImplementedYet
from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import TextPart
from palaver.inference.port import Effort
from palaver.runs.prompt import Prompt, WhenBusy
from palaver.sessions.incoming import LONGEST_TEXT, PartIn, bounded, parts_of, refuse_empty, refuse_unwritable

LONGEST_PROMPT = LONGEST_TEXT

Text = Annotated[str, Field(max_length=LONGEST_PROMPT)]
Identifier = Annotated[str, Field(min_length=1, max_length=64)]


class Options(BaseModel):
    """How a turn is taken."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    system_prompt: Text | None = None
    system_prompt_append: Text | None = None
    max_output_tokens: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    max_turns: (
        Annotated[int, Field(ge=1, le=1000, description="Model calls this run may make; talk takes one.")] | None
    ) = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    stop: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=4)] | None = None
    effort: Effort | None = None
    permission_mode: Literal["default"] | None = Field(
        None, description="Only `default` is there until agents have tools."
    )
    when_busy: WhenBusy = Field("reject", description="What happens while the session is answering already.")
    metadata: dict[str, Any] | None = Field(None, description="Kept with the question and told to nobody.")
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Asking twice with one key starts one run; the header Idempotency-Key does the same."
    )
    parent_message_id: Identifier | None = Field(
        None, description="The message to go below; null is the beginning; without it, the end of the session's branch."
    )

    later: ClassVar[tuple[str, ...]] = (
        "allowed_tools",
        "disallowed_tools",
        "max_budget_usd",
        "output_format",
        "agents",
        "mcp_servers",
        "hooks",
    )

    @model_validator(mode="before")
    @classmethod
    def _name_what_is_not_there(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        fields = cast("dict[str, Any]", given)
        for name in cls.later:
            if fields.get(name) is not None:
                raise NotImplementedYet(f"`{name}` is not there yet; leave it out.")
        return {name: value for name, value in fields.items() if name not in cls.later}

    _bounded = field_validator("metadata")(bounded)

    @model_validator(mode="after")
    def _writable(self) -> Self:
        for text in (self.model, self.system_prompt, self.system_prompt_append, *(self.stop or ())):
            refuse_unwritable(text)
        return self


class Question(Options):
    """A turn to take in a session: a prompt, or parts."""

    prompt: Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT)] | None = None
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=100)] | None = None

    @model_validator(mode="after")
    def _say_something(self) -> Self:
        if self.prompt is not None and self.parts is not None:
            raise ValueError("give a prompt or parts, not both")
        if self.prompt is None and self.parts is None and self.parent_message_id is None:
            raise ValueError("give a prompt, parts, or the parent_message_id of a question to answer again")
        refuse_empty(self.prompt, self.parts)
        return self

    def asked(self, session_id: SessionId | None, key: str | None = None) -> Prompt:
        """The same as a value."""
        if self.prompt is None and self.parts is None and session_id is None:
            raise Invalid("To answer a question again, name its session.")
        given = parts_of(self.parts) if self.parts else ()
        return Prompt(
            parts=(TextPart(text=self.prompt),) if self.prompt is not None else given,
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
            metadata=self.metadata or {},
            when_busy=self.when_busy,
            idempotency_key=key or self.idempotency_key,
        )

    def _below(self) -> Any:
        if "parent_message_id" not in self.model_fields_set:
            return "head"
        return "root" if self.parent_message_id is None else MessageId(self.parent_message_id)


class Query(Question):
    """A turn to take in a session that is named, or in a new one."""

    session_id: Identifier | None = None
