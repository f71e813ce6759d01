"""Installed functions are found by name; what cannot be imported is logged."""

import logging
from importlib.metadata import EntryPoint

import pytest

from palaver.tools.hooks.callbacks import GROUP, installed

FOUND = [
    EntryPoint("good", "json:loads", GROUP),
    EntryPoint("gone", "no_such_module:hook", GROUP),
    EntryPoint("value", "json:__name__", GROUP),
    EntryPoint("unasked", "no_such_module:other", GROUP),
]


def test_only_named_functions_are_imported_and_failures_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        callbacks = installed(["good", "gone", "value", "missing"], FOUND)
    assert list(callbacks) == ["good"]
    assert [record.args[0] for record in caplog.records if record.args] == ["gone", "missing", "value"]


def test_nothing_is_installed_where_nothing_is_named() -> None:
    assert installed([]) == {}
