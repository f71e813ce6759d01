"""One request's names and definitions become wishes, or a refusal that says which one is wrong; it reads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from palaver.agents import wishes
from palaver.agents.bodies import InlineAgent, Name, OutputFormatIn
from palaver.agents.commands import Expanded
from palaver.agents.hooks import HOOK, HookKeeping
from palaver.agents.hooks import record_of as hook_record
from palaver.agents.kinds import AGENT, SKILL, TOOL_PRESET
from palaver.agents.recipe import SkillBrief, Subagent, Wish
from palaver.agents.servers import MCP_SERVER, ServerKeeping, definition_of
from palaver.agents.servers import record_of as server_record
from palaver.agents.shelf import Shelf, Thing
from palaver.agents.wanted import Wanted
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.tools.mcp.definition import named
from palaver.tools.rules import parsed

Values = dict[str, Any]
Place = tuple[str | int, ...]

MOST_INLINE = 20  # agents and servers that one request may define

_name: TypeAdapter[str] = TypeAdapter(Name)


@dataclass(frozen=True, slots=True)
class Keepings:
    """Who knows how secrets are kept."""

    servers: ServerKeeping
    hooks: HookKeeping


class Choosing:
    """What one person can use, asked by one request. `operator` are the MCP servers that everybody has."""

    def __init__(self, shelf: Shelf, principal: Principal, keepings: Keepings, operator: Sequence[Values]) -> None:
        self._shelf = shelf
        self._principal = principal
        self._keepings = keepings
        self._operator = operator

    def over(self, shelf: Shelf) -> "Choosing":
        """The same question of a shelf with more on it."""
        return Choosing(shelf, self._principal, self._keepings, self._operator)

    def unnamed(self, answering: Thing | None) -> Wish:
        """What acts without being named: it is one's own, an administrator's or the operator's."""
        return Wish(
            subagents=tuple(
                wishes.subagent(one)
                for one in self._shelf.unnamed(AGENT.name)
                if answering is None or one.name != answering.name
            ),
            skills=tuple(wishes.skill(one) for one in self._shelf.unnamed(SKILL.name)),
            mcp=wishes.overlaid(self._operator, [self._server(one) for one in self._shelf.unnamed(MCP_SERVER)]),
            hooks=tuple(wishes.hook(one, hook_record(one.id)) for one in self._shelf.every(HOOK)),
        )

    def agent(self, name: str | None, *where: str) -> Thing | None:
        """The agent that is to answer."""
        return self._named(AGENT.name, name, where) if name else None

    def of_agent(self, agent: Thing, whole: Values) -> Wish:
        """What it says; skills and servers of it that this person cannot use are left out."""
        skills, servers = whole.get("skills"), whole.get("mcp_servers")
        return wishes.of_agent(
            agent,
            whole,
            skills=None if skills is None else tuple(wishes.skill(one) for one in self._those(SKILL.name, skills)),
            mcp=None if servers is None else self._servers(servers),
        )

    def preset(self, name: str | None, *where: str) -> Wish:
        """What a preset says, or nothing."""
        return wishes.of_preset(self._named(TOOL_PRESET.name, name, where)) if name else Wish()

    def command(self, expanded: Expanded | None) -> Wish:
        """What the command wants that the prompt began with."""
        return Wish(model=expanded.model, allowed=expanded.allowed_tools) if expanded else Wish()

    def plain(self, wanted: Wanted, *where: str) -> Wish:
        """What stands in a request or in a session's settings, servers and hooks aside."""
        for field in ("allowed_tools", "disallowed_tools"):
            parsed(getattr(wanted, field), *where, field)
        return Wish(
            allowed=wanted.allowed_tools,
            disallowed=wanted.disallowed_tools,
            permission_mode=wanted.permission_mode,
            max_turns=wanted.max_turns,
            max_budget_usd=wanted.max_budget_usd,
            subagents=self._subagents(wanted, (*where, "agents")),
            skills=self._skills(wanted.skills, (*where, "skills")),
            output_format=wishes.output_format(
                _checked(OutputFormatIn, wanted.output_format, (*where, "output_format"))
            ),
        )

    def servers(self, said: Values | None, below: Sequence[Values], about: str) -> tuple[Values, ...] | None:
        """The servers of a request over those below it; `{}` turns all off, and null one of them."""
        if said is None:
            return None
        if not said:
            return ()
        _refuse_many(said, "mcp_servers")
        above = [self._inline_server(name, one, f"{about}:{name}") for name, one in said.items() if one is not None]
        return wishes.overlaid(below, above, [name for name, one in said.items() if one is None])

    def hooks(self, said: Values | None, about: str) -> tuple[Values, ...]:
        """The hooks of a request."""
        return self._keepings.hooks.inline(said, about) if said else ()

    def _inline_server(self, name: str, said: Any, about: str) -> Values:
        try:
            definition = self._keepings.servers.inline({} if said is None else said, self._principal, about)
            return {"name": named(name), "source": "request", "about": about, "definition": definition}
        except Invalid as error:
            found = error.errors or ({"loc": (), "msg": error.detail, "type": "definition"},)
            below = [{**one, "loc": ("mcp_servers", name, *one["loc"])} for one in found]
            raise Invalid.about(below, "body") from None

    def _subagents(self, wanted: Wanted, where: Place) -> tuple[Subagent, ...] | None:
        if wanted.agents is None:
            return None
        if not isinstance(wanted.agents, dict):
            found = [self._named(AGENT.name, one, (*where, at)) for at, one in enumerate(wanted.agents)]
            return tuple(wishes.subagent(one) for one in found)
        _refuse_many(wanted.agents, "agents")
        return tuple(self._inline_agent(name, said, where) for name, said in wanted.agents.items())

    def _inline_agent(self, name: str, said: Any, where: Place) -> Subagent:
        try:
            _name.validate_python(name)
        except ValidationError:
            says = "a name has 1 to 64 letters, digits, dots, - and _"
            raise _refusal((*where, name), says, "name") from None
        return wishes.inline_agent(name, _checked(InlineAgent, said, (*where, name)) or {})

    def _skills(self, names: tuple[str, ...] | None, where: Place) -> tuple[SkillBrief, ...] | None:
        if names is None:
            return None
        found = [self._named(SKILL.name, one, (*where, at)) for at, one in enumerate(names)]
        return tuple(wishes.skill(one) for one in found)

    def _servers(self, names: Sequence[str]) -> tuple[Values, ...]:
        of_operator = [one for one in self._operator if one["name"] in names]
        return wishes.overlaid(of_operator, [self._server(one) for one in self._those(MCP_SERVER, names)])

    def _server(self, one: Thing) -> Values:
        kept = definition_of(one.brief)
        admin = self._principal.admin if one.origin == "own" else one.trusted
        barred = {"barred": True} if self._keepings.servers.barred(kept, admin=admin) else {}
        return wishes.server(one, kept, server_record(one.id)) | barred

    def _those(self, kind: str, names: Sequence[str]) -> list[Thing]:
        found = [self._shelf.find(kind, name) for name in dict.fromkeys(names)]
        return [one for one in found if one is not None]

    def _named(self, kind: str, name: str, where: Place) -> Thing:
        found = self._shelf.find(kind, name)
        if found is None:
            there = ", ".join(self._shelf.names(kind)[:20]) or "none"
            said = kind.replace("_", " ")
            raise _refusal(where, f"There is no {said} `{name[:80]}` that you can use; there are: {there}.", "unknown")
        return found


def _checked(model: type[BaseModel], said: Any, where: Place) -> Values | None:
    if said is None:
        return None
    try:
        return model.model_validate(said).model_dump(by_alias=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise Invalid.about([{**one, "loc": (*where[1:], *one["loc"])} for one in found], str(where[0])) from None


def _refuse_many(said: Values, field: str) -> None:
    if len(said) > MOST_INLINE:
        raise _refusal(("body", field), f"at most {MOST_INLINE} can be defined in a request", "too_long")


def _refusal(where: Place, says: str, kind: str) -> Invalid:
    return Invalid.about([{"loc": where[1:], "msg": says, "type": kind}], str(where[0]))
