"""Good and bad requests to the routes of files, checkpoints and contexts of a session that is there."""

import asyncio
import os
import sys
from io import BytesIO
from pathlib import Path

import pytest

from tests.journeys.house import House, Person
from tests.journeys.test_sessions import turn

pytestmark = pytest.mark.timeout(240)

CONFIG = """
[auth.openapi.bearer]
bearer = "${{KEY}}"

[parameters]
session_id = "{session_id}"
message_id = "{message_id}"
path = "a/b.txt"
from = "{message_id}"
to = "{head}"
"""
# What is done to one session and its messages, but for turns, and for what ends them.
PATHS = (
    r"^/api/v1/(sessions/\{session_id\}/(files|folders|previews|checkpoints|rewind|fork|tree|diff|effects|summar|context)"
    r"|messages/\{message_id\})"
)
LEFT_OUT = ("delete_message",)


async def test_thousands_of_requests_to_a_session_that_is_there_find_no_fault(
    house: House, owner: Person, tmp_path: Path
) -> None:
    session_id, message_id, _ = await turn(owner, "hello")
    at = f"/sessions/{session_id}"
    assert (await owner.call("PUT", f"{at}/files/a/b.txt", data=BytesIO(b"one"))).status == 200
    await owner.post(f"{at}/checkpoints")
    _, _, head = await turn(owner, "more", session_id=session_id)
    named = CONFIG.format(session_id=session_id, message_id=message_id, head=head)
    (tmp_path / "schemathesis.toml").write_text(named)
    words = ["run", f"{owner.url}/openapi.json", "--seed=7", "--phases=coverage"]
    words += ["--exclude-checks=positive_data_acceptance", "--no-color", "--request-timeout=10"]
    words += [f"--include-path-regex={PATHS}", "--exclude-tag=not there yet"]
    words += [f"--exclude-operation-id={one}" for one in LEFT_OUT]
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"),
        *words,
        cwd=tmp_path,
        env=os.environ | {"KEY": owner.token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert "Traceback" not in house.log.read_text()
    assert (await owner.call("GET", at)).status == 200
