"""However often a line breaks, a run is heard once and whole; what cannot be mended is told. No network is here."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from palaver_client import APIError, ConnectionBroke, Event, NotFound, PalaverError, Patience, Waiting
from palaver_client.following import Heard, Spoken, answered, told, watched
from palaver_client.scripts import Pause, Read, Reply, Request, Send, Tell

ASKING = Request("POST", "/query", json={"prompt": "x"}, again=True)
PATIENT = Patience(tries=3, first=1, longest=1)


def event(seq: int, kind: str, run: str = "run_1", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "seq": seq, "run_id": run, "session_id": "ses_1", **fields}


def run_of(*words: str, run: str = "run_1") -> list[dict[str, Any]]:
    said = [event(number, "content", run, content=word) for number, word in enumerate(words, 2)]
    last = len(words) + 2
    message = event(last, "message", run, message={"text": "".join(words)})
    return [event(1, "session", run), *said, message, event(last + 1, "done", run)]


def framed(events: list[dict[str, Any]]) -> bytes:
    return b"".join(b"id: %d\ndata: %b\n\n" % (one["seq"], json.dumps(one).encode()) for one in events)


class Line:
    """A server and the line to it: each answer ends, or breaks, after so many bytes."""

    def __init__(self, events: list[dict[str, Any]], cuts: Iterator[int | APIError | None]) -> None:
        self.events = events
        self._cuts = cuts
        self.asked: list[str] = []
        self.paused: list[float] = []
        self.pending: list[str] = []
        self._left = b""
        self._breaks = False

    def runs(self, script: Any) -> list[Any]:
        """What the script tells; raises what it raises."""
        heard: list[Any] = []
        came: Any = None
        failed: Exception | None = None
        while True:
            try:
                wanted = script.throw(failed) if failed else script.send(came)
            except StopIteration:
                return heard
            came = failed = None
            match wanted:
                case Tell(value):
                    heard.append(value)
                case Send(request):
                    came, failed = self._sent(request)
                case Read():
                    came, self._left = self._left[:7], self._left[7:]
                    if not came and self._breaks:
                        failed = ConnectionBroke("cut")
                case Pause(seconds):
                    self.paused.append(seconds)
                case _:
                    raise AssertionError(wanted)

    def _sent(self, request: Request) -> tuple[Reply | None, Exception | None]:
        self.asked.append(f"{request.method} {request.path}")
        if request.path == "/approvals":
            self._left = json.dumps({"items": [{"call_id": call} for call in self.pending]}).encode()
            return Reply(200, {}), None
        cut = next(self._cuts, None)
        if isinstance(cut, APIError):
            body = {"code": cut.code, "detail": cut.detail}
            self._left, self._breaks = json.dumps(body).encode(), False
            return Reply(cut.status, {"retry-after": str(cut.retry_after or 0)}), None
        after = int(request.headers.get("Last-Event-ID", 0))
        stream = framed([one for one in self.events if one["seq"] > after or request.path.startswith("/sessions")])
        self._left, self._breaks = stream[:cut], cut is not None
        return Reply(200, {}), None


cuts = st.lists(st.integers(0, 900), max_size=6)


@given(st.lists(st.text(min_size=1, max_size=9), max_size=6), cuts)
def test_every_event_is_told_once_and_in_order_wherever_the_line_breaks(words: list[str], cut: list[int]) -> None:
    line, heard = Line(run_of(*words), iter(cut)), Heard()
    patience = Patience(tries=len(cut) + 1, first=1, longest=1)
    assert line.runs(told(heard, ASKING, patience)) == run_of(*words)
    assert (heard.text, heard.end()["text"], heard.over) == ("".join(words), "".join(words), True)
    followed = line.asked.index("GET /runs/run_1/events") if "GET /runs/run_1/events" in line.asked else len(line.asked)
    assert set(line.asked[:followed]) == {"POST /query"}
    assert set(line.asked[followed:]) <= {"GET /runs/run_1/events"}


class Room(Line):
    """A session: the line breaks within its first run, its second run is heard, and then the session is gone."""

    def _sent(self, request: Request) -> tuple[Reply | None, Exception | None]:
        if request.path.startswith("/runs/"):
            return super()._sent(request)
        self.asked.append(request.path)
        match self.asked.count(request.path):
            case 1:
                self._left = framed(self.events)[: next(self._cuts)]
            case 2:
                self._left = framed(run_of("c", run="run_2"))
            case _:
                self._left = b'{"code": "not_found"}'
        return Reply(404 if self._left.startswith(b"{") else 200, {}), None


@given(st.integers(len(framed(run_of("a")[:1])), len(framed(run_of("a", "b"))) - 1))
def test_who_watches_a_session_hears_a_run_to_its_end_though_the_line_broke_and_then_the_next(cut: int) -> None:
    heard: list[Any] = []

    def noting() -> Any:
        script, came = watched("ses_1", PATIENT), None
        while wanted := script.send(came):
            heard.extend([wanted.value] if isinstance(wanted, Tell) else [])
            came = yield wanted

    with pytest.raises(NotFound):
        Room(run_of("a", "b"), iter([cut])).runs(noting())
    assert heard == run_of("a", "b") + run_of("c", run="run_2")


def test_a_line_that_never_comes_back_is_given_up_after_the_tries_and_progress_begins_them_anew() -> None:
    line = Line(run_of("a", "b"), iter([0] * 99))
    with pytest.raises(ConnectionBroke):
        line.runs(told(Heard(), ASKING, PATIENT))
    assert (len(line.asked), len(line.paused)) == (4, 3)
    first = len(framed(run_of("a")[:1]))
    mended = Line(run_of("a", "b"), iter([0, 0, 0, first, 0, 0, None]))
    assert mended.runs(told(Heard(), ASKING, PATIENT)) == run_of("a", "b")


class Telling(Line):
    """Tells the first time what it is given, and then as it should."""

    def __init__(self, first: list[dict[str, Any]]) -> None:
        super().__init__(run_of("a", "b"), iter([]))
        self._first = first

    def _sent(self, request: Request) -> tuple[Reply | None, Exception | None]:
        came = super()._sent(request)
        if len(self.asked) == 1:
            self._left = framed(self._first)
        return came


def test_an_event_that_comes_twice_is_told_once_and_one_that_is_left_out_is_asked_for() -> None:
    one, two, *more = run_of("a", "b")
    twice, short = Telling([one, two, two, one, *more]), Telling([one, two, *more[1:]])
    assert twice.runs(told(Heard(), ASKING, PATIENT)) == short.runs(told(Heard(), ASKING, PATIENT)) == run_of("a", "b")
    assert (twice.asked, short.asked) == (["POST /query"], ["POST /query", "GET /runs/run_1/events"])


def test_who_has_no_patience_at_first_has_it_later() -> None:
    hasty = Patience(tries=3, first=1, longest=1, at_first=False)
    with pytest.raises(ConnectionBroke):
        Line(run_of("a"), iter([0])).runs(told(Heard(), ASKING, hasty))
    assert Line(run_of("a"), iter([60 + 60, 0, None])).runs(told(Heard(), ASKING, hasty)) == run_of("a")


def test_what_the_server_refuses_for_good_is_not_asked_again() -> None:
    line = Line([], iter([APIError("No.", code="never_heard_of", status=418)]))
    with pytest.raises(APIError, match=r"^No\.$") as refused:
        line.runs(told(Heard(), ASKING, PATIENT))
    assert (refused.value.code, refused.value.status, type(refused.value)) == ("never_heard_of", 418, APIError)
    assert line.asked == ["POST /query"]


@pytest.mark.parametrize(("asked", "paused"), [(None, 1.0), (5, 5.0), (60, 60.0)])
def test_what_a_server_asks_for_is_waited_for(asked: int | None, paused: float) -> None:
    busy = APIError("Later.", code="rate_limited", status=429, retry_after=asked)
    line = Line(run_of("a"), iter([busy, None]))
    line.runs(told(Heard(), ASKING, PATIENT))
    assert 0.8 * paused <= line.paused[0] <= paused


def test_a_server_that_wants_more_time_than_there_is_is_told_at_once() -> None:
    busy = APIError("Tomorrow.", code="rate_limited", status=429, retry_after=86_400)
    line = Line([], iter([busy]))
    with pytest.raises(APIError, match="Tomorrow") as refused:
        line.runs(told(Heard(), ASKING, PATIENT))
    assert (refused.value.retry_after, line.paused) == (86_400.0, [])


def test_what_speaks_no_json_is_told_as_such() -> None:
    class Strange(Line):
        def _sent(self, request: Request) -> tuple[Reply | None, Exception | None]:
            self._left = b"data: <html>\n\n"
            return Reply(200, {}), None

    with pytest.raises(PalaverError, match="no Palaver"):
        Strange([], iter([])).runs(told(Heard(), ASKING, PATIENT))


def test_an_event_of_a_kind_that_is_not_known_is_told_and_changes_nothing() -> None:
    events = [event(1, "session"), event(2, "of_tomorrow", more=[1]), event(3, "done")]
    heard = Heard()
    assert Line(events, iter([])).runs(told(heard, ASKING, PATIENT)) == events
    with pytest.raises(PalaverError, match="without a message"):
        heard.end()


def test_text_that_became_void_is_not_in_the_answer_and_is_not_read_twice() -> None:
    events = [
        event(1, "session"),
        event(2, "content", content="one "),
        event(3, "content", content="two"),
        event(4, "step_restarted", from_seq=2),
        event(5, "content", content="one "),
        event(6, "content", content="two three"),
    ]
    heard, spoken = Heard(), Spoken()
    read = ""
    for one in cast("list[Event]", events):
        assert heard.take(one)
        read += spoken.take(one)
    assert (heard.text, read) == ("one two three", "one two three")
    assert not heard.take(cast("Event", events[3]))


ASKED = [event(1, "session"), event(2, "approval", call_id="c1"), event(3, "waiting")]
ANSWERED = [
    *ASKED,
    event(4, "approval_resolved", call_id="c1"),
    *({**one, "seq": one["seq"] + 3} for one in run_of()[1:]),
]


def test_a_run_that_waits_for_somebody_is_not_waited_for() -> None:
    line = Line(ASKED, iter([]))
    line.pending = ["c1"]
    with pytest.raises(Waiting) as raised:
        line.runs(answered(Heard(), ASKING, PATIENT))
    assert raised.value.calls == {"c1": "run_1"}
    below = [
        event(1, "session"),
        *(event(at, "subagent", child_run_id="run_2", event=one) for at, one in ((2, ASKED[1]), (3, ASKED[2]))),
    ]
    nested = Line(below, iter([]))
    nested.pending = ["c1"]
    with pytest.raises(Waiting) as raised:
        nested.runs(answered(Heard(), ASKING, PATIENT))
    assert raised.value.calls == {"c1": "run_2"}


def test_what_was_answered_before_is_no_reason_to_stop_hearing_a_run_again() -> None:
    line = Line(ANSWERED, iter([]))
    heard = Heard()
    line.runs(answered(heard, ASKING, PATIENT))
    assert (heard.over, heard.waiting) == (True, {})
    assert line.asked == ["POST /query", "GET /approvals", "GET /runs/run_1/events"]
