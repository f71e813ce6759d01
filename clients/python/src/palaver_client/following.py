"""♥ A run as it is told: each event once and in order, however often the connection breaks; nothing is sent here."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from palaver_client.errors import APIError, ConnectionBroke, PalaverError, Waiting, of_event
from palaver_client.frames import Frames
from palaver_client.patience import Patience, Tries, passes
from palaver_client.scripts import Pause, Read, Request, Script, Tell, Telling, get, opened, path_of, streamed, whole
from palaver_client.shapes import Event, Message


@dataclass(slots=True)
class Heard:
    """What was heard of one run so far."""

    run_id: str | None = None
    session_id: str | None = None
    seq: int = 0
    over: bool = False
    message: Message | None = None
    failure: APIError | None = None
    waiting: dict[str, str] = field(default_factory=dict[str, str])  # calls, and the runs where they are answered
    waits_for_nobody: bool = False
    _known: set[str] = field(default_factory=set[str])
    _texts: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    @property
    def text(self) -> str:
        """The answer so far, without what became void."""
        return "".join(text for _, text in self._texts)

    def take(self, event: Event) -> bool:
        """Whether this is the next event; one that was heard before is not. Raises where one is missing."""
        if event["seq"] <= self.seq:
            return False
        if event["seq"] != self.seq + 1 and self.run_id is not None:
            raise ConnectionBroke("An event is missing.")
        self.run_id, self.session_id, self.seq = event["run_id"], event["session_id"], event["seq"]
        self._keep(event)
        waits = _is_told_of_waiting(event, event["run_id"], self.waiting)
        # Whoever was told once of a call may have answered it by now, wherever they did.
        if waits and self.waits_for_nobody and not self.waiting.keys() <= self._known:
            self._known |= self.waiting.keys()
            raise Waiting(event["run_id"], self.waiting)
        return True

    def _keep(self, event: Event) -> None:
        match event["type"]:
            case "content":
                self._texts.append((event["seq"], event["content"]))
            case "step_restarted":
                first = event["from_seq"]
                self._texts = [(seq, text) for seq, text in self._texts if seq < first]
            case "message":
                self.message = event["message"]
            case "error":
                self.failure = of_event(event)
            case "done":
                self.over = True
            case _:
                pass

    def end(self) -> Message:
        """The finished message; raises what the run failed with."""
        if self.failure:
            raise self.failure
        if self.message is None:
            raise PalaverError("The run ended without a message.")
        return self.message


def _is_told_of_waiting(event: Mapping[str, Any], run_id: str, waiting: dict[str, str]) -> bool:
    """Whether an event says that its run waits; what waits for a person is noted, in the runs of subagents too."""
    match event["type"]:
        case "approval" | "question":
            waiting[event["call_id"]] = run_id
        case "approval_resolved" | "question_answered":
            waiting.pop(event["call_id"], None)
        case "subagent":
            return _is_told_of_waiting(event["event"], event["child_run_id"], waiting)
        case _:
            pass
    return event["type"] == "waiting"


def told(heard: Heard, asking: Request, patience: Patience) -> Telling[Event]:
    """Every event after what was heard, to the last. A question is asked again until its first event has come."""
    tries = Tries(patience)
    while not heard.over:
        before = heard.seq
        error: PalaverError = ConnectionBroke("The connection broke and did not come back.")
        try:
            yield from _some(heard, streamed(_next(heard, asking)))
        except PalaverError as failed:
            error = failed
            if not passes(error) or (heard.seq == 0 and not patience.at_first):
                raise
        if heard.over:
            return
        if heard.seq > before:
            tries.anew()
        yield Pause(tries.wait(error))


def answered(heard: Heard, asking: Request, patience: Patience) -> Script[Message]:
    """The finished message; raises `Waiting` where nothing goes on until a person answers."""
    heard.waits_for_nobody = True
    try:
        while not heard.over:
            try:
                yield from told(heard, asking, patience)
            except Waiting as waiting:
                if (yield from _still(waiting, patience)):
                    raise
    finally:
        heard.waits_for_nobody = False
    return heard.end()


def _still(waiting: Waiting, patience: Patience) -> Script[bool]:
    """Whether it waits now: a run that is heard again tells also of what was answered long ago."""
    cursor: str | None = None
    while True:
        page = yield from whole(get("/approvals", cursor=cursor), patience)
        if any(item["call_id"] in waiting.calls for item in page["items"]):
            return True
        cursor = page.get("next_cursor")
        if cursor is None:
            return False


def _next(heard: Heard, asking: Request) -> Request:
    if heard.run_id is None or heard.seq == 0:
        return asking
    return following(heard.run_id, heard.seq)


def following(run_id: str, after: int) -> Request:
    """What a run tells after an event."""
    headers = {"Last-Event-ID": str(after)}
    return Request("GET", path_of("runs", run_id, "events"), headers=headers, again=True)


def _some(heard: Heard, request: Request) -> Telling[Event]:
    """What one connection tells."""
    yield from opened(request)
    frames = Frames()
    while piece := (yield Read()):
        for event in events_in(frames.feed(piece)):
            if heard.take(event):
                yield Tell(event)
        if heard.over:
            return


def events_in(said: Iterable[str]) -> Iterator[Event]:
    """The events of a stream's frames."""
    for data in said:
        try:
            yield cast("Event", json.loads(data))
        except ValueError:
            raise PalaverError("What answers there is no Palaver: its events are no JSON.") from None


def watched(session_id: str, patience: Patience) -> Telling[Event]:
    """Every event of a session's runs, whoever asked; it has no end.

    A run that was under way when the connection broke is heard to its end before others. One that began and ended
    while there was no connection is not told; its messages stand in the session.
    """
    asking, heard, tries = streamed(get(path_of("sessions", session_id, "events"))), Heard(), Tries(patience)
    while True:
        error: PalaverError = ConnectionBroke("The connection broke and did not come back.")
        try:
            yield from opened(asking)
            frames = Frames()
            while piece := (yield Read()):
                tries.anew()
                for event in events_in(frames.feed(piece)):
                    heard = heard if heard.run_id == event["run_id"] else Heard()
                    if heard.take(event):
                        yield Tell(event)
        except PalaverError as failed:
            error = failed
            if not passes(error):
                raise
        yield Pause(tries.wait(error))
        if heard.run_id and not heard.over:
            yield from told(heard, following(heard.run_id, heard.seq), patience)


class Spoken:
    """The pieces of an answer for somebody who reads along.

    What a cut step says again in the same words is not repeated; where it says something else, that begins on a new
    line, because what was read cannot be unread. `Heard.text` has the answer alone.
    """

    def __init__(self) -> None:
        self._given: list[tuple[int, str]] = []
        self._void = ""
        self._again = ""

    def take(self, event: Event) -> str:
        """What is to be read now; often nothing."""
        if event["type"] == "step_restarted":
            first = event["from_seq"]
            self._void = "".join(text for seq, text in self._given if seq >= first) or self._void
            self._given = [(seq, text) for seq, text in self._given if seq < first]
            self._again = ""
        if event["type"] != "content":
            return ""
        self._given.append((event["seq"], event["content"]))
        return self._compared(event["content"]) if self._void else event["content"]

    def _compared(self, piece: str) -> str:
        self._again += piece
        if self._void.startswith(self._again):
            return ""
        fresh = self._again
        same = fresh.startswith(self._void)
        shown, self._void, self._again = (fresh[len(self._void) :] if same else f"\n{fresh}"), "", ""
        return shown
