"""Facts in what a model is told: behind everything else, counted, and never instead of a turn."""

from hypothesis import given
from hypothesis import strategies as some

from palaver.context.memory.recalling import NOTHING, Recalled
from palaver.context.window import SPARE, countable, told
from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Message, TextPart
from tests.unit.context.memory.given import fact

FACTS = Recalled((fact("My dog is called Rex.", 1), fact("I build boats.", 2)), 400)


def said(text: str, number: int = 0) -> Message:
    role = "assistant" if number % 2 else "user"
    return Message(
        id=MessageId(f"msg_{number}"), session_id=SessionId("ses_1"), role=role, parts=(TextPart(text=text),),
        text=text, created_at="now",
    )  # fmt: skip


def test_facts_stand_behind_the_instructions_and_are_counted() -> None:
    path = [said("Hello")]
    plain = told(path, model="x/y", system="Be kind.", window=8_000)
    view = told(path, model="x/y", system="Be kind.", window=8_000, recalled=FACTS)
    assert plain.system == "Be kind."
    assert view.system is not None
    assert view.system.startswith("Be kind.\n\nWhat the person let you remember")
    assert (view.memories, plain.memories) == (("mem_1", "mem_2"), ())
    assert view.weights.total - plain.weights.total == view.weights.memories > 0
    assert told(path, model="x/y", system=None, window=8_000, recalled=NOTHING).system is None


def test_no_more_is_told_than_an_operator_lets_be_told() -> None:
    little = Recalled(FACTS.facts, 1)
    assert told([said("Hello")], model="x/y", system=None, window=8_000, recalled=little).memories == ()


@given(some.lists(some.integers(1, 900), min_size=1, max_size=12), some.integers(100, 2_000))
def test_facts_never_take_the_place_of_a_turn_and_all_of_it_fits(lengths: list[int], window: int) -> None:
    path = [said("x" * length, number) for number, length in enumerate(lengths)]
    plain = told(path, model="x/y", system="Be kind.", window=window)
    view = told(path, model="x/y", system="Be kind.", window=window, recalled=FACTS)
    assert (view.turns, view.left_out, view.over) == (plain.turns, plain.left_out, plain.over)
    assert not (view.memories and view.left_out)
    rounded = 3
    assert view.weights.total <= max(plain.weights.total, window * SPARE + rounded)


def test_every_text_of_facts_is_known_to_whoever_counts_all_at_once() -> None:
    texts = countable(
        [said("Hello")], model="x/y", system=None, going_on=None, tools=(), besides=(), recalled=FACTS
    )  # fmt: skip
    measured: set[str] = set()

    def note(text: str) -> float:
        measured.add(text)
        return len(text)

    told([said("Hello")], model="x/y", system=None, window=1 << 40, recalled=FACTS, measure=note)
    assert measured == texts
    assert any("Rex" in text for text in texts)
