"""Structured output: an answer that is a value of a schema, whichever way the model is asked for it."""

import json
from typing import Any

import pytest

from tests.journeys.acting import ask_until_waiting, calls, decided, of_type, says, write
from tests.journeys.house import Opening, Person
from tests.journeys.streams import Event, assert_whole, text_of
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "people": {"type": "integer", "minimum": 1}},
    "required": ["city", "people"],
    "additionalProperties": False,
}
FORM = {"type": "json_schema", "schema": SCHEMA}
RIGHT = {"city": "Graz", "people": 300_000}
WRONG = ['{"city": "Graz"}', "Graz has many people.", '{"city": "Graz", "people": 0}', "[1]", ""]

# Of these names it is known that the vendor has structured output of its own; of the other nothing is known.
NATIVE, PLAIN = "fake/gpt-5.4", "fake/some-model"


def message_of(events: list[Event]) -> dict[str, Any]:
    """The finished message."""
    return of_type(events, "message")[0]["message"]


@keeps("output:valid")
@pytest.mark.parametrize("model", [NATIVE, PLAIN])
async def test_an_answer_that_follows_its_schema_comes_as_a_value(
    owner: Person, vendor: FakeVendor, model: str
) -> None:
    vendor.next(says(json.dumps(RIGHT)))
    events = await owner.ask("How big is Graz?", output_format=FORM, model=model)
    assert_whole(events)
    message = message_of(events)
    assert (message["structured_output"], message["status"]) == (RIGHT, "complete")
    assert await owner.get(f"/messages/{message['id']}") == message
    (_, listed) = await owner.messages(message["session_id"])
    assert listed["structured_output"] == RIGHT
    body = vendor.heard[0].body
    asked = body.get("response_format")
    if model == NATIVE:
        assert asked["json_schema"]["schema"]["properties"] == SCHEMA["properties"]
    else:
        assert asked is None
        assert "additionalProperties" in body["messages"][0]["content"]
    vendor.next(says(json.dumps(RIGHT)))
    single = await owner.post("/query/single", {"prompt": "and?", "output_format": FORM, "model": model})
    assert single["structured_output"] == RIGHT
    plain = message_of(await owner.ask("and now in words", session_id=message["session_id"], model=model))
    assert plain.get("structured_output") is None


async def test_a_value_in_a_code_fence_is_a_value(owner: Person, vendor: FakeVendor) -> None:
    vendor.next(says(f"```json\n{json.dumps(RIGHT)}\n```"))
    assert message_of(await owner.ask("?", output_format=FORM, model=PLAIN))["structured_output"] == RIGHT


@keeps("output:valid")
@pytest.mark.parametrize("model", [NATIVE, PLAIN])
@pytest.mark.parametrize("wrong", WRONG)
async def test_an_answer_that_does_not_follow_is_asked_for_again(
    owner: Person, vendor: FakeVendor, model: str, wrong: str
) -> None:
    vendor.next(says(wrong), says(json.dumps(RIGHT)))
    events = await owner.ask("?", output_format=FORM, model=model)
    assert_whole(events)
    message = message_of(events)
    assert message["structured_output"] == RIGHT
    assert message["text"] == text_of(events) == json.dumps(RIGHT)
    assert len(vendor.heard) == 2
    *_, refused, why = vendor.heard[1].body["messages"]
    assert (refused["role"], why["role"]) == ("assistant", "user")
    assert "JSON Schema" in str(why["content"])
    if wrong:
        assert of_type(events, "step_restarted")
    assert message["usage"]["output_tokens"] == 10  # both answers are paid


@keeps("output:valid")
async def test_an_answer_that_never_follows_is_an_error_and_not_an_answer(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(runs__format_tries="1")).owner()
    vendor.next(says("no"), says("never"), says(json.dumps(RIGHT)))
    events = await owner.ask("?", output_format=FORM)
    assert_whole(events)
    (error,) = of_type(events, "error")
    assert error["code"] == "output_invalid"
    message = message_of(events)
    assert (message["status"], message["error"]["code"]) == ("error", "output_invalid")
    assert message.get("structured_output") is None
    assert (len(vendor.heard), of_type(events, "done")[0]["finish_reason"]) == (2, "error")
    vendor.forget()
    vendor.next(says("no"), says("never"))
    reply = await owner.call("POST", "/query/single", {"prompt": "?", "output_format": FORM})
    assert reply.status == 502
    assert reply.json["code"] == "output_invalid"


@keeps("input:refused")
@pytest.mark.parametrize(
    "form",
    [
        {"type": "json_schema"},
        {"type": "json", "schema": SCHEMA},
        {"type": "json_schema", "schema": "object"},
        {"type": "json_schema", "schema": {"type": "objekt"}},
        {"type": "json_schema", "schema": {"properties": []}},
        {"type": "json_schema", "schema": {"type": "string", "pattern": "("}},
        {"type": "json_schema", "schema": {"$ref": "https://example.org/schema"}},
        {"type": "json_schema", "schema": {"$ref": "#/$defs/nothing"}},
        {"type": "json_schema", "schema": SCHEMA, "name": "no spaces, please"},
        {"type": "json_schema", "schema": SCHEMA, "strict": True},
        {"type": "json_schema", "schema": {"type": "string", "const": "x" * 300_000}},
    ],
)
async def test_a_schema_that_cannot_be_used_is_refused_before_the_turn(
    owner: Person, vendor: FakeVendor, form: dict[str, Any]
) -> None:
    for path in ("/query", "/query/single"):
        reply = await owner.call("POST", path, {"prompt": "?", "output_format": form})
        assert (reply.status, reply.json["code"]) == (422, "invalid"), reply.body
        assert "output_format" in str(reply.json["errors"])
    assert not vendor.heard
    assert (await owner.get("/sessions"))["items"] == []


@keeps("output:valid")
@pytest.mark.parametrize("model", [NATIVE, PLAIN])
async def test_an_agent_may_act_before_it_gives_its_value(owner: Person, vendor: FakeVendor, model: str) -> None:
    vendor.next(calls(write("c", "a.txt", "x"), text="I note it."), says("oops"), says(json.dumps(RIGHT)))
    heard = await ask_until_waiting(owner, "?", output_format=FORM, model=model)
    await decided(owner, heard[0].run_id, "c", "approve")
    events = await owner.whole(heard[0].run_id)
    message = message_of(events)
    assert message["structured_output"] == RIGHT
    assert [part["type"] for part in message["parts"]] == ["text", "tool_call", "tool_result", "text"]
    assert message["text"] == text_of(events) == "I note it." + json.dumps(RIGHT)


async def test_an_answer_that_was_cut_by_its_length_is_no_value(owner: Person, vendor: FakeVendor) -> None:
    from tests.vendor.spoken import Answer, Say

    vendor.next(Answer([Say('{"city": "Gr')], reason="length"))
    message = message_of(await owner.ask("?", output_format=FORM))
    assert (message["finish_reason"], message.get("structured_output")) == ("length", None)


@pytest.mark.parametrize("schema", [{"type": "string"}, {"type": "array"}, {"type": ["null", "string"]}, {}, True])
async def test_any_kind_of_value_can_be_asked_for(owner: Person, vendor: FakeVendor, schema: Any) -> None:
    if schema is True:
        reply = await owner.call("POST", "/query", {"prompt": "?", "output_format": {**FORM, "schema": True}})
        assert reply.status == 422
        return
    value: Any = [] if schema == {"type": "array"} else "x"
    vendor.next(says(json.dumps(value)))
    message = message_of(await owner.ask("?", output_format={**FORM, "schema": schema}, model=PLAIN))
    assert message["structured_output"] == value
