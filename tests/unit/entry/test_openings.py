"""The bound of open connections is raised as far as it may be, and too low a one is said."""

import json
import subprocess
import sys

import pytest

from palaver.entry.openings import APART, ENOUGH, too_few

_ASK = """
import json, resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from palaver.entry.openings import allowed, raise_openings
print(json.dumps([allowed(), raise_openings(), *resource.getrlimit(resource.RLIMIT_NOFILE)]))
"""


@pytest.mark.parametrize(("soft", "hard"), [(256, 4096), (4096, 4096)])
def test_a_process_takes_as_many_as_the_system_allows(soft: int, hard: int) -> None:
    asked = [sys.executable, "-c", _ASK.format(soft=soft, hard=hard)]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(told.stdout) == [hard, hard, hard, hard]


def test_too_few_for_the_sockets_that_are_promised_is_said_with_both_numbers() -> None:
    assert too_few(ENOUGH, 10_000) is None
    assert too_few(10_000 + APART, 10_000) is None
    said = too_few(10_000 + APART - 1, 10_000)
    assert said is not None
    assert "10,999" in said
    assert "10,000" in said
