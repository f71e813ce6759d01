"""Promises are data: each is kept by a test, and says something."""

import ast

from tests.architecture.source import ROOT
from tests.promises import PROMISES


def kept() -> set[str]:
    """The names that stand in `@keeps(...)` above a test, anywhere in the tests."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found |= {name for decorator in node.decorator_list for name in promised(decorator)}
    return found


def promised(decorator: ast.expr) -> set[str]:
    if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "keeps"):
        return set()
    return {str(argument.value) for argument in decorator.args if isinstance(argument, ast.Constant)}


def test_every_promise_is_kept_by_a_test() -> None:
    assert PROMISES.keys() - kept() == set()


def test_every_promise_is_a_sentence_with_a_reason() -> None:
    for promise in PROMISES.values():
        assert promise.says.endswith(".")
        assert promise.because == "product" or promise.because.startswith(("issue:#", "https://"))
