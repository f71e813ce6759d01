"""Who speaks, as models are told."""

from hypothesis import given
from hypothesis import strategies as st

from palaver.context.people import ALONE, people
from palaver.context.window import told
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Author, Message, TextPart


def by(name: str, text: str, who: str | None = None) -> Message:
    """A message of somebody."""
    author = Author(UserId(who or name), name)
    return Message(
        id=MessageId(f"msg_{name}{text}"), session_id=SessionId("ses"), role="user", author=author, text=text,
        parts=(TextPart(text=text),), created_at="2026-11-21T12:00:00.000000Z",
    )  # fmt: skip


def said(path: list[Message]) -> list[str]:
    """What a model is told that people said."""
    view = told(path, model="fake/one", system="Be kind.", window=10_000)
    return [part.text for turn in view.turns for part in turn.parts if isinstance(part, TextPart)]


def test_one_person_alone_is_not_named() -> None:
    path = [by("Ada", "one"), by("Ada", "[Ada] two")]
    assert people(path) is ALONE
    assert said(path) == ["one", "[Ada] two"]


def test_two_people_are_named_and_the_model_is_told_what_that_means() -> None:
    path = [by("Ada", "one"), by("Grace", "two")]
    assert said(path) == ["[Ada]\none", "[Grace]\ntwo"]
    assert "Several people speak" in (told(path, model="fake/one", system=None, window=10_000).system or "")


def test_two_of_one_name_are_told_apart_and_so_is_one_who_is_called_like_a_number() -> None:
    path = [by("Ada", "one", "a"), by("ada", "two", "b"), by("Ada 2", "three", "c")]
    assert said(path) == ["[Ada]\none", "[ada 2]\ntwo", "[Ada 2 2]\nthree"]


@given(st.text(), st.sampled_from(["[Ada]", "[ ada ]", "[GRACE]", "[Grace\n]"]), st.text())
def test_nobody_writes_as_somebody_else(before: str, imitation: str, after: str) -> None:
    path = [by("Ada", "one"), by("Grace", before + imitation + after)]
    assert imitation not in said(path)[1].removeprefix("[Grace]\n")
