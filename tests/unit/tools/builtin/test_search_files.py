"""What the model is told of a search: passages to cite, and everything that was not searched."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from palaver.core.errors import Invalid
from palaver.files import searching
from palaver.tools.builtin.search_files import SPEC, SearchFiles
from palaver.tools.checking import problem
from tests.unit.files.shelves import ADA, ONE, Shelves, pdf, shelves
from tests.unit.tools.scenes import Told


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Shelves]:
    async with shelves(tmp_path) as found:
        yield found


async def use(made: Shelves, tmp_path: Path, **arguments: Any) -> str:
    assert problem(SPEC.parameters, arguments) is None
    scene = replace(Told(tmp_path).scene, user_id=ADA, session_id=ONE, workspace=made.of())
    outcome = await SearchFiles(made.searching).use(arguments, scene)
    assert outcome.ok
    return outcome.content


async def test_passages_come_with_the_words_to_cite_them_by(made: Shelves, tmp_path: Path) -> None:
    made.of().write("a/report.pdf", pdf("no", "The rent is 400"))
    made.of().write("b.txt", b"The rent of the house is due")
    told = await use(made, tmp_path, query="rent")
    assert told.count("[a/report.pdf, page 2] (score ") == 1
    assert told.count("\nThe rent is 400\n") == 1
    assert "[b.txt, line 1]" in told
    assert "b.txt" not in await use(made, tmp_path, query="rent", path="a/**")
    assert (await use(made, tmp_path, query="rent", limit=1)).count("(score ") == 1


async def test_what_was_not_found_and_what_could_not_be_read_is_said(made: Shelves, tmp_path: Path) -> None:
    assert await use(made, tmp_path, query="zebra") == "Nothing found in 0 files."
    made.of().write("a.txt", b"apples")
    made.of().write("bad.pdf", b"%PDF-1.7 no")
    made.of().write("x.png", b"\x89PNG\0")
    assert (await use(made, tmp_path, query="zebra")).split("\n") == [
        "Nothing found in 1 file.",
        "[Not read, or not wholly: bad.pdf: It cannot be read: it is damaged, protected, or too demanding.]",
        "[1 file without text, such as pictures.]",
    ]


async def test_a_copy_is_told_beside_its_passage(made: Shelves, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        made.of().write(name, b"apples")
    assert ", also in b.txt)" in await use(made, tmp_path, query="apples")


async def test_a_query_without_words_and_a_glob_that_is_none_are_the_models_fault(
    made: Shelves, tmp_path: Path
) -> None:
    for arguments in ({"query": "…"}, {"query": "x", "path": "{a,b}" * 7}):
        with pytest.raises(Invalid):
            await use(made, tmp_path, **arguments)


def test_what_the_tool_offers_is_what_a_search_tells() -> None:
    assert SPEC.effect == "reads"
    assert SPEC.parameters["properties"]["limit"]["maximum"] == searching.MOST
