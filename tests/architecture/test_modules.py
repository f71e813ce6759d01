"""How a file looks: it says what it is, is named for what it holds, and is short enough to be read at once."""

import ast

from tests.architecture.source import modules, own_lines

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
MIGRATIONS = "migrations/"  # a list of tables, made at once and never changed again

KINDS = {"util", "utils", "helper", "helpers", "common", "manager", "handler", "base", "impl", "misc"}
UNFINISHED = ("TODO", "FIXME", "XXX", "NotImplementedError")


def test_every_module_opens_with_a_sentence_about_what_it_is() -> None:
    silent = [module.place for module in modules() if not (ast.get_docstring(module.tree) or "").split("\n")[0].strip()]
    assert silent == []


def test_no_module_is_named_for_its_kind() -> None:
    assert [module.place for module in modules() if module.path.stem in KINDS or module.path.parent.name in KINDS] == []


def test_files_can_be_read_at_once() -> None:
    lengths = {module.place: module.text.count("\n") for module in modules()}
    assert {place: length for place, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_can_be_read_at_once() -> None:
    long = [
        f"{module.place}: {function.name} has {own_lines(function)} lines"
        for module in modules()
        for function in module.functions()
        if own_lines(function) > LONGEST_FUNCTION and not module.place.startswith(MIGRATIONS)
    ]
    assert long == []


def test_nothing_is_left_unfinished() -> None:
    left = [f"{module.place}: {word}" for module in modules() for word in UNFINISHED if word in module.text]
    assert left == []
