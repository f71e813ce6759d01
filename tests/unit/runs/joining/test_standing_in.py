"""Turns that a person answers instead of a model: which they are, and what is said."""

from palaver.core.ids import SessionId
from palaver.core.messages import Author, Message
from palaver.runs.joining import standing_in
from palaver.runs.prompt import Prompt, Received, Spoken
from palaver.sessions.session import Human, Session

NOON, LATER = "2026-11-22T12:00:00.000000Z", "2026-11-22T12:30:00.000000Z"


def session(human: Human | None = None) -> Session:
    made = Session(id=SessionId("ses_1"), created_at=NOON, updated_at=NOON)
    return made if human is None else Session(id=made.id, created_at=NOON, updated_at=NOON, human=human)


def test_a_plain_turn_is_a_models() -> None:
    assert standing_in.stand_in(Prompt()) is None
    assert standing_in.said(Prompt()) is None


def test_a_persons_words_are_told_as_they_are_and_as_theirs() -> None:
    prompt = Prompt(spoken=Spoken("I am here.", "Amina"))
    assert standing_in.stand_in(prompt) is standing_in.PERSON
    assert standing_in.said(prompt) == "I am here."
    assert standing_in.author(prompt) == Author(None, "Amina", "human")


def test_what_the_house_says_is_nobodys_words() -> None:
    for prompt in (Prompt(spoken=standing_in.joined("Amina")), Prompt(received=Received("Amina"))):
        assert standing_in.stand_in(prompt) is standing_in.HOUSE
        assert "Amina" in (standing_in.said(prompt) or "")
        assert not standing_in.author(prompt)


def test_who_has_not_seen_a_persons_words_is_told_them_first() -> None:
    said = standing_in.said(Prompt(received=Received("Amina", ("One.", "Two.")))) or ""
    assert said.index("One.") < said.index("Two.") < said.index("can read your message")


def test_somebody_attends_until_the_time_that_the_session_names_and_not_at_it() -> None:
    human = Human("esc_1", "Amina", joined_at=NOON, until=LATER)
    assert standing_in.attending(session(human), NOON) == human
    assert standing_in.attending(session(human), LATER) is None
    assert standing_in.attending(session(), NOON) is None


def test_only_words_of_people_from_the_team_are_told_again() -> None:
    def message(text: str, author: Author | None) -> Message:
        more = {} if author is None else {"author": author}
        return Message(id=text, session_id="ses_1", role="assistant", text=text, created_at=NOON, **more)  # type: ignore[arg-type]

    found = [
        message("model", None),
        message("elsewhere", Author(None, "Ada")),
        message("human", Author(None, "A", "human")),
    ]
    assert standing_in.words_of(found) == ("human",)
