"""House rules of `clients/python`: it stands alone, what decides in it touches nothing, and it can be read."""

import ast
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, own_lines
from tests.architecture.test_modules import KINDS, LONGEST_FILE, LONGEST_FUNCTION, UNFINISHED

CLIENT = ROOT / "clients" / "python" / "src" / "palaver_client"
MODULES = sorted(path for path in CLIENT.glob("*.py") if path.name != "shapes.py")  # which is written by a program
HEARTS = {"following", "frames", "patience", "scripts", "signatures"}
# What one may be asked for besides the standard library; anyio comes with httpx.
OTHERS = {"anyio", "httpx", "palaver_client"}
WORLD = {"anyio", "asyncio", "httpx", "os", "pathlib", "socket", "subprocess", "threading"}


def imported(path: Path) -> set[str]:
    """The packages that a module names."""
    tree = ast.parse(path.read_text("utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in plain | froms}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_client_stands_alone_and_can_be_read(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert imported(path) - sys.stdlib_module_names <= OTHERS
    assert ast.get_docstring(tree)
    assert path.stem not in KINDS
    assert text.count("\n") <= LONGEST_FILE
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [one.name for one in functions if own_lines(one) > LONGEST_FUNCTION] == []
    assert [word for word in UNFINISHED if word in text.replace("NotImplementedYet", "")] == []


@pytest.mark.parametrize("name", sorted(HEARTS))
def test_what_decides_in_the_client_touches_no_world(name: str) -> None:
    path = CLIENT / f"{name}.py"
    assert imported(path) & WORLD == set()
    waits = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Await)]
    assert waits == []
    assert (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").startswith("♥")


def test_only_hearts_say_that_they_are() -> None:
    assert {path.stem for path in MODULES if path.read_text("utf-8").startswith('"""♥')} == HEARTS
