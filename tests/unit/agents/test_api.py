from typing import Any

import jsonschema_rs
import pytest

from palaver.entry import shelf_examples
from palaver.entry.describing import describe
from tests.unit.agents.given import EVERY, Library


@pytest.fixture
def document(library: Library) -> dict[str, Any]:
    describe(library.app)
    return library.app.openapi()


def schema_of(document: dict[str, Any], content: dict[str, Any]) -> Any:
    whole = {"components": document["components"], **content["application/json"]["schema"]}
    return jsonschema_rs.Draft202012Validator(whole)


async def test_what_shelves_answer_and_every_example_fits_the_description(
    library: Library, document: dict[str, Any]
) -> None:
    operations = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    assert operations.keys() >= shelf_examples.REQUESTS.keys() | shelf_examples.ANSWERS.keys()
    for name, examples in shelf_examples.REQUESTS.items():
        for body in examples.values():
            schema_of(document, operations[name]["requestBody"]["content"]).validate(body)
    for name, told in shelf_examples.ANSWERS.items():
        status = "201" if name.startswith("create") else "200"
        schema_of(document, operations[name]["responses"][status]["content"]).validate(told)
    for path, body in EVERY.items():
        kind = path.replace("-", "_").removesuffix("s")
        made = await library.made(path, body)
        listed = await library.got(f"/{path}")
        schema_of(document, operations[f"get_{kind}"]["responses"]["200"]["content"]).validate(made)
        schema_of(document, operations[f"list_{kind}s"]["responses"]["200"]["content"]).validate(listed)
