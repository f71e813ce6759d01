"""OpenAI's chat format over real sockets: what servers send, what goes wrong, and what is sent to them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest
from yarl import URL

from palaver.core.errors import ModelTimeout, ModelUnavailable, PalaverError
from palaver.core.messages import ImagePart, TextPart, ToolCallPart, ToolResultPart
from palaver.core.usage import Usage
from palaver.inference import failures
from palaver.inference.port import (
    Ask,
    Finished,
    OutputFormat,
    Piece,
    Pieces,
    ReasoningPiece,
    TextPiece,
    ToolCallPiece,
    ToolSpec,
    Turn,
)
from palaver.inference.profiles import PLAIN, VENDORS, Vendor
from palaver.inference.providers.openai_chat import OpenAIChat
from palaver.inference.providers.upstream import Server
from palaver.inference.settings import Timeouts
from palaver.kit.clock import SystemClock
from tests.vendor import FakeVendor, Reply, chunk, done, finish, said, stream
from tests.vendor.script import Drop, Pause, Stall, event, failure

QUICK = Timeouts(connect=2, first_token=0.4, idle=0.4)
WEATHER = ToolSpec("weather", "Tells the weather.", {"type": "object", "properties": {"n": {"type": "integer"}}})


@pytest.fixture
async def vendor() -> AsyncIterator[FakeVendor]:
    async with FakeVendor() as made:
        yield made


def provider_of(
    vendor: FakeVendor, kind: Vendor = PLAIN, *, timeouts: Timeouts | None = None, url: str = ""
) -> OpenAIChat:
    headers = {"content-type": "application/json", "authorization": "Bearer sk-secret"}
    waits = timeouts or Timeouts(connect=2, first_token=5, idle=5)
    base = URL(url or vendor.url)
    return OpenAIChat(Server(name="fake", base=base, timeouts=waits, clock=SystemClock(), headers=headers), kind)


@pytest.fixture
async def provider(vendor: FakeVendor) -> AsyncIterator[OpenAIChat]:
    made = provider_of(vendor)
    yield made
    await made.close()


def ask(model: str = "fake", *parts: Any, **more: Any) -> Ask:
    return Ask(model=model, messages=(Turn("user", parts or (TextPart(text="hello"),)),), **more)


async def pieces_of(answer: Pieces) -> list[Piece]:
    async with asyncio.timeout(5), aclosing(answer) as batches:
        return [piece async for batch in batches for piece in batch]


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


async def read_into(pieces: list[Piece], answer: Pieces, then: Callable[[], Awaitable[None]] | None = None) -> None:
    async with asyncio.timeout(5), aclosing(answer) as batches:
        async for batch in batches:
            pieces += batch
            if then is not None and "part 4" in text_of(pieces):
                await then()


async def failing(answer: Pieces) -> tuple[list[Piece], PalaverError]:
    """The pieces that came before the failure, and the failure."""
    pieces: list[Piece] = []
    with pytest.raises(PalaverError) as raised:
        await read_into(pieces, answer)
    assert "sk-secret" not in str(raised.value)
    return pieces, raised.value


async def test_an_answer_comes_whole_with_its_usage_and_its_model(provider: OpenAIChat) -> None:
    pieces = await pieces_of(provider.stream(ask("fake-n5-d1")))
    assert text_of(pieces) == "part 0 part 1 part 2 part 3 part 4 "
    assert pieces[-1] == Finished("stop", Usage(input_tokens=10, output_tokens=5), "fake")


async def test_text_that_arrives_together_is_told_together(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(Reply([chunk({"role": "assistant"}) + said("a") + said("b") + said("c") + finish() + done()]))
    async with aclosing(provider.stream(ask())) as batches:
        assert [list(batch) async for batch in batches] == [[TextPiece("abc")], [Finished("stop", None, "fake")]]


@pytest.mark.parametrize(
    "model",
    ["fake-n9-c", "fake-n9-m", "fake-n9-j", "fake-n9-c-m", "fake-n9-p5-d1"],
    ids=["cut in halves", "no end mark", "one document", "halves without an end", "slow"],
)
async def test_the_same_answer_comes_however_it_is_sent(provider: OpenAIChat, model: str) -> None:
    pieces = await pieces_of(provider.stream(ask(model)))
    assert text_of(pieces) == "".join(f"part {number} " for number in range(9))
    assert isinstance(pieces[-1], Finished)
    assert pieces[-1].usage == Usage(input_tokens=10, output_tokens=9)


async def test_lines_that_cannot_be_read_are_skipped_and_counted(provider: OpenAIChat) -> None:
    pieces = await pieces_of(provider.stream(ask("fake-n4-g")))
    assert text_of(pieces) == "part 0 part 1 part 2 part 3 "
    assert isinstance(pieces[-1], Finished)
    assert pieces[-1].skipped == 4


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_thoughts_are_told_apart_from_the_answer(provider: OpenAIChat, vendor: FakeVendor, field: str) -> None:
    vendor.next(Reply([chunk({field: "hm "}) + chunk({field: "so"}) + said("yes") + finish() + done()]))
    pieces = await pieces_of(provider.stream(ask()))
    assert pieces[:2] == [ReasoningPiece("hm so"), TextPiece("yes")]


async def test_tool_calls_come_in_pieces_that_join_to_json(provider: OpenAIChat) -> None:
    pieces = await pieces_of(provider.stream(ask("fake-t2", tools=(WEATHER,))))
    calls = [piece for piece in pieces if isinstance(piece, ToolCallPiece)]
    assert {(call.index, call.call_id, call.name) for call in calls} == {
        (0, "call_0", "weather"),
        (1, "call_1", "weather"),
    }
    for index in (0, 1):
        assert json.loads("".join(call.arguments_delta for call in calls if call.index == index)) == {"n": index}
    assert pieces[-1] == Finished("tool_calls", None, "fake")


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("end_turn", "stop"),
        ("MAX_TOKENS", "length"),
    ],
)
async def test_why_an_answer_ended_is_told_in_our_words(
    provider: OpenAIChat, vendor: FakeVendor, told: str, meant: str
) -> None:
    vendor.next(Reply([said("x"), finish(told), done()]))
    assert (await pieces_of(provider.stream(ask())))[-1] == Finished(meant, None, "fake")


async def test_an_answer_withheld_by_a_filter_is_an_error_after_its_text(
    provider: OpenAIChat, vendor: FakeVendor
) -> None:
    vendor.next(Reply([said("so far"), finish("content_filter"), done()]))
    pieces, error = await failing(provider.stream(ask()))
    assert text_of(pieces) == "so far"
    assert isinstance(error, failures.AnswerWithheld)
    assert not error.retryable


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"code": "context_length_exceeded"}, failures.ContextTooLong),
        (400, {"message": "This model's maximum context length is 8192 tokens."}, failures.ContextTooLong),
        (400, {"type": "invalid_request_error", "param": "temperature"}, failures.AskRefused),
        (401, {"code": "invalid_api_key"}, failures.KeyRefused),
        (402, {}, failures.NoCredit),
        (403, {}, failures.KeyRefused),
        (404, {"code": "model_not_found"}, failures.UnknownModel),
        (408, {}, ModelTimeout),
        (413, {}, failures.ContextTooLong),
        (422, {}, failures.AskRefused),
        (429, {}, failures.ModelBusy),
        (429, {"code": "insufficient_quota"}, failures.NoCredit),
        (500, {}, failures.ModelFailed),
        (502, {}, failures.ModelFailed),
        (504, {}, ModelTimeout),
        (529, {}, failures.ModelBusy),
        (301, {}, failures.NotUnderstood),
    ],
)
async def test_a_status_becomes_an_error_that_repeats_nothing_of_the_reply(
    provider: OpenAIChat, vendor: FakeVendor, status: int, error: dict[str, str], kind: type[PalaverError]
) -> None:
    vendor.next(failure(status, error))
    pieces, raised = await failing(provider.stream(ask()))
    assert pieces == []
    assert type(raised) is kind


async def test_a_redirect_is_not_followed_with_the_key(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(Reply([], status=307, headers={"location": "/elsewhere"}), stream("never"))
    assert isinstance((await failing(provider.stream(ask())))[1], failures.NotUnderstood)
    assert len(vendor.heard) == 1


async def test_what_the_vendor_objects_to_is_named_if_it_is_ours(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(failure(400, {"param": "temperature"}), failure(400, {"param": "sk-secret"}))
    assert "'temperature'" in (await failing(provider.stream(ask(temperature=2))))[1].detail
    assert "object" not in (await failing(provider.stream(ask())))[1].detail


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "7"}, 7.0), ({"retry-after-ms": "1500"}, 1.5), ({"retry-after": "soon"}, None), ({}, None)],
)
async def test_the_wait_a_vendor_asks_for_is_passed_on(
    provider: OpenAIChat, vendor: FakeVendor, headers: dict[str, str], seconds: float | None
) -> None:
    vendor.next(failure(429, **headers))
    assert (await failing(provider.stream(ask())))[1].retry_after == seconds


async def test_an_error_in_the_stream_comes_after_the_text_before_it(provider: OpenAIChat) -> None:
    pieces, error = await failing(provider.stream(ask("fake-n9-e5")))
    assert text_of(pieces) == "part 0 part 1 part 2 part 3 part 4 "
    assert isinstance(error, failures.ModelFailed)
    assert error.retryable


async def test_text_and_error_of_one_read_are_both_told(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(Reply([said("a") + said("b") + event({"error": {"code": 429}})]))
    pieces, error = await failing(provider.stream(ask()))
    assert text_of(pieces) == "ab"
    assert isinstance(error, failures.ModelBusy)


@pytest.mark.parametrize(
    "body",
    [b'{"error": {"message": "no", "type": "server_error"}}', b'[{"error": {"code": 500}}]', b"{"],
    ids=["an error", "a list", "half a document"],
)
async def test_a_document_without_an_answer_is_an_error(provider: OpenAIChat, vendor: FakeVendor, body: bytes) -> None:
    vendor.next(Reply([body], content_type="application/json"))
    pieces, error = await failing(provider.stream(ask()))
    assert pieces == []
    assert isinstance(error, ModelUnavailable)


async def test_a_web_page_is_not_taken_for_an_answer(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(Reply([b"<!doctype html>\n<title>Sign in</title>\n"], content_type="text/html"))
    assert isinstance((await failing(provider.stream(ask())))[1], failures.NotUnderstood)


async def test_a_stream_under_a_wrong_name_is_read_all_the_same(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(stream("hello", content_type="application/json"), stream("there", content_type=None))
    assert text_of(await pieces_of(provider.stream(ask()))) == "hello"
    assert text_of(await pieces_of(provider.stream(ask()))) == "there"


@pytest.mark.parametrize("model", ["fake-n9-x5", "fake-n5-w5"])
async def test_an_answer_that_breaks_off_keeps_its_text_and_is_an_error(
    provider: OpenAIChat, vendor: FakeVendor, model: str
) -> None:
    pieces: list[Piece] = []
    with pytest.raises(failures.ModelBrokeOff):
        await read_into(pieces, provider.stream(ask(model)), then=vendor.close)
    assert text_of(pieces) == "part 0 part 1 part 2 part 3 part 4 "


async def test_an_answer_that_ends_without_saying_so_broke_off(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(Reply([said("half")]), Reply([]))
    pieces, error = await failing(provider.stream(ask()))
    assert text_of(pieces) == "half"
    assert isinstance(error, failures.ModelBrokeOff)
    assert isinstance((await failing(provider.stream(ask())))[1], failures.ModelBrokeOff)


async def test_a_dropped_socket_after_the_end_was_told_is_no_failure(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(Reply([said("whole"), finish(), Drop()]))
    assert await pieces_of(provider.stream(ask())) == [TextPiece("whole"), Finished("stop", None, "fake")]


async def test_an_endless_line_is_refused(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(Reply([b"data: " + b"x" * 1_048_576] + [b"x" * 1_048_576] * 4))
    assert isinstance((await failing(provider.stream(ask())))[1], failures.NotUnderstood)


async def test_a_server_that_is_not_there_is_unreachable(vendor: FakeVendor) -> None:
    provider = provider_of(vendor)
    await vendor.close()
    assert isinstance((await failing(provider.stream(ask())))[1], failures.ModelUnreachable)
    await provider.close()


async def test_a_server_that_never_answers_runs_into_the_first_deadline(vendor: FakeVendor) -> None:
    provider = provider_of(vendor, timeouts=QUICK)
    vendor.next(Reply([Stall()]), Reply([chunk({"role": "assistant"}), b": still here\n\n", Stall()]))
    for _ in range(2):
        assert isinstance((await failing(provider.stream(ask())))[1], ModelTimeout)
    await vendor.heard[-1].gone()
    await provider.close()


async def test_an_answer_that_pauses_too_long_keeps_its_text_and_times_out(vendor: FakeVendor) -> None:
    provider = provider_of(vendor, timeouts=QUICK)
    pieces, error = await failing(provider.stream(ask("fake-n9-w3")))
    assert text_of(pieces) == "part 0 part 1 part 2 "
    assert isinstance(error, ModelTimeout)
    await vendor.heard[-1].gone()
    await provider.close()


async def test_once_it_has_begun_an_answer_has_the_shorter_patience(vendor: FakeVendor) -> None:
    provider = provider_of(vendor, timeouts=Timeouts(connect=2, first_token=60, idle=0.3))
    async with asyncio.timeout(10):
        _, error = await failing(provider.stream(ask("fake-n9-w3")))
    assert isinstance(error, ModelTimeout)
    reader = error.__cause__
    assert reader is not None
    assert reader.__traceback__ is None  # its frames would lead back to the reply, and keep it
    await provider.close()


async def test_a_slow_reader_is_not_taken_for_a_slow_server(vendor: FakeVendor) -> None:
    provider = provider_of(vendor, timeouts=QUICK)
    async with aclosing(provider.stream(ask("fake-n3-d1"))) as batches:
        pieces = list(await anext(batches))
        later = asyncio.Event()
        asyncio.get_running_loop().call_later(0.9, later.set)  # longer than every deadline
        await later.wait()
        pieces += [piece async for batch in batches for piece in batch]
    assert text_of(pieces) == "part 0 part 1 part 2 "
    await provider.close()


async def test_a_server_that_forgets_to_hang_up_is_not_waited_for(vendor: FakeVendor) -> None:
    provider = provider_of(vendor, timeouts=QUICK)
    vendor.next(Reply([said("all"), finish(), Stall()]), Reply([said("all"), finish(), done(), Stall()]))
    for _ in range(2):
        assert await pieces_of(provider.stream(ask())) == [TextPiece("all"), Finished("stop", None, "fake")]
    await provider.close()


async def test_closing_the_answer_closes_the_connection_at_once(provider: OpenAIChat, vendor: FakeVendor) -> None:
    waits: list[float] = []
    for number in (1, 2, 3):
        answer = provider.stream(ask("fake-n5-w2"))
        await anext(answer)
        heard = await vendor.asked(number)
        began = time.monotonic()
        await answer.aclose()
        waits.append(await heard.gone() - began)
    assert min(waits) < 0.1  # the best of three: the machine may be busy with something else


@pytest.mark.parametrize("model", ["fake-w0", "fake-n5-w2"], ids=["before the first piece", "in the middle"])
async def test_cancelling_the_reader_closes_the_connection_at_once(
    provider: OpenAIChat, vendor: FakeVendor, model: str
) -> None:
    waits: list[float] = []
    for number in (1, 2, 3):
        async with asyncio.TaskGroup() as tasks:
            reader = tasks.create_task(pieces_of(provider.stream(ask(model))))
            heard = await vendor.asked(number)
            await heard.begun()
            began = time.monotonic()
            reader.cancel()
            waits.append(await heard.gone() - began)
    assert min(waits) < 0.1


async def test_a_whole_answer_leaves_its_connection_to_the_next(provider: OpenAIChat, vendor: FakeVendor) -> None:
    vendor.next(*[Reply([said("x"), finish(), done(), Pause(20)])] * 3)  # the end of the body comes after the end mark
    for _ in range(3):
        await pieces_of(provider.stream(ask()))
    assert vendor.connections == 1


async def test_an_answer_left_in_the_middle_does_not(provider: OpenAIChat, vendor: FakeVendor) -> None:
    for _ in range(2):
        answer = provider.stream(ask("fake-n5-w2"))
        await anext(answer)
        await answer.aclose()
    assert vendor.connections == 2


async def test_what_is_asked_is_sent_in_the_vendors_words(vendor: FakeVendor) -> None:
    provider = provider_of(vendor, VENDORS["openai"])
    question = ask(
        "fake-n1",
        system="Be brief.",
        temperature=0.5,
        top_p=0.9,
        stop=("END",),
        max_output_tokens=99,
        effort="low",
        tools=(WEATHER,),
        output_format=OutputFormat({"type": "object", "additionalProperties": False}),
    )
    await pieces_of(provider.stream(question))
    heard = await vendor.asked()
    assert heard.path == "/v1/chat/completions"
    assert heard.headers["authorization"] == "Bearer sk-secret"
    assert heard.headers["accept-encoding"] == "identity"
    function = {"name": "weather", "description": WEATHER.description, "parameters": WEATHER.parameters}
    schema = {"name": "answer", "strict": True, "schema": {"type": "object", "additionalProperties": False}}
    assert heard.body == {
        "model": "fake-n1",
        "messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "top_p": 0.9,
        "max_completion_tokens": 99,
        "stop": ["END"],
        "reasoning_effort": "low",
        "tools": [{"type": "function", "function": function}],
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    await provider.close()


async def test_a_vendor_is_spared_what_it_does_not_know(vendor: FakeVendor) -> None:
    mistral, deepseek, router = (provider_of(vendor, VENDORS[name]) for name in ("mistral", "deepseek", "openrouter"))
    question = ask(
        "fake-n1", system="x", max_output_tokens=9, effort="high", output_format=OutputFormat({"type": "null"})
    )
    for provider in (mistral, deepseek, router):
        await pieces_of(provider.stream(question))
        await provider.close()
    bodies = [heard.body for heard in vendor.heard]
    assert [sorted(body) for body in bodies[:1]] == [["max_tokens", "messages", "model", "response_format", "stream"]]
    assert bodies[1]["response_format"] == {"type": "json_object"}
    assert '{"type":"null"}' in bodies[1]["messages"][1]["content"]
    assert bodies[2]["reasoning"] == {"effort": "high"}


async def test_images_calls_and_their_results_are_sent(provider: OpenAIChat, vendor: FakeVendor) -> None:
    pictures = (ImagePart(url="data:image/png;base64,AA=="), ImagePart(url="https://example.org/a.png"))
    turns = (
        Turn("user", (TextPart(text="what is this?"), *pictures)),
        Turn("assistant", (ToolCallPart(call_id="c1", name="look", arguments={"at": 1}),)),
        Turn("tool", (ToolResultPart(call_id="c1", ok=True, content="a tree"),)),
    )
    await pieces_of(provider.stream(Ask(model="fake-n1", messages=turns)))
    sent = (await vendor.asked()).body["messages"]
    assert sent[0]["content"] == [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
    ]
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at":1}'}}
    assert sent[1:] == [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "a tree"},
    ]


@pytest.mark.parametrize("url", ["http://example.org/a.png", "file:///etc/passwd", "data:text/html,x", None])
async def test_other_addresses_of_images_are_refused_before_anything_is_sent(
    provider: OpenAIChat, vendor: FakeVendor, url: str | None
) -> None:
    _, error = await failing(provider.stream(ask("fake", ImagePart(url=url))))
    assert isinstance(error, failures.AskRefused)
    assert vendor.heard == []


async def test_a_large_body_is_sent_whole(provider: OpenAIChat, vendor: FakeVendor) -> None:
    picture = ImagePart(url="data:image/png;base64," + "A" * 3_000_000)
    await pieces_of(provider.stream(ask("fake-n1", picture)))
    assert len((await vendor.asked()).body["messages"][0]["content"][0]["image_url"]["url"]) == 3_000_022


async def test_azure_is_reached_by_its_deployment_key_header_and_version(vendor: FakeVendor) -> None:
    root = vendor.url.removesuffix("/v1")
    provider = provider_of(vendor, VENDORS["azure-deployments"], url=root + "?api-version=2025-01-01")
    await pieces_of(provider.stream(ask("fake-n1")))
    heard = await vendor.asked()
    assert heard.path == "/openai/deployments/fake-n1/chat/completions"
    assert heard.query == {"api-version": "2025-01-01"}
    await provider.close()


async def test_a_list_of_models_says_what_the_server_says(vendor: FakeVendor) -> None:
    vendor.models = {
        "data": [
            {"id": "models/gemini-x", "max_model_len": 1000},
            {"id": "text-embedding-3-small"},
            {"name": "nameless"},
            "not a model",
            {
                "id": "a/b",
                "name": "B by A",
                "context_length": 200_000,
                "architecture": {"input_modalities": ["text", "image"]},
                "supported_parameters": ["tools", "reasoning"],
                "pricing": {"prompt": "0.000001", "completion": "0.000002"},
                "top_provider": {"max_completion_tokens": 8_000},
            },
        ]
    }
    provider = provider_of(vendor)
    first, second, third = await provider.models()
    assert (first.model, first.context_window) == ("gemini-x", 1000)
    assert second.model == "nameless"
    assert (third.name, third.context_window, third.max_output) == ("B by A", 200_000, 8_000)
    assert third.capabilities == {"images", "tools", "reasoning"}
    assert (third.input_usd_per_mtok, third.output_usd_per_mtok) == (1.0, 2.0)
    await provider.close()


@pytest.mark.parametrize("models", [{"data": 3}, "x", [1], {"models": None}])
async def test_a_strange_list_of_models_is_an_error_or_empty(vendor: FakeVendor, models: Any) -> None:
    vendor.models = models
    provider = provider_of(vendor)
    try:
        assert await provider.models() == []
    except failures.NotUnderstood:
        assert not isinstance(models, list)
    await provider.close()
