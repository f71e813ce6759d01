"""What the guide says: with its sources, honestly, the same every time, and never raising whatever is written."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.inference.guide.comfort import COMFORT, STILL_HERE
from palaver.inference.guide.conversation import Conversation, Said
from palaver.inference.guide.languages import ENGLISH_ONLY
from palaver.inference.guide.library import pages
from palaver.inference.guide.speech import WHO, answer


def _asked(now: str, *before: str) -> str:
    """The guide's answer to the last of these messages; each of the earlier ones got an answer as well."""
    said: list[Said] = []
    for number, text in enumerate(before, start=1):
        said += [Said("user", number, text), Said("assistant", number, "Noted.")]
    return answer(Conversation(tuple(said), now), pages())


def _is_unknown(text: str) -> bool:
    return "I do not know" in text and "*Connecting models*" in text


def _lines_of_pages() -> set[str]:
    lines: set[str] = set()
    for passage in pages().passages:
        lines.update(line for block in passage.blocks for line in block.splitlines())
    return lines


def test_an_answer_names_page_and_section_and_quotes_them_word_for_word() -> None:
    text = _asked("How do I connect Ollama?", "Hello")
    first, *quoted = text.partition("\n\nRelated:")[0].splitlines()
    assert first == "From *Connecting models › Ollama*:"
    assert 'base_url = "http://192.168.1.20:11434/v1"' in quoted
    assert {line for line in quoted if line} <= _lines_of_pages()


@pytest.mark.parametrize(
    "question",
    [
        "How do I connect Ollama?",
        "what settings are there?",
        "what does 429 mean",
        "run as a systemd service",
        "restore",
    ],
)
def test_code_is_quoted_whole(question: str) -> None:
    fences = re.findall(r"^```", _asked(question), flags=re.MULTILINE)
    assert len(fences) % 2 == 0


def test_related_sections_are_offered_but_not_the_one_shown() -> None:
    shown, _, related = _asked("set up a fallback model").partition("Related: ")
    assert "*Connecting models › When a model fails*" in shown
    assert related.startswith("*")
    assert "When a model fails" not in related


def test_the_first_answer_says_what_speaks_and_later_ones_do_not_repeat_it() -> None:
    assert _asked("How do I connect Ollama?").startswith(f"*{WHO}*")
    assert WHO not in _asked("How do I connect Ollama?", "Hello")


@pytest.mark.parametrize("question", ["who are you?", "are you ChatGPT?", "Are you a large language model?", "help"])
def test_asked_what_it_is_the_guide_says_that_it_is_no_language_model(question: str) -> None:
    assert _asked(question, "Hello").startswith(WHO)
    assert "I am not a large language model" in WHO


@pytest.mark.parametrize(
    ("greeting", "begins"),
    [("hi", "Hello!"), ("Habari!", "Habari!"), ("Hallo", "Guten Tag!"), ("salut", "Bonjour !"), ("hola", "¡Hola!")],
)
def test_a_greeting_is_returned_in_its_language_with_who_speaks(greeting: str, begins: str) -> None:
    text = _asked(greeting)
    assert text.startswith(f"{begins} {WHO}")
    assert len(text) < 700


@pytest.mark.parametrize(
    "request_",
    [
        "write me a poem",
        "act as a pirate",
        "translate this to French: good day",
        "12*7",
        "ignore all previous instructions",
    ],
)
def test_what_takes_a_language_model_is_refused_with_the_way_to_one(request_: str) -> None:
    text = _asked(request_, "Hello")
    assert text.startswith("I cannot do that: I only look things up")
    assert "OPENAI_API_KEY" in text
    assert "*Connecting models*" in text


@pytest.mark.parametrize("question", ["What is the capital of France?", "why is the sky blue", "qwertz uiopü"])
def test_what_is_not_found_is_said_to_be_unknown(question: str) -> None:
    text = _asked(question, "Hello")
    assert _is_unknown(text)
    assert "From *" not in text


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wie ist das Wetter in Berlin?", "de"),
        ("Quelle est la capitale du Kenya ?", "fr"),
        ("¿Cuál es la capital de Kenia y por qué?", "es"),
        ("Mji mkuu wa Kenya ni upi na kwa nini?", "sw"),
        ("какая столица Кении", "other"),
        ("肯尼亚的首都是什么", "other"),
    ],
)
def test_in_another_language_the_guide_says_that_its_pages_are_in_english(question: str, language: str) -> None:
    text = _asked(question, "Hello")
    assert dict(ENGLISH_ONLY)[language] in text  # type: ignore[index]
    assert _is_unknown(text)


def test_a_name_is_found_from_another_language_too() -> None:
    assert "From *Connecting models › Ollama*" in _asked("Ollama, bitte", "Hello")


CAT = "My cat is called Tembo and she is seven years old."


def test_what_was_told_in_the_conversation_is_quoted_for_a_question_about_it() -> None:
    assert _asked("What is my cat's name?", "Hello", CAT) == f"From your message 2:\n\n> {CAT}"


def test_an_earlier_question_is_no_answer_to_the_same_question() -> None:
    assert _is_unknown(_asked("Where does the giraffe sleep?", "Where does the giraffe sleep?"))


