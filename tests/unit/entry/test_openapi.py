"""The OpenAPI document says what is really answered."""

from typing import Any

import msgspec
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.responses import Response

from palaver.entry.describing import describe
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

    @router.post("/api/v1/auth/leaves", status_code=201, responses=described(Stem, 201))
    async def grow(asked: Asked) -> Response:
        return answer(Stem("a"), 201)

    router.add_api_route("/api/v1/leaves/{leaf_id}", leaf)
    app = FastAPI(version="1.2.3")
    app.include_router(router)
    describe(app)
    assert app.openapi() is app.openapi()
    return app.openapi()


def test_our_types_stand_among_the_schemas_and_are_referred_to(document: dict[str, Any]) -> None:
    answered = document["paths"]["/api/v1/leaves"]["get"]["responses"]["200"]
    assert answered["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Stem"}
    schemas = document["components"]["schemas"]
    assert schemas["Stem"]["required"] == ["name"]
    assert "size" in schemas["Asked"]["properties"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    components = document["components"]
    assert {tuple(ref.split("/")) for ref in references(document)} <= {
        ("#", "components", kind, name) for kind in components for name in components[kind]
    }
    assert not {"HTTPValidationError", "ValidationError"} & set(components["schemas"])


def test_what_every_request_can_get_is_described_as_a_problem(document: dict[str, Any]) -> None:
    get = document["paths"]["/api/v1/leaves"]["get"]["responses"]
    post = document["paths"]["/api/v1/auth/leaves"]["post"]["responses"]
    named = document["paths"]["/api/v1/leaves/{leaf_id}"]["get"]["responses"]
    assert set(get) == {"200", "401", "403", "404", "429", "500", "503"}
    assert set(post) == {"201", "413", "415", "422", "429", "500", "503"}
    assert set(named) == {"200", "404", "414", "422", "429", "500", "503"}
    for status, says in (get | post).items():
        if int(status) >= 400:
            assert list(says["content"]) == ["application/problem+json"], status
            assert says["content"]["application/problem+json"]["example"]["status"] == int(status)


def test_a_name_in_a_path_is_a_parameter_though_the_route_does_not_read_it(document: dict[str, Any]) -> None:
    (parameter,) = document["paths"]["/api/v1/leaves/{leaf_id}"]["get"]["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("leaf_id", "path", True)


def test_every_answer_says_its_headers_and_those_that_may_be_tried_again_say_when(document: dict[str, Any]) -> None:
    responses = document["paths"]["/api/v1/leaves"]["get"]["responses"]
    assert all("X-Request-ID" in response["headers"] for response in responses.values())
    assert {status for status, response in responses.items() if "Retry-After" in response["headers"]} == {"429", "503"}


def test_every_event_that_is_told_has_a_schema_with_its_place(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    kinds = schemas["Event"]["discriminator"]["mapping"]
    assert {"session", "run", "content", "reasoning", "usage", "message", "error", "done", "step_restarted"} <= set(
        kinds
    )
    assert not {"cancel_requested", "model_replied", "model_switched"} & set(kinds)
    for kind, ref in kinds.items():
        schema = schemas[ref.rpartition("/")[2]]
        assert schema["properties"]["type"]["enum"] == [kind]
        assert {"type", "seq", "run_id", "session_id"} <= set(schema["required"])


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
