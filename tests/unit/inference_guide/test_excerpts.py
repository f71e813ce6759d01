"""Trimming quotations without changing what is kept."""

from hypothesis import given
from hypothesis import strategies as st

from palaver.inference.guide.excerpts import LEFT_OUT, excerpt, sentences_of

WANTED = frozenset({"harbour"})


def test_what_fits_is_kept_as_it_is() -> None:
    assert excerpt(["One.", "Two."], WANTED, 100) == "One.\n\nTwo."


def test_the_relevant_paragraph_is_kept_and_marks_stand_for_the_rest() -> None:
    assert excerpt(["a " * 40, "The harbour.", "b " * 40], WANTED, 20) == f"{LEFT_OUT}\n\nThe harbour.\n\n{LEFT_OUT}"


def test_code_is_never_cut_and_keeps_the_line_before_it() -> None:
    code = "```sh\nharbour --enter\n" + "wait\n" * 50 + "```"
    text = excerpt(["Intro. " * 30, "Enter like this:", code], WANTED, 60)
    assert text == f"{LEFT_OUT}\n\nEnter like this:\n\n{code}"


def test_of_a_long_table_the_head_and_the_relevant_rows_are_kept() -> None:
    rows = [f"| place {n} | far |" for n in range(30)]
    table = "\n".join(["| what | where |", "|---|---|", *rows[:20], "| harbour | near |", *rows[20:]])
    text = excerpt([table], WANTED, 60)
    assert text.startswith("| what | where |\n|---|---|\n")
    assert "| harbour | near |" in text
    assert text.endswith(LEFT_OUT)


def test_of_a_long_list_the_relevant_items_are_kept() -> None:
    items = [f"- item {n} of the list" for n in range(20)]
    assert "- the harbour" in excerpt(["\n".join([*items, "- the harbour"])], WANTED, 60)


def test_of_a_long_paragraph_the_sentences_around_the_word_are_kept() -> None:
    text = excerpt(["Far. " * 50 + "The harbour is here. " + "Gone. " * 50], WANTED, 40)
    assert "The harbour is here." in text
    assert text.startswith(LEFT_OUT)
    assert text.endswith(LEFT_OUT)
    assert len(text) < 70


@given(st.text())
def test_sentences_hold_every_visible_character(text: str) -> None:
    assert "".join("".join(sentences_of(text)).split()) == "".join(text.split())
