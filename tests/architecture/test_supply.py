"""What Palaver is made of, as others may read it; and what is told of holes in it."""

import json
import runpy
import subprocess
import sys
from typing import Any

import pytest

from tests.architecture.source import ROOT

SBOM = ROOT / "requirements" / "sbom.py"
AUDIT = runpy.run_path(str(ROOT / "requirements" / "audit.py"))


def written() -> bytes:
    return subprocess.run([sys.executable, str(SBOM)], check=True, capture_output=True, timeout=60).stdout


def test_the_list_of_what_palaver_is_made_of_is_the_same_each_time_and_names_no_registry() -> None:
    text = written()
    assert text == written()
    assert b"://" not in text
    found: dict[str, Any] = json.loads(text)
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    names = {one["name"] for one in found["components"]}
    assert names >= {"fastapi", "cryptography", "preact"}
    assert not names & {"pytest", "vite", "ruff"}
    locked = (ROOT / "requirements" / "runtime.txt").read_text("utf-8").count("==")
    assert sum(one["purl"].startswith("pkg:pypi/") for one in found["components"]) == locked - markers()
    refs = [one["bom-ref"] for one in found["components"]]
    assert len(refs) == len(set(refs))
    assert found["dependencies"][0]["dependsOn"] == refs


def markers() -> int:
    """Markers compare with == as well."""
    lines = (ROOT / "requirements" / "runtime.txt").read_text("utf-8").splitlines()
    return sum(line.partition(";")[2].count("==") for line in lines if not line.startswith(" "))


@pytest.mark.parametrize(
    ("out", "err", "unasked"),
    [
        ("", "requests.exceptions.ConnectionError: HTTPSConnectionPool", True),
        ("", "npm error code ENOTFOUND", True),
        ("", "usage: pip-audit: error: no such option", False),
        ("", "", False),
        ("not json", "", False),
    ],
)
def test_only_when_nobody_could_be_asked_an_audit_ends_well_without_an_answer(
    out: str, err: str, *, unasked: bool
) -> None:
    with pytest.raises(AUDIT["NobodyAnswered"] if unasked else RuntimeError):
        AUDIT["_report"](out, err, 1)
