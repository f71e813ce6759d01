"""Models that act and people who answer them, in few words; what a journey shows is the journey's own business."""

import json
from typing import Any

from tests.journeys.house import Answer as Reply
from tests.journeys.house import House, Person
from tests.journeys.streams import Event
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer, Call, Say

RAN = "echo ran >> ran.txt"


def calls(*made: Call, text: str = "") -> Answer:
    """A model's answer that is nothing but calls."""
    return Answer([*([Say(text)] if text else []), *made])


def call(call_id: str, name: str, /, **arguments: Any) -> Call:
    """One call."""
    return Call(call_id, name, [json.dumps(arguments)])


def write(call_id: str, path: str, content: str) -> Call:
    """A call that needs a yes and may be made twice without harm."""
    return call(call_id, "Write", path=path, content=content)


def bash(call_id: str, command: str = RAN) -> Call:
    """A call that needs a yes, and whose every run can be counted."""
    return call(call_id, "Bash", command=command)


def says(text: str) -> Answer:
    """A model's answer in words."""
    return Answer([Say(text)])


def times_run(house: House, session_id: str) -> int:
    """How often `RAN` ran in a session."""
    path = house.home / "workspaces" / session_id / "ran.txt"
    return path.read_text().count("ran\n") if path.exists() else 0


def file_of(house: House, session_id: str, path: str) -> str | None:
    """What stands in a file of a session."""
    found = house.home / "workspaces" / session_id / path
    return found.read_text() if found.exists() else None


async def ask_until_waiting(person: Person, prompt: str, **more: Any) -> list[Event]:
    """Ask, and hear the run until it waits for somebody."""
    async with person.query(prompt, **more) as stream:
        await stream.until("waiting")
        return stream.heard


async def ended(person: Person, run_id: str) -> dict[str, Any]:
    """The message of a run, once it is over."""
    events = await person.whole(run_id)
    return next(event.data["message"] for event in events if event.type == "message")


async def decide(person: Person, run_id: str, call_id: str, decision: str, **more: Any) -> Reply:
    """What comes of an answer to what waits."""
    body = {"call_id": call_id, "decision": decision, **more}
    return await person.call("POST", f"/runs/{run_id}/answers", body)


async def decided(person: Person, run_id: str, call_id: str, decision: str, **more: Any) -> Any:
    """An answer that is taken."""
    reply = await decide(person, run_id, call_id, decision, **more)
    assert reply.status == 200, (reply.status, reply.body)
    return reply.json


def results(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The results in a message, by call."""
    return {part["call_id"]: part for part in message["parts"] if part["type"] == "tool_result"}


def told_results(vendor: FakeVendor, number: int = -1) -> dict[str, str]:
    """The results that a model was told with one of its requests, by call (format of chat completions)."""
    messages = vendor.heard[number].body["messages"]
    return {one["tool_call_id"]: str(one["content"]) for one in messages if one["role"] == "tool"}


def of_type(events: list[Event], kind: str) -> list[dict[str, Any]]:
    """What the events of one type say."""
    return [event.data for event in events if event.type == kind]