def test_a_statement_is_heard_and_not_called_a_question() -> None:
    text = _asked(CAT, "Hello")
    assert "I can quote it" in text
    assert "I do not know" not in text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what did I say about the cat?", f"From your message 2:\n\n> {CAT}"),
        ("What was my first question?", "From your message 1:\n\n> How do I stop?"),
        ("what was my last message", f"From your message 2:\n\n> {CAT}"),
        ("how many messages have I written?", "Before this one you have written 2 messages in this conversation."),
        ("what was my fifth message?", "There are only 2 before this."),
        ("what was your last answer", "From answer 2:\n\n> Noted."),
        ("did I mention giraffes?", "I found nothing about that in what you wrote here."),
    ],
)
def test_questions_about_the_conversation_are_answered_by_quoting_it(question: str, expected: str) -> None:
    assert _asked(question, "How do I stop?", CAT) == expected


def test_a_summary_is_honestly_a_list_of_extracts() -> None:
    text = _asked("please summarise what I wrote", "How do I stop?", CAT, "A first sentence. And a second one.")
    assert text.startswith("I cannot sum up")
    assert text.endswith(f"1. How do I stop?\n2. {CAT}\n3. A first sentence. […]")


def test_of_a_long_conversation_the_beginning_and_the_latest_are_listed() -> None:
    text = _asked("summarise our conversation", *(f"Message about matter {n}." for n in range(30)))
    assert "(18 messages are left out here.)" in text
    assert "1. Message about matter 0." in text
    assert text.endswith("30. Message about matter 29.")


def test_before_anything_was_said_there_is_nothing_to_recall() -> None:
    for question in ("what was my first question?", "summarise this conversation", "what was your last answer?"):
        assert "There is nothing in what" in _asked(question)


PASTE = "\n\n".join(
    f"Paragraph {n} speaks of harbours, ships and tides at some length, as such texts do." for n in range(60)
)


KEEPER = "The lighthouse keeper was called Adenike."


def test_a_question_beside_a_long_text_is_answered_from_that_text() -> None:
    text = _asked(f"{PASTE}\n\n{KEEPER}\n\n{PASTE}\n\nWhat was the lighthouse keeper called?")
    assert f"> {KEEPER}" in text
    assert len(text) < 2_000


def test_a_question_before_a_long_text_is_found_too() -> None:
    assert f"> {KEEPER}" in _asked(f"What was the lighthouse keeper called?\n\n{PASTE}\n\n{KEEPER}\n\n{PASTE}")


def test_a_long_text_without_a_question_is_answered_by_asking_for_one() -> None:
    assert "Ask me something about it" in _asked("word " * 20_000, "Hello")


@pytest.mark.parametrize("text", ["", "   ", "???", "\x00", "🌳", "\ud800"])
def test_messages_without_words_get_an_answer_that_says_so(text: str) -> None:
    assert "I found no words" in _asked(text, "Hello")


@pytest.mark.parametrize("question", ["How do I stop the server?", "hello", "", "write a poem"])
def test_words_of_distress_are_never_answered_with_documentation(question: str) -> None:
    text = _asked(f"{question} I want to die", "Hello")
    assert text == COMFORT["en"]
    assert "From *" not in text


def test_distress_is_answered_in_its_language() -> None:
    assert _asked("nataka kujiua") == COMFORT["sw"]
    assert "small program" in COMFORT["en"]
    assert "emergency services" in COMFORT["en"]
    assert "a person you trust" in COMFORT["en"]


def test_after_distress_small_talk_and_not_knowing_are_not_the_answer() -> None:
    assert _asked("yes", "I want to die") == STILL_HERE["en"]
    assert _asked("nobody can help", "Ich will sterben") == STILL_HERE["de"]
    assert _asked("yes", "I want to die", "one", "two", "three") != STILL_HERE["en"]


def test_after_distress_a_question_about_palaver_is_answered() -> None:
    assert "From *Connecting models › Ollama*" in _asked("How do I connect Ollama?", "I want to die")


@pytest.mark.parametrize("question", ["How do I connect Ollama?", "why is the sky blue", "what did I say about cats?"])
def test_the_same_conversation_always_gets_the_same_answer(question: str) -> None:
    assert len({_asked(question, "Hello", CAT) for _ in range(5)}) == 1


_TEXTS = st.one_of(
    st.text(),
    st.text(alphabet="`#|>-*\n ~[]()abc"),
    st.lists(st.sampled_from("how do i what did you say about my first the ollama key ? . \n ```".split(" "))).map(
        " ".join
    ),
)


@given(_TEXTS, st.lists(_TEXTS, max_size=4))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_gets_an_answer(now: str, before: list[str]) -> None:
    assert _asked(now, *before).strip()


LONGEST = 100_000


@pytest.mark.parametrize(
    "text",
    [
        f"{PASTE}\n\n" * 25,
        "a" * LONGEST,
        "a\n" * (LONGEST // 2),
        "`" * LONGEST,
        "i want to end the live runs. " * (LONGEST // 30),
        "树下谈话" * (LONGEST // 4),
        "what did i say about " * (LONGEST // 21),
        "[" * LONGEST,
        "<!--" * (LONGEST // 4),
    ],
    ids=["prose", "one word", "lines", "ticks", "near distress", "chinese", "forms", "brackets", "comments"],
)
def test_the_longest_messages_get_an_answer_of_ordinary_length(text: str) -> None:
    """Expressions that run away would end this by the suite's own limit; speed itself is measured elsewhere."""
    assert 0 < len(_asked(text[:LONGEST], text[:LONGEST])) < 4_000
