"""What all tests share: each carries the name of its folder as a marker, so that `pytest -m journeys` picks them."""

import gc
import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# What tests start reads no encoder from disk, half a second and 100 MB each; tests of the encoder turn it on.
os.environ["PALAVER_CARE__ENCODER"] = "off"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(item.path.relative_to(HERE).parts[0])


def pytest_collection_finish() -> None:
    """What was imported stays: whoever looks for garbage between thousands of tests need not look at it again."""
    gc.collect()
    gc.freeze()
