"""What every wire format keeps: text, thoughts, calls and ends come as the same pieces, and go back as they were."""

import asyncio
import time
from contextlib import aclosing
from typing import Any

import pytest

from palaver.core.errors import ModelTimeout
from palaver.core.messages import ImagePart, ReasoningPart, TextPart, ToolCallPart
from palaver.core.usage import Usage
from palaver.inference import failures
from palaver.inference.port import ReasoningPiece, TextPiece, ToolCallPiece, ToolNamed
from tests.conformance.wires import (
    KINDS,
    THINKERS,
    WEATHER,
    ask,
    asking,
    failing,
    finish_of,
    parts_of,
    pieces_of,
    result,
    said,
    text_in,
)
from tests.promises import keeps
from tests.vendor import Reply, anthropic
from tests.vendor.script import Drop, failure
from tests.vendor.spoken import Answer, Call, Say, Stall, Think, Trouble, Word

PICTURE = "data:image/png;base64,iVBORw0KGgo="
TOOLS: dict[str, Any] = {"tools": (WEATHER,)}
ODD = ["", '{"pl', 'ace": "Z\\u00', "fcrich, \\", '"x\\""', ', "n": 1', "}"]
every_format = pytest.mark.parametrize("kind", KINDS)


@every_format
async def test_text_comes_whole_with_its_usage_and_its_model(kind: str) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer([Say("Hel"), Say("lo")]))
        pieces = await pieces_of(provider, ask("claude-fake"))
        assert text_in(pieces) == "Hello"
        assert finish_of(pieces).reason == "stop"
        assert finish_of(pieces).usage == Usage(input_tokens=10, output_tokens=5)
        assert finish_of(pieces).model in ("claude-fake", "fake")


@keeps("models:formats")
@every_format
async def test_a_call_and_its_result_and_the_answer_to_it(kind: str) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer([Say("Let me see."), Call("call_1", "weather", ODD)]), Answer([Say("Sunny.")]))
        pieces = await pieces_of(provider, ask("claude-fake", **TOOLS))
        assert finish_of(pieces).reason == "tool_calls"
        running = said(*parts_of(pieces), role="assistant", status="partial")
        assert running.parts[:2] == (
            TextPart(text="Let me see."),
            ToolCallPart(call_id="call_1", name="weather", arguments={"place": 'Zürich, "x"', "n": 1}),
        )
        assert text_in(await pieces_of(provider, ask("claude-fake", going_on=running, **TOOLS))) == "Sunny."


@every_format
@pytest.mark.parametrize("together", [False, True])
async def test_calls_side_by_side_keep_their_arguments_apart(kind: str, together: bool) -> None:
    calls = [Call(f"c{number}", "weather", ['{"n"', ":", f"{number}", "}"]) for number in range(3)]
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer(calls, together=together), Answer([Say("ok")]))
        pieces = await pieces_of(provider, ask("claude-fake", **TOOLS))
        told = [part for part in parts_of(pieces) if isinstance(part, ToolCallPart)]
        assert [(call.call_id, call.arguments) for call in told] == [
            (f"c{number}", {"n": number}) for number in (0, 1, 2)
        ]
        assert {piece.index for piece in pieces if isinstance(piece, ToolCallPiece)} == {0, 1, 2}
        going_on = said(*parts_of(pieces), role="assistant")
        assert text_in(await pieces_of(provider, ask("claude-fake", going_on=going_on, **TOOLS))) == "ok"


@every_format
async def test_a_call_without_arguments_has_none(kind: str) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer([Call("c", "weather", [])]))
        pieces = await pieces_of(provider, ask("claude-fake", **TOOLS))
        assert parts_of(pieces)[0] == ToolCallPart(call_id="c", name="weather", arguments={})


@every_format
async def test_an_id_that_an_earlier_call_had_is_not_used_twice(kind: str) -> None:
    """Some servers count calls from nought in every answer."""
    async with asking(kind) as (provider, vendor):
        vendor.next(*[Answer([Call("call_0", "weather", ["{}"])])] * 2, Answer([Say("ok")]))
        first = parts_of(await pieces_of(provider, ask("claude-fake", **TOOLS)))
        running = said(*first, role="assistant")
        second = parts_of(await pieces_of(provider, ask("claude-fake", going_on=running, **TOOLS)))
        ids = [part.call_id for part in (*first, *second) if isinstance(part, ToolCallPart)]
        assert len(set(ids)) == 2
        both = said(*first, *second, role="assistant")
        assert text_in(await pieces_of(provider, ask("claude-fake", going_on=both, **TOOLS))) == "ok"


