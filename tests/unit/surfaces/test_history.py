"""The marks of histories: one mark where the same was said, however it is cut, and another one where not."""

from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as some

from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import (
    FilePart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from palaver.surfaces.history import Said, as_given_back, marks, turns

words = some.text(min_size=1, max_size=5)
call_ids = some.sampled_from(["a", "b", "c"])
texts = some.builds(TextPart, text=words)
thoughts = some.builds(ReasoningPart, text=words)
images = some.builds(ImagePart, url=some.builds("data:image/png;base64,{}".format, words))
files = some.builds(FilePart, file_id=words)
calls = some.builds(
    ToolCallPart, call_id=call_ids, name=words, arguments=some.dictionaries(words, some.integers(0, 9), max_size=3)
)
results = some.builds(ToolResultPart, call_id=call_ids, ok=some.booleans(), content=words)
users = some.builds(Said, some.just("user"), some.lists(texts | images | files | results, max_size=4).map(tuple))
answers = some.builds(Said, some.just("assistant"), some.lists(texts | thoughts | calls, max_size=4).map(tuple))
histories = some.lists(users | answers, max_size=6)


@given(histories)
def test_turns_alternate_and_lose_nothing(history: list[Said]) -> None:
    whole = turns(history)
    assert all(before.role != after.role for before, after in pairwise(whole))
    assert sum(len(said.parts) for said in whole) == sum(len(said.parts) for said in history)
    assert turns(whole) == whole


def test_messages_of_a_person_that_follow_one_another_do_not_run_into_each_other() -> None:
    image, result = ImagePart(url="data:,"), ToolResultPart(call_id="a", ok=True, content="x")
    said = [
        Said("user", (TextPart(text="hello"),)),
        Said("user", (image, TextPart(text="who "), TextPart(text="is it"))),
    ]
    (one,) = turns(said)
    assert one.parts == (TextPart(text="hello"), image, TextPart(text="\n\nwho "), TextPart(text="is it"))
    (alone,) = turns([Said("user", (result,)), Said("user", (TextPart(text="hello"),))])
    assert alone.parts == (result, TextPart(text="hello"))


@given(histories, words)
def test_a_mark_is_of_all_that_was_said_and_of_nothing_else(history: list[Said], word: str) -> None:
    thought = ReasoningPart(text=word)
    aloud = [Said(said.role, (thought, *said.parts)) if said.role == "assistant" else said for said in history]
    assert marks(aloud) == marks(history)
    more = [*history, Said("user", (TextPart(text=word),))]
    assert marks(more)[:-1] == marks(history)
    assert len(set(marks(more))) == len(more)
    for at in range(len(history)):
        changed = [*history[:at], Said(history[at].role, (*history[at].parts, TextPart(text=word))), *history[at + 1 :]]
        assert marks(changed)[:at] == marks(history)[:at]
        assert not set(marks(changed)[at:]) & set(marks(history)[at:])


@given(texts, texts)
def test_text_has_one_mark_however_it_is_cut(first: TextPart, second: TextPart) -> None:
    apart: tuple[Part, ...] = (first, second)
    joined: tuple[Part, ...] = (TextPart(text=first.text + second.text),)
    assert marks([Said("user", apart)]) == marks([Said("user", joined)])


@given(some.lists(texts | thoughts | calls, max_size=5))
def test_an_answer_that_is_given_back_has_the_mark_that_was_written_down_with_it(parts: list[Part]) -> None:
    message = Message(
        id=MessageId("m"), session_id=SessionId("s"), role="assistant", parts=tuple(parts), created_at="2026"
    )
    brought = Said("assistant", tuple(part for part in parts if not isinstance(part, ReasoningPart)))
    assert marks([as_given_back(message)], "x") == marks([brought], "x")


def test_the_order_of_keys_in_arguments_counts_for_nothing() -> None:
    one, other = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    said = [Said("assistant", (ToolCallPart(call_id="c", name="n", arguments=one),))]
    assert marks(said) == marks([Said("assistant", (ToolCallPart(call_id="c", name="n", arguments=other),))])


def test_results_that_differ_in_their_images_alone_have_marks_of_their_own() -> None:
    plain = ToolResultPart(call_id="c", ok=True, content="x")
    shown = msgspec.structs.replace(plain, parts=(ImagePart(url="data:image/png;base64,eA=="),))
    assert marks([Said("user", (plain,))]) != marks([Said("user", (shown,))])
