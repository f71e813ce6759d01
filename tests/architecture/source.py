"""The source code of the package as the architecture tests read it; no rule stands here."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "palaver"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file: where it is, what it says, and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def place(self) -> str:
        """The path within the package, as the rules name it."""
        return self.path.relative_to(SOURCE).as_posix()

    def functions(self) -> Iterator[Function]:
        """Every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package."""
    texts = ((path, path.read_text("utf-8")) for path in sorted(SOURCE.rglob("*.py")))
    return tuple(Module(path, text, ast.parse(text)) for path, text in texts)


def own_lines(function: Function) -> int:
    """How long a function is, without its docstring and the functions inside it, which count for themselves."""
    inside = [node for node in ast.walk(function) if isinstance(node, Function) and node is not function]
    hidden = {line for node in inside for line in _lines(node)}
    if ast.get_docstring(function) is not None:
        hidden |= set(_lines(function.body[0]))
    return len(set(_lines(function)) - hidden)


def _lines(node: ast.stmt) -> range:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return range(first, (node.end_lineno or first) + 1)
