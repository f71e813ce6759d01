"""How a question is written for each vendor: what is required, what is left out, what is marked to be kept."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.core.messages import ImagePart, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.inference.port import Ask, OutputFormat, ToolSpec, Turn
from palaver.inference.profiles import VENDORS
from palaver.inference.providers import anthropic_asking, openai_chat_asking, responses_asking
from palaver.inference.providers.anthropic_asking import Ability
from palaver.inference.providers.call_ids import IdForm, told_id
from palaver.inference.providers.offered_tools import MOST, OfferedTools
from palaver.inference.providers.schemas import strict_for_openai, within_anthropic
from palaver.inference.providers.seals import Seal, opened, sealed
from palaver.inference.providers.stopping import Stops

TOOL = ToolSpec("f", "Does.", {"type": "object", "properties": {}})
OPEN = OutputFormat({"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}})
CLOSED = OutputFormat(
    {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
)
MARK = {"type": "ephemeral"}


def ask(model: str = "claude-sonnet-4-5", *turns: Turn, **more: Any) -> Ask:
    return Ask(model=model, messages=turns or (Turn("user", (TextPart(text="hello"),)),), **more)


def anthropic(question: Ask, **ability: Any) -> dict[str, Any]:
    encoding = anthropic_asking.Encoding("p")
    encoding.abilities = {question.model: Ability(**ability)}
    return json.loads(encoding.body(question))


def responses(question: Ask, *, thoughts: bool = False) -> dict[str, Any]:
    return json.loads(responses_asking.Encoding("p", "developer", thoughts=thoughts).body(question))


def chat(question: Ask, vendor: str = "openai") -> dict[str, Any]:
    return json.loads(openai_chat_asking.Encoding(VENDORS[vendor], "p").body(question))


def call(call_id: str) -> ToolCallPart:
    return ToolCallPart(call_id=call_id, name="f", arguments={})


def result(call_id: str, content: str = "yes", *, ok: bool = True) -> ToolResultPart:
    return ToolResultPart(call_id=call_id, ok=ok, content=content)


def test_tools_system_text_and_the_last_two_things_said_are_marked_to_be_kept() -> None:
    turns = (
        Turn("user", (TextPart(text="one"),)),
        Turn("assistant", (call("a"), call("b"))),
        Turn("tool", (result("a"), result("b"))),
        Turn("assistant", (TextPart(text="ok"),)),
        Turn("user", (TextPart(text="two"),)),
    )
    body = anthropic(ask("claude-fake", *turns, system="Be kind.", tools=(TOOL, TOOL)))
    assert {place[:-1] for place in _places(body) if place[-1] == "cache_control"} == {
        ("messages", 2, "content", 1),
        ("messages", 4, "content", 0),
        ("tools", 1),
        ("system", 0),
    }


def _places(value: Any, *above: Any) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, one in inner for place in ((*above, key), *_places(one, *above, key))]


def test_results_and_what_a_person_says_after_them_are_one_message_to_anthropic() -> None:
    turns = (
        Turn("user", (TextPart(text="one"),)),
        Turn("assistant", (TextPart(text=" "), call("a"))),
        Turn("tool", (result("a", "", ok=False),)),
        Turn("user", (TextPart(text="stop"),)),
    )
    messages = anthropic(ask("claude-fake", *turns, tools=(TOOL,)))["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert [block["type"] for block in messages[1]["content"]] == ["tool_use"]
    returned = {"type": "tool_result", "tool_use_id": "a", "content": "(nothing)", "is_error": True}
    assert messages[2]["content"] == [returned, {"type": "text", "text": "stop", "cache_control": MARK}]


@pytest.mark.parametrize(
    ("model", "more", "meant"),
    [
        ("claude-sonnet-4-5", {}, 32_000),
        ("claude-sonnet-4-5", {"max_output_tokens": 100}, 100),
        ("claude-3-haiku-20240307", {"most_output": 4_096}, 4_096),
        ("claude-3-haiku-20240307", {"most_output": 4_096, "max_output_tokens": 9_000}, 4_096),
        ("unheard-of", {}, 8_192),
    ],
)
def test_anthropic_is_always_told_how_long_an_answer_may_be(model: str, more: dict[str, Any], meant: int) -> None:
    known = {"most_output": 64_000} if model == "claude-sonnet-4-5" else {}
    assert anthropic(ask(model, **more), **known)["max_tokens"] == meant


@pytest.mark.parametrize(
    ("model", "effort", "thinking", "output"),
    [
        ("claude-sonnet-4-5-20250929", None, None, None),
        ("claude-sonnet-4-5-20250929", "minimal", {"type": "enabled", "budget_tokens": 1_024}, None),
        ("claude-opus-4-1-20250805", "high", {"type": "enabled", "budget_tokens": 16_384}, None),
        ("claude-3-7-sonnet-latest", "low", {"type": "enabled", "budget_tokens": 2_048}, None),
        ("claude-opus-4-6", "minimal", {"type": "adaptive", "display": "summarized"}, {"effort": "low"}),
        ("claude-sonnet-5", "high", {"type": "adaptive", "display": "summarized"}, {"effort": "high"}),
        ("claude-3-5-haiku-20241022", "high", None, None),
        ("glm-5", "high", None, None),
    ],
)
def test_an_effort_becomes_what_the_model_knows(model: str, effort: Any, thinking: Any, output: Any) -> None:
    body = anthropic(ask(model, effort=effort, most_output=64_000))
    assert (body.get("thinking"), body.get("output_config")) == (thinking, output)


def test_what_a_server_lists_goes_before_what_an_id_says() -> None:
    body = anthropic(ask("claude-sonnet-4-5", effort="low"), way="adaptive", most_output=9_000)
    assert (body["thinking"]["type"], body["max_tokens"]) == ("adaptive", 9_000)


def test_thinking_leaves_room_for_an_answer_and_is_left_out_where_there_is_none() -> None:
    assert anthropic(ask(effort="high", max_output_tokens=4_000))["thinking"]["budget_tokens"] == 2_976
    assert "thinking" not in anthropic(ask(effort="high", max_output_tokens=2_000))
    assert "thinking" not in anthropic(ask(effort="high", tools=(TOOL,), tool_choice="required"))


def test_what_thinking_models_refuse_is_not_sent() -> None:
    assert anthropic(ask("claude-sonnet-4-5", temperature=1.7, top_p=0.5)).get("temperature") == 1.0
    assert "temperature" not in anthropic(ask("claude-sonnet-4-5", temperature=0.2, effort="low"))
    assert "temperature" not in anthropic(ask("claude-sonnet-5", temperature=0.2))
    assert anthropic(ask("claude-sonnet-4-5", top_p=0.5))["top_p"] == 0.5


@pytest.mark.parametrize(
    ("model", "wanted", "native"),
    [("claude-sonnet-5", CLOSED, True), ("claude-sonnet-5", OPEN, False), ("claude-3-haiku-20240307", CLOSED, False)],
)
def test_a_schema_is_told_natively_where_it_is_taken_and_else_in_words(
    model: str, wanted: OutputFormat, native: bool
) -> None:
    body = anthropic(ask(model, output_format=wanted, system="Be kind."))
    assert ("output_config" in body) is native
    if native:
        assert body["output_config"]["format"] == {"type": "json_schema", "schema": wanted.schema}
    assert ("JSON schema" in body["system"][0]["text"]) is not native


def test_images_go_to_anthropic_written_out_or_by_address() -> None:
    turn = Turn("user", (ImagePart(url="data:image/PNG;base64,AA=="), ImagePart(url="https://example.org/a.png")))
    first, second = anthropic(ask("claude-fake", turn))["messages"][0]["content"]
    assert first["source"] == {"type": "base64", "media_type": "image/png", "data": "AA=="}
    assert second["source"] == {"type": "url", "url": "https://example.org/a.png"}


def test_responses_keep_nothing_at_the_vendor_and_ask_for_seals_where_a_model_thinks() -> None:
    body = responses(ask("gpt-5.4", system="Be kind.", max_output_tokens=9, effort="low", tools=(TOOL,)))
    assert (body["store"], body["include"], body["reasoning"]) == (
        False, ["reasoning.encrypted_content"], {"effort": "low"}
    )  # fmt: skip
    assert (body["instructions"], body["max_output_tokens"], body["tools"][0]["strict"]) == ("Be kind.", 9, False)
    assert "include" not in responses(ask("gpt-4o"))
    assert responses(ask("gpt-5.4"), thoughts=True)["reasoning"] == {"summary": "auto"}


@pytest.mark.parametrize(("wanted", "strict"), [(CLOSED, True), (OPEN, False)])
def test_openai_is_asked_to_be_strict_where_the_schema_allows_it(wanted: OutputFormat, strict: bool) -> None:
    assert responses(ask("gpt-5.4", output_format=wanted))["text"]["format"]["strict"] is strict
    assert chat(ask("gpt-5.4", output_format=wanted))["response_format"]["json_schema"]["strict"] is strict


def test_thoughts_go_back_to_chat_servers_that_want_them_and_to_no_others() -> None:
    turns = (
        Turn("user", (TextPart(text="one"),)),
        Turn("assistant", (ReasoningPart(text="hm"), ReasoningPart(text="x", signature="other:x"), call("a"))),
        Turn("tool", (result("a"),)),
    )
    assert chat(ask("deepseek-chat", *turns), "deepseek")["messages"][1]["reasoning_content"] == "hm"
    assert "reasoning_content" not in chat(ask("gpt-5.4", *turns))["messages"][1]


def test_what_gemini_sealed_a_call_with_goes_back_with_it() -> None:
    extra = {"google": {"thought_signature": "abc"}}
    signature = sealed("openai_chat", Seal("p", "gemini-3", json.dumps(extra), "a"))
    turns = (
        Turn("user", (TextPart(text="one"),)),
        Turn("assistant", (ReasoningPart(text="", signature=signature), call("a"), call("b"))),
        Turn("tool", (result("a"), result("b"))),
    )
    first, second = chat(ask("gemini-3", *turns), "gemini")["messages"][1]["tool_calls"]
    assert first["extra_content"] == extra
    assert "extra_content" not in second
    assert "extra_content" not in str(chat(ask("gemini-2.5", *turns), "gemini"))


def test_mistral_is_told_no_image_after_a_result() -> None:
    shown = ToolResultPart(
        call_id="a", ok=True, content="A plot.", parts=(ImagePart(url="data:image/png;base64,AA=="),)
    )
    turns = (Turn("user", (TextPart(text="x"),)), Turn("assistant", (call("a"),)), Turn("tool", (shown,)))
    messages = chat(ask("mistral-large", *turns), "mistral")["messages"]
    assert messages[-1]["role"] == "tool"
    assert "cannot be shown" in messages[-1]["content"]
    assert chat(ask("gpt-5.4", *turns))["messages"][-1]["role"] == "user"


def test_between_a_result_and_a_person_mistral_is_told_an_answer() -> None:
    turns = (
        Turn("user", (TextPart(text="x"),)),
        Turn("assistant", (call("a"),)),
        Turn("tool", (result("a"),)),
        Turn("user", (TextPart(text="Answer as JSON."),)),
    )
    roles = [message["role"] for message in chat(ask("mistral-large", *turns), "mistral")["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]
    assert [message["role"] for message in chat(ask("gpt-5.4", *turns))["messages"]][-2:] == ["tool", "user"]


def test_the_same_tools_are_written_once() -> None:
    written = 0

    def row(tool: ToolSpec) -> dict[str, Any]:
        nonlocal written
        written += 1
        return {"name": tool.name, "parameters": tool.parameters}

    offered = OfferedTools(row)
    parameters = {"type": "object"}
    for _ in range(3):
        assert bytes(offered.of((ToolSpec("f", "d", parameters),))) == b'[{"name":"f","parameters":{"type":"object"}}]'
    assert written == 1
    offered.of((ToolSpec("f", "another", parameters),))
    offered.of((ToolSpec("f", "d", dict(parameters)),))
    assert written == 3
    for number in range(MOST):
        offered.of((ToolSpec(f"g{number}", "d", parameters),))
    offered.of((ToolSpec("f", "d", parameters),))
    assert written == 3 + MOST + 1


@pytest.mark.parametrize(
    ("schema", "openai", "claude"),
    [
        (CLOSED.schema, True, True),
        (OPEN.schema, False, False),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}, False, True),
        ({"type": "array", "items": {"type": "string"}}, False, True),
        ({**CLOSED.schema, "properties": {"a": {"type": "integer", "minimum": 1}}}, True, False),
        ({**CLOSED.schema, "properties": {"a": {"type": "object"}}}, False, False),
        ({**CLOSED.schema, "$defs": {"b": {"oneOf": []}}}, False, False),
        ({**CLOSED.schema, "properties": {"a": {"$ref": "#"}}}, True, False),
    ],
)
def test_whether_vendors_take_a_schema(schema: dict[str, Any], openai: bool, claude: bool) -> None:
    assert (strict_for_openai(schema), within_anthropic(schema)) == (openai, claude)


@given(some.text(max_size=80), some.sampled_from(["short", "words", "nine"]))
def test_an_id_has_the_vendors_form_and_stays_the_same(call_id: str, form: IdForm) -> None:
    made = told_id(call_id, form)
    assert made == told_id(call_id, form) == told_id(made, form)
    assert len(made) <= {"short": 40, "words": 64, "nine": 9}[form]
    assert made.isascii()


@pytest.mark.parametrize("signature", [None, "", "k:", "k:{", "other:{}", 'k:{"provider":"p","model":"m"}', "k:\ud800"])
def test_a_signature_that_is_no_seal_opens_nothing(signature: str | None) -> None:
    assert opened("k", ReasoningPart(text="x", signature=signature), "p", "m") is None


def test_a_seal_opens_for_the_model_and_the_provider_that_made_it() -> None:
    seal = Seal("p", "m", "secret", "thing")
    part = ReasoningPart(text="x", signature=sealed("k", seal))
    assert opened("k", part, "p", "m") == seal
    assert opened("k", part, "q", "m") is opened("k", part, "p", "n") is opened("kk", part, "p", "m") is None


@given(
    some.text(alphabet="abS", max_size=30),
    some.lists(some.text(alphabet="abS", min_size=1, max_size=4), max_size=3),
    some.lists(some.integers(0, 30), max_size=5),
)
def test_an_answer_ends_at_a_stop_sequence_however_it_is_cut(text: str, stops: list[str], cuts: list[int]) -> None:
    cutter, told = Stops(tuple(stops)), ""
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, end in pairwise(places):
        told += "" if cutter.stopped else cutter.piece(text[start:end])
    told += cutter.rest()
    assert cutter.stopped == any(stop in text for stop in stops)
    assert text.startswith(told)
    assert not any(stop in told for stop in stops)
    if not cutter.stopped:
        assert told == text
    elif len(stops) == 1:
        assert told == text[: text.find(stops[0])]
