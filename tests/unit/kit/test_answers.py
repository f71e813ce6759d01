"""Answers and their description come from one type."""

import json

import msgspec

from palaver.kit.answers import answer, described, described_schemas, problems


class Leaf(msgspec.Struct):
    """A small thing."""

    name: str


class Branch(msgspec.Struct):
    """A thing that holds small things."""

    leaves: list[Leaf]


def test_a_value_is_answered_as_json_with_its_status_and_headers() -> None:
    response = answer(Branch([Leaf("é")]), 201, {"Location": "/there"})
    assert (response.status_code, response.headers["content-type"]) == (201, "application/json")
    assert response.headers["location"] == "/there"
    assert json.loads(bytes(response.body)) == {"leaves": [{"name": "é"}]}


def test_a_described_type_stands_among_the_schemas_with_what_it_is_made_of() -> None:
    says = described(Branch, 201, says="Made.")
    assert says[201]["description"] == "Made."
    assert says[201]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Branch"}
    schemas = described_schemas()
    assert schemas["Branch"]["properties"]["leaves"]["items"] == {"$ref": "#/components/schemas/Leaf"}
    assert schemas["Leaf"]["description"] == "A small thing."


def test_errors_are_described_as_problems_by_their_status() -> None:
    says = problems(_404="No such thing.", _409="Busy.")
    assert {status: one["description"] for status, one in says.items()} == {404: "No such thing.", 409: "Busy."}
    schema = says[404]["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Problem"}
    assert "code" in described_schemas()["Problem"]["required"]
