"""The OpenAPI document: what routes say of themselves, our schemas and errors; it describes no route itself."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from palaver.identity.door import SECURITY_SCHEMES
from palaver.kit.answers import PROBLEM_JSON, REF_TEMPLATE, described_schemas
from palaver.kit.asked import asked_schemas

ABOUT = (
    "Apps and people talk to language models through Palaver. Every event of an answer is durable before it is told, "
    "has a number, and can be resumed from there."
)
# What every request can get, whatever it asks for.
_ALWAYS = {
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "A field is missing, unknown or wrong.",
    "500": "A fault of the server; the cause is in its log, under the request's id.",
    "503": "Temporarily unavailable; see Retry-After.",
}
_PROBLEM = {"content": {PROBLEM_JSON: {"schema": {"$ref": REF_TEMPLATE.format(name="Problem")}}}}


def describe(app: FastAPI) -> None:
    """Let `app` describe itself completely."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title="Palaver", version=app.version, description=ABOUT, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(asked_schemas())
    schemas.update(described_schemas())
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = SECURITY_SCHEMES
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return document


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status, says in _ALWAYS.items():
        if status in ("413", "415") and method not in ("post", "put", "patch"):
            continue
        known = responses.get(status, {})
        if PROBLEM_JSON not in known.get("content", {}):
            responses[status] = {"description": says, **_PROBLEM}
    if path.startswith("/api/v1/auth"):
        responses.setdefault("429", {"description": "Too many tries; see Retry-After.", **_PROBLEM})
