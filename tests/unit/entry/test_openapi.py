"""The OpenAPI document says what is really answered."""

from typing import Any

import msgspec
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.responses import Response

from palaver.entry import openapi
from palaver.identity.door import SECURED
from palaver.kit.answers import answer, described, problems


class Stem(msgspec.Struct):
    """A small thing."""

    name: str


class Asked(BaseModel):
    size: int


@pytest.fixture
def document() -> dict[str, Any]:
    router = APIRouter()

    @router.get("/api/v1/leaves", responses=described(Stem) | problems(_404="No leaf."), openapi_extra=SECURED)
    async def leaf() -> Response:
        return answer(Stem("a"))

    @router.post("/api/v1/auth/leaves", responses=described(Stem, 201))
    async def grow(asked: Asked) -> Response:
        return answer(Stem("a"), 201)

    app = FastAPI(version="1.2.3")
    app.include_router(router)
    openapi.describe(app)
    assert app.openapi() is app.openapi()
    return app.openapi()


def test_our_types_stand_among_the_schemas_and_are_referred_to(document: dict[str, Any]) -> None:
    answered = document["paths"]["/api/v1/leaves"]["get"]["responses"]["200"]
    assert answered["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Stem"}
    schemas = document["components"]["schemas"]
    assert schemas["Stem"]["required"] == ["name"]
    assert "size" in schemas["Asked"]["properties"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {ref.rpartition("/")[2] for ref in references(document)} <= set(schemas)
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


def test_what_every_request_can_get_is_described_as_a_problem(document: dict[str, Any]) -> None:
    get = document["paths"]["/api/v1/leaves"]["get"]["responses"]
    post = document["paths"]["/api/v1/auth/leaves"]["post"]["responses"]
    assert {"422", "500", "503"} <= set(get)
    assert {"413", "415", "422", "429", "500", "503"} <= set(post)
    assert not {"413", "415", "429"} & set(get)
    for status, says in (get | post).items():
        if int(status) >= 400:
            assert list(says["content"]) == ["application/problem+json"], status


def test_what_a_route_says_of_its_errors_stays(document: dict[str, Any]) -> None:
    assert document["paths"]["/api/v1/leaves"]["get"]["responses"]["404"]["description"] == "No leaf."


def test_who_may_ask_is_described(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    security = document["paths"]["/api/v1/leaves"]["get"]["security"]
    assert security
    assert {name for one in security for name in one} <= set(schemes)
    assert document["info"]["version"] == "1.2.3"


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return here.union(*(references(one) for one in value.values()))
    return set().union(*(references(one) for one in value)) if isinstance(value, list) else set()
