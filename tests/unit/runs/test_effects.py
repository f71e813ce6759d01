"""Which calls stand in the ledger of effects, and what it says of them."""

import pytest

from palaver.core.errors import SessionBusy
from palaver.core.ids import SessionId
from palaver.files.snapshots import Snapshot
from palaver.runs.accepting import Accepted, Accepting
from palaver.runs.effects import LONGEST, lasting, reached, summary
from palaver.runs.keeping import Keeping, nothing
from palaver.tools.port import Effect, ToolSpec

SESSION = SessionId("ses_1")


def spec(name: str, effect: Effect, server: str | None = None) -> ToolSpec:
    return ToolSpec(name=name, description="", parameters={}, effect=effect, server=server)


@pytest.mark.parametrize(
    ("one", "how", "lasts"),
    [
        (spec("Bash", "acts"), "shell", True),
        (spec("Python", "acts"), "shell", True),
        (spec("WebFetch", "acts"), "network", True),
        (spec("Mail", "acts"), "other", True),
        (spec("mcp__a__send", "acts", "a"), "mcp", True),
        (spec("mcp__a__list", "reads", "a"), "mcp", False),
        (spec("Write", "edits"), None, False),
        (spec("Read", "reads"), None, False),
        (spec("TodoWrite", "notes"), None, False),
    ],
)
def test_what_reaches_outside_is_told_apart_from_what_stays(one: ToolSpec, how: str | None, lasts: bool) -> None:
    assert (reached(one), lasting(one)) == (how, lasts)


def test_a_call_is_said_in_one_line() -> None:
    assert summary({"command": "git push\n  origin"}) == "git push origin"
    assert summary({"url": "https://example.org", "query": "x"}) == "https://example.org"
    assert summary({"to": "ada", "count": 2}) == '{"to":"ada","count":2}'
    assert summary({"command": 3}) == '{"command":3}'
    long = summary({"code": "x" * 1_000})
    assert (len(long), long[-1]) == (LONGEST, "…")


class Taking:
    """Keeps workspaces, and remembers whose."""

    def __init__(self) -> None:
        self.taken: list[SessionId] = []

    def take(self, session_id: SessionId) -> Snapshot | None:
        self.taken.append(session_id)
        return Snapshot("00" * 32, 1, 1)


async def test_only_sessions_with_files_are_kept_before_a_turn() -> None:
    taking = Taking()
    keeping = Keeping(taking, lambda session_id: session_id == SESSION)
    assert await keeping.take(None) is None
    assert await keeping.take(SessionId("ses_2")) is None
    assert taking.taken == []
    assert (await keeping.take(SESSION)) == Snapshot("00" * 32, 1, 1)
    assert taking.taken == [SESSION]
    assert await nothing().take(SESSION) is None


def test_no_turn_begins_in_a_session_that_is_being_rewound() -> None:
    keeping = nothing()
    keeping.held.add(SESSION)

    def accepting() -> Accepting:
        raise AssertionError("begun")
        yield

    with pytest.raises(SessionBusy):
        next(keeping.around(SESSION, accepting(), None))
    waiting = object()
    with pytest.raises(StopIteration) as ended:
        next(keeping.around(SESSION, accepting(), None, waiting=waiting))  # type: ignore[arg-type]
    assert ended.value.value == ((), Accepted(waiting))  # type: ignore[arg-type]
