"""Every setting does something, and the page that lists them is current."""

import ast
from pathlib import Path

import pytest

from docs.reference.write import pages
from palaver.entry.layers import settings_of
from palaver.entry.settings import Settings
from tests.architecture.source import modules


def _names_read() -> set[str]:
    """Every attribute that is read anywhere but where settings are declared or listed."""
    elsewhere = (module for module in modules() if module.place != "entry/reference.py")
    nodes = (node for module in elsewhere for node in ast.walk(module.tree))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}


def test_every_setting_is_read_somewhere() -> None:
    # Read where settings are made: `config` says which file, `bus_url` is checked to be what this version speaks.
    read = _names_read() | {"config", "bus_url"}
    assert [setting.name for setting in settings_of(Settings) if setting.path[-1] not in read] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_that_comes_from_the_code_is_current(page: Path) -> None:
    assert page.read_text("utf-8") == pages()[page], "`make docs` writes it anew"
