"""How well the guide finds the right section of Palaver's real pages, and whether it knows what they do not hold."""

import pytest

from palaver.inference.guide.library import pages
from palaver.inference.guide.passages import Passage
from palaver.inference.guide.retrieval import Hit, index, rank
from palaver.inference.guide.speech import answers
from tests.unit.inference_guide.questions import ANSWERED, UNANSWERED


def _answers(hit: Hit, headings: tuple[str, ...]) -> bool:
    return hit.passage.trail[-1].startswith(headings)


def test_every_expected_section_exists() -> None:
    headings = {passage.trail[-1] for passage in pages().passages}
    wanted = {heading for _, expected in ANSWERED for heading in expected}
    assert {want for want in wanted if not any(heading.startswith(want) for heading in headings)} == set()


def test_nine_of_ten_questions_find_their_section_first() -> None:
    missed = [
        (question, hits[0].passage.citation if hits else None)
        for question, expected in ANSWERED
        if not ((hits := rank(question, pages(), 1)) and _answers(hits[0], expected))
    ]
    assert len(ANSWERED) >= 130
    assert len(missed) <= len(ANSWERED) * 0.1, missed


def test_nearly_all_questions_find_their_section_among_the_first_three() -> None:
    missed = [q for q, expected in ANSWERED if not any(_answers(hit, expected) for hit in rank(q, pages(), 3))]
    assert len(missed) <= len(ANSWERED) * 0.04, missed


@pytest.mark.parametrize("question", UNANSWERED)
def test_what_the_pages_do_not_answer_stays_under_the_floor(question: str) -> None:
    assert not any(answers(hit) for hit in rank(question, pages(), 1))


def test_what_the_pages_answer_is_rarely_held_back_by_the_floor() -> None:
    held_back = [q for q, _ in ANSWERED if not any(answers(hit) for hit in rank(q, pages(), 1))]
    assert len(held_back) <= len(ANSWERED) * 0.05, held_back


def test_a_heading_counts_more_than_a_mention() -> None:
    mention = Passage(("Page", "Other"), ("The harbour is mentioned here once, among other matters.",))
    heading = Passage(("Page", "The harbour"), ("Ships lie here, among other matters.",))
    assert [hit.passage for hit in rank("harbour", index([mention, heading]))] == [heading, mention]


def test_a_word_with_one_letter_mistyped_is_found() -> None:
    passages = index([Passage(("P",), ("The lighthouse burns.",)), Passage(("Q",), ("A boat.",))])
    (hit,) = rank("lighthuose", passages)
    assert hit.passage.trail == ("P",)
    assert hit.coverage < 1


def test_another_word_is_no_misspelling() -> None:
    assert rank("bread", index([Passage(("P",), ("You read it.",))])) == []


def test_coverage_is_the_part_of_the_question_that_is_there() -> None:
    passages = index([Passage(("P",), ("apples",)), Passage(("Q",), ("pears",))])
    (hit,) = rank("apples and giraffes", passages)
    assert 0 < hit.coverage < 0.5


def test_nothing_asked_and_nothing_to_search_find_nothing() -> None:
    assert rank("", pages()) == []
    assert rank("the of and", pages()) == []
    assert rank("anything", index([])) == []
