"""Python functions and installed packages as tools: schemas from type hints, texts from docstrings; it offers nothing.

A package adds tools by an entry point in the group `palaver.toolsets` that names a function without arguments, which
returns a sequence of tools.
"""

import inspect
import logging
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, get_type_hints

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from palaver.core.errors import Invalid
from palaver.tools.checking import check_schema
from palaver.tools.port import Effect, Outcome, Scene, Tool, ToolSpec
from palaver.tools.threads import in_thread

log = logging.getLogger(__name__)

GROUP = "palaver.toolsets"


class FunctionTool:
    """A function as a tool; `tool` makes one."""

    def __init__(self, function: Callable[..., Any], spec: ToolSpec, model: type[BaseModel], scene: str | None) -> None:
        self._function = function
        self._spec = spec
        self._model = model
        self._scene = scene

    @property
    def spec(self) -> ToolSpec:
        """What it is."""
        return self._spec

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """Call the function with arguments of the types it asks for; one that is not async runs in a thread."""
        try:
            read = self._model.model_validate(arguments)
        except ValidationError as error:
            raise Invalid.about(error.errors(include_url=False), "arguments") from None
        given = {name: getattr(read, name) for name in type(read).model_fields}
        if self._scene:
            given[self._scene] = scene
        if inspect.iscoroutinefunction(self._function):
            return _outcome(await self._function(**given))
        return _outcome(await in_thread(lambda _: self._function(**given)))


def tool(
    *,
    effect: Effect = "acts",
    name: str | None = None,
    replay_safe: bool = False,
    deadline: float = 120.0,
) -> Callable[[Callable[..., Any]], FunctionTool]:
    """Make a tool of a function, named after it and described by its docstring.

    A parameter of type `Scene` is handed the scene and is not part of the schema. What the function returns is told as
    text: a string as it is, an `Outcome` as it is, anything else as JSON. Without `effect` each call needs a person's
    yes.
    """

    def make(function: Callable[..., Any]) -> FunctionTool:
        hints = get_type_hints(function, include_extras=True)
        scene = next((parameter for parameter, hint in hints.items() if hint is Scene), None)
        model = _model(function, hints, scene)
        spec = ToolSpec(
            name=name or function.__name__,
            description=inspect.getdoc(function) or "",
            parameters=_schema(model),
            effect=effect,
            replay_safe=replay_safe,
            deadline=deadline,
        )
        check_schema(spec.parameters)
        return FunctionTool(function, spec, model, scene)

    return make


def installed() -> Sequence[Tool]:
    """The tools of all installed packages; one that cannot be had is logged and left out."""
    found: list[Tool] = []
    for point in entry_points(group=GROUP):
        found += loaded(point)
    return found


def loaded(point: EntryPoint) -> list[Tool]:
    """The tools of one entry point; none, with a line in the log, where something is wrong with it."""
    try:
        made: Iterable[Any] = point.load()()
        tools = list(made)
        wrong = [one for one in tools if not isinstance(getattr(one, "spec", None), ToolSpec)]
        if wrong:
            raise TypeError(f"{wrong[0]!r} is not a tool")
    except Exception as error:  # noqa: BLE001 - a package is anybody's code, and the server starts without it
        log.warning("The tools of a package cannot be used: %s", error, extra={"entry_point": point.value})
        return []
    return tools


def _model(function: Callable[..., Any], hints: dict[str, Any], scene: str | None) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY}:
            raise TypeError(f"{function.__name__}: a tool's parameters have names, and {parameter.name} has none.")
        if parameter.name == scene:
            continue
        if parameter.name not in hints:
            raise TypeError(f"{function.__name__}: the parameter {parameter.name} has no type.")
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], Field(default))
    return create_model(function.__name__, __config__=ConfigDict(extra="forbid"), **fields)


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    schema.pop("title", None)
    for shown in schema.get("properties", {}).values():
        shown.pop("title", None)
    return schema | {"type": "object", "properties": schema.get("properties", {})}


def _outcome(result: Any) -> Outcome:
    if isinstance(result, Outcome):
        return result
    if result is None:
        return Outcome("Done.")
    if isinstance(result, str):
        return Outcome(result)
    if isinstance(result, BaseModel):
        return Outcome(result.model_dump_json())
    return Outcome(msgspec.json.encode(result).decode())
