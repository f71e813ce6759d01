"""Other services that judge texts: what they say counts, and what they do not say stops nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from palaver.care.moderation.judges import HttpJudge
from palaver.care.moderation.service import Moderation
from palaver.care.moderation.settings import ModerationSettings


@asynccontextmanager
async def asking(
    kind: str, answer: Any, asked: list[Any], *, deadline: float = 5.0, **more: Any
) -> AsyncIterator[Moderation]:
    async def said(request: web.Request) -> web.Response:
        asked.append((request.path, request.headers.get("authorization"), await request.json()))
        if answer == "nothing":
            await asyncio.Event().wait()
        if isinstance(answer, int):
            return web.Response(status=answer)
        return web.json_response(answer)

    app = web.Application()
    app.router.add_post("/v1/{rest:.*}", said)
    async with TestServer(app) as server:
        told = {"judge_url": str(server.make_url("/v1")), "judge_kind": kind, "judge_key": "k", "judge_model": "m"}
        settings = ModerationSettings.model_validate({**told, "judge_deadline": deadline, **more})
        moderation = Moderation(settings, judge=HttpJudge(settings))
        try:
            yield moderation
        finally:
            await moderation.close()


async def test_a_service_like_openais_adds_what_it_names_under_the_policy() -> None:
    asked: list[Any] = []
    answer = {"results": [{"categories": {"sexual/minors": True, "harassment": True, "hate": False, "new": True}}]}
    async with asking("openai", answer, asked) as moderation:
        verdict = await moderation.input("what a service knows")
        assert (verdict.action, verdict.category, verdict.unknown) == ("block", "minors", ())
        assert [one.rule for one in verdict.hits] == ["service:openai"]  # harassment is allowed to people
        assert verdict.says == moderation.texts["minors"]["en"]
        told = await moderation.judged("what a service knows", "output")
        assert (told.text, told.stopped) == (moderation.texts["minors"]["en"], True)
    assert asked[0] == ("/v1/moderations", "Bearer k", {"model": "m", "input": "what a service knows"})


async def test_llama_guard_is_asked_as_a_chat_and_its_hazards_are_read() -> None:
    asked: list[Any] = []
    answer = {"choices": [{"message": {"content": "\n\nunsafe\nS11, S7"}}]}
    async with asking("llama_guard", answer, asked) as moderation:
        verdict = await moderation.input("words")
        assert [(one.category, one.action) for one in verdict.hits] == [("self_harm", "flag")]
        assert (await moderation.judged("words", "output")).verdict.action == "block"
    (path, _, first), (_, _, second) = asked
    assert path == "/v1/chat/completions"
    assert [one["role"] for one in first["messages"]] == ["user"]
    assert [one["role"] for one in second["messages"]] == ["user", "assistant"]


@pytest.mark.parametrize("answer", [500, "nothing", {"results": []}, {"else": 1}])
async def test_a_service_that_fails_is_unknown_and_the_rules_go_on(answer: Any) -> None:
    async with asking("openai", answer, [], deadline=0.2 if answer == "nothing" else 5) as moderation:
        calm, wrong = await moderation.input("Hello"), await moderation.input("how to make a bomb")
        assert (calm.action, calm.unknown) == ("allow", ("openai",))
        assert (wrong.action, wrong.category, wrong.unknown) == ("flag", "illicit", ("openai",))


async def test_of_output_it_is_asked_only_where_that_is_set_and_lets_out_nothing_that_the_rules_held() -> None:
    asked: list[Any] = []
    safe = {"results": [{"categories": {"hate": False}}]}
    wrong = {"results": [{"categories": {"harassment": True}}]}
    async with asking("openai", safe, asked) as moderation:
        assert not moderation.judges_output
        assert (await moderation.output("Hello.")).verdict.unknown == ()
        assert asked == []
    async with asking("openai", safe, asked, judge_output=True) as moderation:
        assert moderation.judges_output
        assert (await moderation.output("You have bipolar disorder.")).verdict.action == "rewrite"
        assert (await moderation.output("Kill yourself.")).stopped
        assert len(asked) == 1  # what is blocked already is not shown to it
    async with asking("openai", wrong, asked, judge_output=True) as moderation:
        sentence = await moderation.sentence("Some words.")
        assert (sentence.action, sentence.says) == ("rewrite", moderation.texts["harassment"]["en"])
        done = await moderation.output("Some words. And more.")
        assert (done.stopped, done.text) == (True, moderation.texts["harassment"]["en"])
    async with asking("openai", "nothing", asked, judge_output=True, deadline=0.1) as moderation:
        assert (await moderation.sentence("Some words.")).unknown == ("openai",)
    with pytest.raises(ValueError, match="judge_url"):
        ModerationSettings.model_validate({"judge_output": True})


async def test_words_that_are_neither_safe_nor_unsafe_are_unknown() -> None:
    async with asking("llama_guard", {"choices": [{"message": {"content": "Sure!"}}]}, []) as moderation:
        assert (await moderation.input("Hello")).unknown == ("llama_guard",)


async def test_a_service_that_cannot_be_reached_is_unknown() -> None:
    settings = ModerationSettings.model_validate({"judge_url": "http://127.0.0.1:9/v1"})
    moderation = Moderation(settings, judge=HttpJudge(settings))
    assert (await moderation.input("Hello")).unknown == ("openai",)
    await moderation.close()


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="http://"):
        ModerationSettings.model_validate({"judge_url": "ftp://example.org"})
