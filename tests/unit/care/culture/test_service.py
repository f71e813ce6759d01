"""What is known is found by words and by meaning; nothing near is nothing told, and a model that fails is left out."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from palaver.care.culture.service import Culture, CultureWish
from palaver.core.errors import ModelUnavailable
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from tests.promises import keeps

ADA = Principal(user_id=UserId("usr_1"))


class Vowels:
    """Vectors of how often each vowel stands in a text: what sounds alike is near."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, texts: Sequence[str], principal: Principal) -> Sequence[Sequence[float]]:
        self.asked.append((principal.user_id, len(texts)))
        if not self.works:
            raise ModelUnavailable("The model is away.")
        return [[text.count(vowel) - len(text) / 12 for vowel in "aeiou"] for text in texts]


async def found(culture: Culture, query: str, *regions: str) -> list[str]:
    return [one.id for one in (await culture.search(CultureWish(query, regions), ADA)).items]


@keeps("care:culture:floor")
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("exam failure pressure", "exam-results"),
        ("why do men not cry?", "men-do-not-cry"),
        ("mkopo wa simu", "loan-apps"),
        ("infertility", "infertility-tanzania"),
        ("jini", "jinn-in-zanzibar"),
        ("mambo ni mengi", "mambo-ni-mengi"),
        ("holy water", "holy-water"),
    ],
)
async def test_a_query_finds_what_is_about_it_first_in_either_language(query: str, first: str) -> None:
    assert (await found(Culture(), query))[0] == first


@keeps("care:culture:floor")
@pytest.mark.parametrize(
    "query",
    [
        "quantum physics",
        "!!!",
        "the of and",
        "which laptop should a student buy",
        "how to bake bread for a family",
        "weather in Mombasa next week",
    ],
)
async def test_what_nothing_is_about_finds_nothing(query: str) -> None:
    assert await found(Culture(), query) == []


async def test_only_what_holds_in_a_region_is_told_where_one_is_named() -> None:
    everywhere = await found(Culture(), "attempted suicide law")
    assert {"attempt-law-kenya", "attempt-law-uganda"} <= set(everywhere)
    in_uganda = await found(Culture(), "attempted suicide law", "UG")
    assert "attempt-law-uganda" in in_uganda
    assert "attempt-law-kenya" not in in_uganda


async def test_a_model_joins_what_is_near_by_meaning_and_is_asked_about_what_is_known_only_once() -> None:
    vowels = Vowels()
    culture = Culture(meanings=vowels)
    one = await culture.search(CultureWish("okwekyawa"), ADA)
    assert one.by_meaning
    assert any(item.found_by == ["meaning"] for item in one.items)
    assert any("words" in item.found_by for item in one.items)
    before = len(vowels.asked)
    await culture.search(CultureWish("okwekyawa"), ADA)
    assert vowels.asked[before:] == [(ADA.user_id, 1)]


async def test_a_model_that_fails_leaves_what_words_find_and_says_so() -> None:
    answer = await Culture(meanings=Vowels(works=False)).search(CultureWish("jini"), ADA)
    assert answer.items[0].id == "jinn-in-zanzibar"
    assert answer.notices == ["Searched by words alone, not by meaning: The model is away."]


async def test_what_a_slow_model_said_is_kept_and_it_is_asked_about_the_rest_once_whoever_comes_next() -> None:
    class Slow(Vowels):
        async def __call__(self, texts: Sequence[str], principal: Principal) -> Sequence[Sequence[float]]:
            if len(self.asked) == 3:
                self.asked.append(("late", 0))
                raise TimeoutError
            await asyncio.to_thread(len, texts)  # others have their turn meanwhile
            return await super().__call__(texts, principal)

    slow = Slow()
    culture = Culture(meanings=slow)
    assert (await culture.search(CultureWish("jini"), ADA)).notices
    both = await asyncio.gather(*[culture.search(CultureWish("jini"), ADA) for _ in range(2)])
    assert [one.notices for one in both] == [[], []]
    known = len(culture.known.entries) + len(culture.known.phrases)
    assert sum(count for _, count in slow.asked) == known + 3  # each query once, and nothing of what is known twice
    quick = await Culture(meanings=Vowels()).search(CultureWish("jini"), ADA)
    assert [one.id for one in both[0].items] == [one.id for one in quick.items]


def test_a_run_gets_a_few_sentences_also_of_a_very_long_message() -> None:
    culture = Culture()
    long = "lorem ipsum " * 8_000
    assert culture.guidance(f"Nimefeli KCSE. {long}")
    assert culture.guidance(f"{long} I failed my KCSE")
    assert culture.guidance("How do I sort a list?") == []


def test_packs_are_read_when_something_is_asked_and_not_before(tmp_path: Path) -> None:
    culture = Culture(tmp_path / "not there yet")
    (tmp_path / "not there yet").mkdir()
    (tmp_path / "not there yet" / "p.toml").write_text('version = "9"', "utf-8")
    assert culture.known.version.endswith("+p-9")
