"""Every setting does something, and the page that lists them is current."""

import ast

from palaver.entry.layers import settings_of
from palaver.entry.reference import as_markdown
from palaver.entry.settings import Settings
from tests.architecture.source import ROOT, modules


def _names_read() -> set[str]:
    """Every attribute that is read anywhere but where settings are declared or listed."""
    elsewhere = (module for module in modules() if module.place != "entry/reference.py")
    nodes = (node for module in elsewhere for node in ast.walk(module.tree))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}


def test_every_setting_is_read_somewhere() -> None:
    # `config` says where the file is, which is needed before there are settings: entry/settings.py reads it by name.
    read = _names_read() | {"config"}
    assert [setting.name for setting in settings_of(Settings) if setting.path[-1] not in read] == []


def test_the_page_that_lists_the_settings_is_current() -> None:
    page = ROOT / "docs" / "reference" / "settings.md"
    assert page.read_text("utf-8") == as_markdown(), "`make docs` writes it anew"
