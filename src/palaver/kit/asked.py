"""What a request says, as a pydantic model: read, and described in OpenAPI; it knows no model of our domain.

For routes that are asked so often that the framework's own way (80 µs and more) counts. Raises pydantic's
`ValidationError`, which `core.errors.Invalid.about` makes an answer of.
"""

from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from palaver.kit.answers import JSON, REF_TEMPLATE

Model = TypeVar("Model", bound=BaseModel)

_models: dict[str, type[BaseModel]] = {}


async def body(request: Request, model: type[Model]) -> Model:
    """The body, which is JSON."""
    return model.model_validate_json(await request.body() or b"null")


def query(request: Request, model: type[Model]) -> Model:
    """The query string; of a name that is given twice the last one counts."""
    return model.model_validate(dict(request.query_params), strict=False)


def takes_body(model: type[BaseModel]) -> dict[str, Any]:
    """What a route puts into `openapi_extra` to document its body."""
    _models[model.__name__] = model
    schema = {"$ref": REF_TEMPLATE.format(name=model.__name__)}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def gives(model: type[BaseModel], status: int = 200, *, says: str = "Success") -> dict[int | str, dict[str, Any]]:
    """What a route puts into `responses=` whose answer only a pydantic model describes; it does not make the answer."""
    _models[model.__name__] = model
    schema = {"$ref": REF_TEMPLATE.format(name=model.__name__)}
    return {status: {"description": says, "content": {JSON: {"schema": schema}}}}


def takes_query(model: type[BaseModel]) -> dict[str, Any]:
    """What a route puts into `openapi_extra` to document its query string."""
    schema = model.model_json_schema()
    needed = schema.get("required", ())
    shown = [_parameter(name, said) | {"required": name in needed} for name, said in schema["properties"].items()]
    return {"parameters": shown}


def takes_header(name: str, longest: int) -> dict[str, Any]:
    """One optional header, as OpenAPI describes it."""
    return {"name": name, "in": "header", "required": False, "schema": {"type": "string", "maxLength": longest}}


def asked_schemas() -> dict[str, Any]:
    """The components of every body that was described, by name."""
    components: dict[str, Any] = {}
    for name, model in _models.items():
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        components |= schema.pop("$defs", {})
        components[name] = schema
    return components


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    plain = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    shown = {**(plain[0] if plain else schema)}
    shown.pop("title", None)
    said = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": "query", "schema": shown, **said}