@keeps("models:thoughts")
@every_format
async def test_thoughts_come_apart_and_go_back_while_the_answer_goes_on(kind: str) -> None:
    model = THINKERS[kind]
    thinking = [Think(["I should ", "look."]), Think(["secret"], hidden=True), Call("c", "weather", ["{}"])]
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer(thinking if kind != "openai_chat" else [thinking[0], thinking[2]]), Answer([Say("Sunny.")]))
        pieces = await pieces_of(provider, ask(model, effort="low", **TOOLS))
        thoughts = [piece.text for piece in pieces if isinstance(piece, ReasoningPiece)]
        assert "".join(thoughts) == "I should look."
        running = said(*parts_of(pieces), role="assistant")
        assert text_in(await pieces_of(provider, ask(model, going_on=running, effort="low", **TOOLS))) == "Sunny."
        wanted = {"openai_chat": 0, "anthropic_messages": 2, "openai_responses": 2}[kind]
        assert str(vendor.heard[-1].body).count("'sealed_") == wanted


@pytest.mark.parametrize("kind", KINDS[1:])
async def test_the_vendor_refuses_a_thought_whose_seal_was_altered(kind: str) -> None:
    model = THINKERS[kind]
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer([Think(["hm"]), Call("c", "weather", ["{}"])]), Answer([Say("never")]))
        parts = parts_of(await pieces_of(provider, ask(model, effort="low", **TOOLS)))
        altered = [
            ReasoningPart(text=part.text, signature=(part.signature or "").replace("sealed_", "sealed_0"))
            if isinstance(part, ReasoningPart)
            else part
            for part in parts
        ]
        going_on = said(*altered, role="assistant")
        _, error = await failing(provider, ask(model, going_on=going_on, effort="low", **TOOLS))
        assert isinstance(error, failures.AskRefused)


async def test_without_its_thought_an_answer_goes_on_without_thinking() -> None:
    """Anthropic refuses to think in the middle of an answer that was not thought about, or by somebody else."""
    foreign = ReasoningPart(text="hm", signature='openai_responses:{"provider":"x","model":"y","secret":"z"}')
    running = said(foreign, ToolCallPart(call_id="c", name="weather", arguments={}), result("c"), role="assistant")
    async with asking("anthropic_messages") as (provider, vendor):
        vendor.next(Answer([Say("ok")]))
        question = ask("claude-sonnet-4-5", going_on=running, effort="high", **TOOLS)
        assert text_in(await pieces_of(provider, question)) == "ok"
        assert "thinking" not in vendor.heard[-1].body


@every_format
@pytest.mark.parametrize(
    ("end", "meant"),
    [
        (Drop(), failures.ModelBrokeOff),
        (Trouble("server_error"), failures.ModelFailed),
        (Trouble("overloaded_error"), failures.ModelBusy),
        (Trouble("rate_limit_exceeded"), failures.ModelBusy),
        (Trouble("invalid_request_error"), failures.AskRefused),
    ],
    ids=lambda one: getattr(one, "code", getattr(one, "__name__", "drop")),
)
async def test_an_answer_that_breaks_off_raises_after_what_came(kind: str, end: Word, meant: type[Exception]) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer([Say("Hel"), end]))
        pieces, error = await failing(provider, ask("claude-fake"))
        assert pieces == [TextPiece("Hel")]
        assert type(error) is meant


@every_format
async def test_an_error_is_told_at_once_though_the_stream_stays_open(kind: str) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(Reply([await _recorded(kind, Answer([Say("Hel"), Trouble()])), Stall()]))
        pieces, error = await failing(provider, ask("claude-fake"))
        assert (text_in(pieces), type(error)) == ("Hel", failures.ModelFailed)
        await vendor.heard[0].gone()


