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
REF_TEMPLATE = "#/components/schemas/{name}"


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response; `value` is anything msgspec encodes."""
    return Response(_encoder.encode(value), status, headers, JSON)


def described(kind: Any, status: int = 200, *, says: str = "Success") -> dict[int | str, dict[str, Any]]:
    """What a route puts into `responses=` to document that it answers `status` with a `kind`."""
    _described.append(kind)
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF_TEMPLATE)
    return {status: {"description": says, "content": {JSON: {"schema": schema}}}}


def described_schemas() -> dict[str, Any]:
    """The components of every type that was described, by name."""
    _, components = msgspec.json.schema_components(_described, ref_template=REF_TEMPLATE)
    return components
