"""What a model is told fits its window, begins with what a person said, and says what was cut."""

from hypothesis import given
from hypothesis import strategies as some

from palaver.context.attribution import CUT, RULE
from palaver.context.window import BYTES_PER_TOKEN, IMAGE_TOKENS, SPARE, UNKNOWN_WINDOW, Told, told
from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import ImagePart, Message, MessageRole, MessageStatus, Part, ReasoningPart, TextPart, text_of

IMAGE = ImagePart(url="https://example.org/a.png")


def said(
    role: MessageRole, *parts: Part | str, model: str | None = None, status: MessageStatus = "complete"
) -> Message:
    whole = tuple(TextPart(text=part) if isinstance(part, str) else part for part in parts)
    return Message(
        id=MessageId("msg_1"),
        session_id=SessionId("ses_1"),
        role=role,
        parts=whole,
        text=text_of(whole),
        model=model if role == "assistant" else None,
        status=status,
        created_at="now",
    )


texts = some.text(min_size=1, max_size=20) | some.integers(1, 400).map(lambda size: "x" * size)
speakers = some.builds(
    said,
    some.sampled_from(["user", "assistant", "user", "assistant", "system", "tool"]),
    texts | some.just(IMAGE) | some.just(ReasoningPart(text="hm")),
    model=some.sampled_from([None, "x/large", "x/small"]),
    status=some.sampled_from(["complete", "partial", "error"]),
)
paths = some.lists(speakers, max_size=10)
windows = some.integers(1, 2_000)
systems = some.none() | texts


def weight(view: Told) -> float:
    spoken = [
        view.system or "",
        *(part.text for turn in view.turns for part in turn.parts if isinstance(part, TextPart)),
    ]
    images = sum(isinstance(part, ImagePart) for turn in view.turns for part in turn.parts)
    return sum(len(text.encode()) for text in spoken) / BYTES_PER_TOKEN + images * IMAGE_TOKENS


@given(paths, systems, windows)
def test_what_is_told_fits_unless_only_the_last_message_is_left(
    path: list[Message], system: str | None, window: int
) -> None:
    view = told(path, model="x/large", system=system, window=window)
    assert len(view.turns) <= 1 or weight(view) <= window * SPARE + 1e-6


@given(paths, systems, windows)
def test_what_is_told_are_the_newest_messages_and_the_rest_is_counted(
    path: list[Message], system: str | None, window: int
) -> None:
    view = told(path, model="x/large", system=system, window=window)
    whole = told(path, model="x/large", system=None, window=1 << 40)
    assert view.turns == whole.turns[len(whole.turns) - len(view.turns) :]
    assert view.left_out - whole.left_out == len(whole.turns) - len(view.turns)
    assert bool(view.turns) == bool(whole.turns)


@given(paths, texts, windows)
def test_the_system_prompt_is_always_told(path: list[Message], system: str, window: int) -> None:
    view = told(path, model="x/large", system=system, window=window)
    assert view.system is not None
    assert view.system.startswith(system)


@given(paths, windows)
def test_a_history_of_several_turns_does_not_begin_with_an_answer(path: list[Message], window: int) -> None:
    view = told(path, model="x/large", system=None, window=window)
    assert len(view.turns) <= 1 or view.turns[0].role != "assistant"


def test_answers_are_marked_and_the_rule_is_told_where_several_models_meet() -> None:
    path = [said("user", "Hi"), said("assistant", "Ho", model="x/small"), said("user", "[Response from x/large] Me")]
    view = told(path, model="x/large", system="Be kind.", window=None)
    assert view.attributed
    assert view.system == f"Be kind.\n\n{RULE}"
    assert [part.text for turn in view.turns for part in turn.parts if isinstance(part, TextPart)] == [
        "Hi", "[Response from x/small]\nHo", "(Response from x/large) Me"
    ]  # fmt: skip


def test_with_one_model_nothing_is_marked() -> None:
    view = told([said("assistant", "Ho", model="x/large")], model="x/large", system=None, window=None)
    assert (view.attributed, view.system, view.turns[0].parts) == (False, None, (TextPart(text="Ho"),))


def test_an_answer_that_was_cut_says_so_to_the_next_model() -> None:
    path = [said("user", "Hi"), said("assistant", "Hel", model="x/large", status="partial"), said("user", "Go on")]
    view = told(path, model="x/large", system=None, window=None)
    assert view.turns[1].parts == (TextPart(text=f"Hel\n\n{CUT}"),)


def test_of_an_answer_only_its_text_is_told_and_of_a_person_images_too() -> None:
    path = [said("user", "Look", IMAGE), said("assistant", ReasoningPart(text="hm"), "I see"), said("user", "And?")]
    view = told(path, model="x/large", system=None, window=None)
    assert [turn.parts for turn in view.turns] == [
        (TextPart(text="Look"), IMAGE), (TextPart(text="I see"),), (TextPart(text="And?"),)
    ]  # fmt: skip
    assert view.left_out == 0


def test_an_answer_without_text_is_neither_told_nor_left_out() -> None:
    path = [said("user", "Hi"), said("assistant", ReasoningPart(text="hm"), status="partial"), said("user", "Go on")]
    view = told(path, model="x/large", system=None, window=None)
    assert ([turn.role for turn in view.turns], view.left_out) == (["user", "user"], 0)


def test_where_nobody_knows_the_window_a_small_one_is_assumed() -> None:
    long = "x" * int(UNKNOWN_WINDOW * SPARE * BYTES_PER_TOKEN / 2)
    path = [said("user", long), said("user", long), said("user", "last")]
    assert told(path, model="x", system=None, window=None).left_out == 1
    assert told(path, model="x", system=None, window=UNKNOWN_WINDOW * 2).left_out == 0


def test_nothing_said_is_nothing_told() -> None:
    assert told([], model="x", system=None, window=10) == Told(None, (), 0, attributed=False)
