"""Answers as JSON bytes and as OpenAPI schemas, both from the same msgspec type; it knows no type of our domain.

`entry/openapi.py` puts the schemas of all described types into the OpenAPI document.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

_encoder = msgspec.json.Encoder()
_described: list[Any] = []

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
REF_TEMPLATE = "#/components/schemas/{name}"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error as RFC 9457 has it; `code` is one of a few stable words, `errors` says which fields are wrong."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[dict[str, Any]] = []


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response; `value` is anything msgspec encodes."""
    return Response(_encoder.encode(value), status, headers, JSON)


def described(kind: Any, status: int = 200, *, says: str = "Success") -> dict[int | str, dict[str, Any]]:
    """What a route puts into `responses=` to document that it answers `status` with a `kind`."""
    _described.append(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        schema: dict[str, Any] = {"$ref": REF_TEMPLATE.format(name=kind.__name__)}  # as below, and nothing is looked at
    else:
        (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF_TEMPLATE)
    return {status: {"description": says, "content": {JSON: {"schema": schema}}}}


def problems(**says: str) -> dict[int | str, dict[str, Any]]:
    """What a route puts into `responses=` to document its errors: `problems(_404="No such session.")`."""
    _described.append(Problem)
    schema = {"$ref": REF_TEMPLATE.format(name="Problem")}
    return {
        int(status.removeprefix("_")): {"description": text, "content": {PROBLEM_JSON: {"schema": schema}}}
        for status, text in says.items()
    }


def described_schemas() -> dict[str, Any]:
    """The components of every type that was described, by name."""
    _, components = msgspec.json.schema_components(_described, ref_template=REF_TEMPLATE)
    return components