@every_format
async def test_a_stream_that_ends_without_saying_why_broke_off(kind: str) -> None:
    async with asking(kind) as (provider, vendor):
        whole = await _recorded(kind, Answer([Say("Hel"), Call("c", "weather", ['{"n":', "1}"])]))
        vendor.next(*(Reply([whole[:cut]]) for cut in (len(whole) // 3, len(whole) // 2)))
        for _ in range(2):
            _, error = await failing(provider, ask("claude-fake", **TOOLS))
            assert isinstance(error, (failures.ModelBrokeOff, failures.NotUnderstood))


@every_format
async def test_an_answer_that_stalls_times_out(kind: str) -> None:
    async with asking(kind, idle=0.2) as (provider, vendor):
        vendor.next(Answer([Say("Hel"), Stall()]))
        pieces, error = await failing(provider, ask("claude-fake"))
        assert (text_in(pieces), type(error)) == ("Hel", ModelTimeout)
        await vendor.heard[0].gone()


@every_format
async def test_leaving_closes_the_connection_at_once(kind: str) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer([Say("Hel"), Stall()]))
        async with asyncio.timeout(5), aclosing(provider.stream(ask("claude-fake"))) as batches:
            await anext(batches)
            left = time.monotonic()
        assert await vendor.heard[0].gone() - left < 0.5


@every_format
@pytest.mark.parametrize(
    ("status", "told", "meant"),
    [
        (401, "authentication_error", failures.KeyRefused),
        (402, "billing_error", failures.NoCredit),
        (404, "not_found_error", failures.UnknownModel),
        (413, "request_too_large", failures.ContextTooLong),
        (429, "rate_limit_error", failures.ModelBusy),
        (500, "api_error", failures.ModelFailed),
        (529, "overloaded_error", failures.ModelBusy),
    ],
)
async def test_a_refusal_means_what_its_status_says(kind: str, status: int, told: str, meant: type[Exception]) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(anthropic.failure(status, told, **{"retry-after": "7"}))
        _, error = await failing(provider, ask("claude-fake"))
        assert type(error) is meant
        if meant is failures.ModelBusy:
            assert error.retry_after == 7.0


@every_format
@pytest.mark.parametrize(
    "words",
    ["prompt is too long: 215000 tokens > 200000 maximum", "This model's maximum context length is 8192 tokens"],
)
async def test_a_conversation_too_long_is_told_as_such(kind: str, words: str) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(anthropic.failure(400, "invalid_request_error", words))
        _, error = await failing(provider, ask("claude-fake"))
        assert type(error) is failures.ContextTooLong


@every_format
@pytest.mark.parametrize(
    "words",
    [
        "registry.ollama.ai/library/gemma3:latest does not support tools",
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        "No endpoints found that support tool use.",
        "tools param requires --jinja flag",
        "Function calling is not enabled for this model",
    ],
)
async def test_a_model_that_calls_no_tools_is_told_as_such(kind: str, words: str) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(failure(400, {"message": words, "type": "api_error"}))
        _, error = await failing(provider, ask("claude-fake", **TOOLS))
        assert type(error) is failures.ToolsUnsupported


@every_format
async def test_ends_are_told_apart(kind: str) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer([Say("Hel")], "length"), Answer([Say("I")], "refusal"))
        assert finish_of(await pieces_of(provider, ask("claude-fake"))).reason == "length"
        pieces, error = await failing(provider, ask("claude-fake"))
        assert (text_in(pieces), type(error)) == ("I", failures.AnswerWithheld)


@every_format
async def test_lines_that_cannot_be_read_are_skipped_and_counted(kind: str) -> None:
    async with asking(kind) as (provider, vendor):
        whole = await _recorded(kind, Answer([Say("a"), Say("b")]))
        garbage = b"data: {not json \xff\n\n: comment\n\n"
        events = whole.split(b"\n\n")
        vendor.next(Reply([(b"\n\n" + garbage).join(events[:3]) + b"\n\n" + b"\n\n".join(events[3:])]))
        pieces = await pieces_of(provider, ask("claude-fake"))
        assert (text_in(pieces), finish_of(pieces).skipped) == ("ab", 2)


@every_format
async def test_images_of_people_and_of_results_are_told_or_said_to_be_missing(kind: str) -> None:
    seen = result("c", "A plot.", parts=(ImagePart(url=PICTURE), ImagePart(url="https://example.org/a.png")))
    call = ToolCallPart(call_id="c", name="weather", arguments={})
    running = said(call, seen, role="assistant")
    async with asking(kind) as (provider, vendor):
        vendor.next(*[Answer([Say("ok")])] * 2)
        path = said("Look", ImagePart(url=PICTURE))
        await pieces_of(provider, ask("claude-fake", path, going_on=running, **TOOLS))
        assert str(vendor.heard[-1].body).count("iVBORw0KGgo=") == 2
        assert str(vendor.heard[-1].body).count("https://example.org/a.png") == 1
        await pieces_of(provider, ask("claude-fake", said("Look"), going_on=running, images=False, **TOOLS))
        assert "iVBORw0KGgo=" not in str(vendor.heard[-1].body)
        assert "cannot be shown to this model" in str(vendor.heard[-1].body)


@every_format
@pytest.mark.parametrize("choice", ["auto", "none", "required", ToolNamed("weather")])
async def test_the_choice_of_tools_is_told_in_the_vendors_words(kind: str, choice: Any) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer([Say("ok")]))
        await pieces_of(provider, ask("claude-fake", tool_choice=choice, **TOOLS))
        told = vendor.heard[-1].body.get("tool_choice")
        named = {
            "openai_chat": {"type": "function", "function": {"name": "weather"}},
            "openai_responses": {"type": "function", "name": "weather"},
            "anthropic_messages": {"type": "tool", "name": "weather"},
        }
        words = {"auto": None, "none": "none", "required": "required"}
        own = {"auto": None, "none": {"type": "none"}, "required": {"type": "any"}}
        if isinstance(choice, ToolNamed):
            assert told == named[kind]
        else:
            assert told == (own if kind == "anthropic_messages" else words)[choice]


@every_format
async def test_one_call_at_a_time_can_be_asked_for(kind: str) -> None:
    async with asking(kind) as (provider, vendor):
        vendor.next(Answer([Say("ok")]))
        await pieces_of(provider, ask("claude-fake", parallel_tool_calls=False, **TOOLS))
        body = vendor.heard[-1].body
        if kind == "anthropic_messages":
            assert body["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}
        else:
            assert body["parallel_tool_calls"] is False


async def _recorded(kind: str, answer: Answer) -> bytes:
    """The bytes of an answer."""
    from tests.vendor import chat, responses

    wire: Any = {"openai_chat": chat, "anthropic_messages": anthropic, "openai_responses": responses}[kind]
    reply = wire.written(answer, {"model": "claude-fake"})
    return b"".join(step for step in reply.steps if isinstance(step, bytes))
