"""Which shelves there are, and what sets one kind of thing apart from another; it stores and answers nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from palaver.agents.bodies import AgentBody, CommandBody, SkillBody, ToolPresetBody
from palaver.core.errors import Invalid
from palaver.core.principal import Principal

Values = dict[str, Any]

# Models that only describe: they are built when somebody asks for the description.
LATER = {"defer_build": True}


class Settle(Protocol):
    """Makes what is stored of what is said, or raises what a caller can be told.

    `before` is what was stored until now, and `about` the id of the record, to which secrets are bound.
    """

    def __call__(self, values: Values, before: Values | None, *, about: str, principal: Principal) -> Values: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. `body` describes what is said of one; `settle` makes what is stored of it, and `show` what is told.

    Things that act in everybody's turns without being named are shared by administrators only (`operators_share`).
    """

    name: str
    body: type[BaseModel]
    settle: Settle
    show: Callable[[Values], Values] = lambda kept: kept
    operators_share: bool = False

    @property
    def said(self) -> str:
        """One of them, in a sentence."""
        return self.name.replace("_", " ").replace("mcp", "MCP")

    @property
    def many(self) -> str:
        """Several of them, in a sentence."""
        return f"{self.said}s"

    @property
    def path(self) -> str:
        """Their collection in the API."""
        return f"{self.name.replace('_', '-')}s"


def read(body: type[BaseModel], values: Values) -> Values:
    """What is said, checked, without what is not said; `Invalid` where it breaks a rule."""
    try:
        checked = body.model_validate(values)
    except ValidationError as error:
        raise Invalid.about(error.errors(include_url=False, include_context=False), "body") from None
    return {name: value for name, value in checked.model_dump(by_alias=True).items() if value is not None}


def creation(kind: Kind) -> type[BaseModel]:
    """The body of a request that makes one."""
    return create_model(f"New{named(kind)}", __base__=kind.body, __cls_kwargs__=LATER, shared=(bool, False))


def changes(kind: Kind) -> type[BaseModel]:
    """The body of a request that changes one: every field may be left out; `version` is the one it was made from."""
    fields = optional_fields(kind)
    fields |= {"shared": (bool | None, None), "version": (int | None, None)}
    forbid = ConfigDict(extra="forbid", strict=True, defer_build=True)
    return create_model(f"{named(kind)}Changes", __config__=forbid, **fields)


def optional_fields(kind: Kind) -> dict[str, Any]:
    """The fields of one, none of which must be there, as `create_model` takes them."""
    return {name: (_optional(info), None) for name, info in kind.body.model_fields.items()}


def named(kind: Kind) -> str:
    """The kind as part of the name of a schema."""
    return "".join(word.capitalize() for word in kind.name.split("_"))


def _plain(name: str, body: type[BaseModel]) -> Kind:
    def settle(values: Values, before: Values | None, *, about: str, principal: Principal) -> Values:
        return read(body, values)

    return Kind(name=name, body=body, settle=settle)


AGENT = _plain("agent", AgentBody)
SKILL = _plain("skill", SkillBody)
COMMAND = _plain("command", CommandBody)
TOOL_PRESET = _plain("tool_preset", ToolPresetBody)
PLAIN_KINDS = (AGENT, SKILL, COMMAND, TOOL_PRESET)


def _optional(info: Any) -> Any:
    annotated: Any = Annotated
    return (annotated[info.annotation, *info.metadata] if info.metadata else info.annotation) | None
