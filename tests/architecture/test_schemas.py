"""The schemas that are checked in are those of the code; a process of its own makes them, with nothing of the tests."""

import json
import subprocess
import sys
from typing import Any

from tests.architecture.source import ROOT


def test_schemas_and_the_clients_types_are_what_the_code_says() -> None:
    command = [sys.executable, "docs/reference/write.py", "--check"]
    looked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert looked.returncode == 0, looked.stdout + looked.stderr


def test_every_reference_of_the_events_leads_somewhere() -> None:
    events = json.loads((ROOT / "schema" / "events.json").read_text("utf-8"))
    assert set(_references(events)) <= {f"#/$defs/{name}" for name in events["$defs"]}


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [ref for one in schema for ref in _references(one)]
    if not isinstance(schema, dict):
        return []
    mine = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return mine + [ref for one in schema.values() for ref in _references(one)]
