"""How many tokens a text has."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.context.counting import (
    PER_IMAGE,
    PER_MESSAGE,
    count,
    count_all,
    encoding_of,
    estimate,
    estimate_ask,
    estimate_part,
)
from palaver.core.messages import FilePart, ImagePart, TextPart, ToolCallPart, ToolResultPart
from palaver.inference.port import Ask, ToolSpec, Turn

PROSE = {
    "English": "The palaver tree is where a community sits down to talk things through, for as long as it takes. " * 5,
    "Swahili": "Habari yako? Nimekuwa nikijisikia vibaya wiki hii kwa sababu kazi ni nyingi na sina muda. " * 5,
    "German": "Die Straße führt über größere Hügel, während früher öfter Züge fuhren. " * 5,
    "Russian": "В последнее время я чувствую себя очень уставшим, потому что работы слишком много. " * 5,
    "Arabic": "أشعر بالتعب الشديد هذا الأسبوع لأن لدي الكثير من العمل وليس لدي وقت للراحة. " * 5,
    "Hindi": "मैं इस सप्ताह बहुत थका हुआ महसूस कर रहा हूँ क्योंकि काम बहुत ज्यादा है। " * 5,
    "Amharic": "በዚህ ሳምንት ሥራ ስለበዛብኝ እና ለማረፍ ጊዜ ስለሌለኝ በጣም ደክሞኛል። " * 5,
    "Chinese": "这周我感觉非常累，因为工作太多，没有时间休息。" * 5,
    "Korean": "이번 주는 일이 너무 많고 쉴 시간이 없어서 매우 피곤합니다. " * 5,
    "emoji": "😀🎉🚀👩‍👩‍👧‍👦🇰🇪❤️🔥✨" * 5,
    "JSON": '{"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"x"}}]}' * 5,
    "code": "for (int i = 0; i < n; i++) { sum += a[i] * b[i]; }\n" * 5,
}


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o-mini", "o200k_base"),
        ("openai/gpt-5.4", "o200k_base"),
        ("o3", "o200k_base"),
        ("groq/openai/gpt-oss-120b", "o200k_base"),
        ("gpt-4.1", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("llama-3.3-70b", None),
        ("claude-sonnet-4", None),
        ("ollama/qwen3", None),
        ("builtin/guide", None),
    ],
)
def test_a_vocabulary_is_known_by_the_models_name(model: str, encoding: str | None) -> None:
    assert encoding_of(model) == encoding


async def test_known_vocabularies_count_exactly() -> None:
    # counts published with the vocabularies' first release
    assert await count("hello world", "gpt-4o") == 2
    assert await count("antidisestablishmentarianism", "gpt-4") == 6
    assert await count("お誕生日おめでとう", "gpt-4") == 9
    assert await count_all(["", "tiktoken is great!"], "gpt-4") == [0, 6]


async def test_other_models_are_counted_by_the_rule() -> None:
    for text in PROSE.values():
        assert await count(text, "llama-3.3-70b") == estimate(text)


@pytest.mark.parametrize("kind", PROSE)
async def test_the_rule_is_near_what_a_vocabulary_says(kind: str) -> None:
    exact = await count(PROSE[kind], "gpt-4o")
    assert 0.75 * exact <= estimate(PROSE[kind]) <= 2.3 * exact


@given(some.text(), some.text())
def test_the_estimate_grows_with_the_text(text: str, more: str) -> None:
    assert 0 <= estimate(text) <= estimate(text + more) <= estimate(text) + estimate(more) + 1


@given(some.text())
async def test_any_text_can_be_counted(text: str) -> None:
    assert await count(text + "\ud83d", "gpt-4o") >= 0


async def test_counting_leaves_the_loop_free() -> None:
    turns = 0
    async with asyncio.TaskGroup() as tasks:
        counting = tasks.create_task(count("word " * 200_000, "gpt-4o"))
        while not counting.done():
            turns += 1
            await asyncio.wait([counting], timeout=0)
    assert counting.result() == 200_001
    assert turns > 1


def test_a_question_counts_everything_that_is_sent() -> None:
    tool = ToolSpec("look", "Looks.", {"type": "object"})
    turn = Turn("user", (TextPart(text="x" * 100), ImagePart(url="data:image/png;base64,AA==")))
    bare = estimate_ask(Ask(model="m", messages=(turn,)))
    assert bare == estimate("x" * 100) + PER_IMAGE + PER_MESSAGE
    assert estimate_ask(Ask(model="m", messages=(turn,), system="Be brief.", tools=(tool,))) > bare + PER_MESSAGE
    assert estimate_part(FilePart(file_id="fil_1")) == 0
    assert estimate_part(ToolResultPart(call_id="c", ok=True, content="x" * 100)) == estimate("x" * 100)
    shown = ToolResultPart(call_id="c", ok=True, content="x", parts=(ImagePart(url="data:,"), FilePart(path="a")))
    assert estimate_part(shown) == estimate("x") + PER_IMAGE
    assert estimate_part(ToolCallPart(call_id="c", name="look", arguments={"at": "x" * 100})) > estimate("x" * 100)
