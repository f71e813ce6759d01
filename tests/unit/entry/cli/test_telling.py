"""What `palaver chat` prints beside the answer."""

import pytest

from palaver.entry.cli.telling import Telling


async def test_who_helps_is_printed_whole_and_no_number_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    message = " ".join(["What you wrote matters."] * 20) + " You can say no."
    ways = [{"kind": "phone", "to": f"+25470000{number:04}"} for number in range(40)]
    lines = Telling(people=False)
    where = {"run_id": "run_1", "session_id": "ses_1"}
    helper = {"name": "Example Line " * 20, "channels": ways, "confirmed": False}
    lines.tell({"type": "care", "level": "high", "message": message, "resources": [helper], **where})
    said, helps = capsys.readouterr().err.splitlines()
    assert said == message
    assert helps.endswith("phone +254700000039 (not yet confirmed by a person)")
    assert "…" not in helps

    # Told again, because somebody comes: who helps was printed already.
    lines.tell({"type": "care", "level": "critical", "message": "Somebody comes.", "resources": [helper], **where})
    assert capsys.readouterr().err.splitlines() == ["Somebody comes."]
