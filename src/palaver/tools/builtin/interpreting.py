"""Runs code as a REPL would, and keeps its figures: the program of the `Python` tool, run inside the sandbox.

The code comes from standard input. It is read by any Python 3.8 or newer and imports nothing of Palaver.
"""

import ast
import linecache
import os
import pathlib
import sys
import traceback
import types
import warnings

_NAME = "<code>"


def main() -> int:
    """Run what is read, show the value of its last expression, save figures that are open; the exit code."""
    code = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    linecache.cache[_NAME] = (len(code), None, code.splitlines(keepends=True), _NAME)
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.argv = [_NAME]
    sys.path.insert(0, str(pathlib.Path.cwd()))
    warnings.filterwarnings("ignore", message=".*non-interactive.*")  # showing a figure is what happens in the end
    ended = _run(code, module.__dict__)
    return _keep_figures() or ended


def _run(code: str, names: "dict[str, object]") -> int:
    try:
        for mode, tree in _halves(code):
            value = eval(compile(tree, _NAME, mode, dont_inherit=True), names)  # noqa: S307 - what this is for
            if mode == "eval":
                sys.displayhook(value)
    except SystemExit as asked:
        return _exit_code(asked)
    except BaseException as error:  # noqa: BLE001 - a REPL shows whatever it is, an interrupt too
        _show(error)
        return 1
    return 0


def _halves(code: str) -> "list[tuple[str, ast.Module | ast.Expression]]":
    """All but a last expression, to be executed, and that expression, to be shown."""
    tree = ast.parse(code, _NAME)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body.pop()
        return [("exec", tree), ("eval", ast.Expression(last.value))]
    return [("exec", tree)]


def _show(error: BaseException) -> None:
    """The traceback from the code's own first line on: what lies above it is ours."""
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename != _NAME:
        frame = frame.tb_next
    sys.stdout.flush()
    traceback.print_exception(type(error), error, frame)


def _exit_code(asked: SystemExit) -> int:
    if asked.code is None or isinstance(asked.code, int):
        return asked.code or 0
    sys.stderr.write(f"{asked.code}\n")
    return 1


def _keep_figures() -> int:
    """Save each open figure under a name that is free; 1 where one could not be drawn."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return 0
    try:
        for number in pyplot.get_fignums():
            pyplot.figure(number).savefig(_free_name())
    except Exception as error:  # noqa: BLE001 - drawing runs the code's own objects
        _show(error)
        return 1
    return 0


def _free_name() -> str:
    number = 1
    while os.path.lexists(f"figure-{number}.png"):
        number += 1
    return f"figure-{number}.png"


if __name__ == "__main__":
    sys.exit(main())
