"""Turns that no model answers, because a person does: which they are, and what is said instead; pure."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from palaver.core.messages import Author, Message
from palaver.inference.port import ResolvedModel
from palaver.runs.joining.words import JOINED, LEFT, MISSED, RECEIVED, SILENT
from palaver.runs.prompt import Prompt, Received, Spoken
from palaver.sessions.session import Human, Session


def _stand_in(model: str, name: str) -> ResolvedModel:
    return ResolvedModel(
        id=f"palaver/{model}", provider="palaver", model=model, name=name, tools="no", images="no", local=True
    )


PERSON: Final = _stand_in("person", "A person from the team")
HOUSE: Final = _stand_in("house", "Palaver itself")


def stand_in(prompt: Prompt) -> ResolvedModel | None:
    """What answers a turn for which no model is asked; None where one is."""
    if prompt.spoken is not None:
        return PERSON if prompt.spoken.name is not None else HOUSE
    return HOUSE if prompt.received is not None else None


def said(prompt: Prompt) -> str | None:
    """What the answer of such a turn is."""
    if prompt.spoken is not None:
        return prompt.spoken.text
    return None if prompt.received is None else _received(prompt.received)


def author(prompt: Prompt) -> Author | msgspec.UnsetType:
    """The person whose words the answer is, where it is a person's."""
    if prompt.spoken is None or prompt.spoken.name is None:
        return msgspec.UNSET
    return Author(None, prompt.spoken.name, "human")


def attending(session: Session, now: str) -> Human | None:
    """Who from the team answers in a session, if somebody still does."""
    human = session.human
    return human if isinstance(human, Human) and human.until > now else None


def words_of(messages: Iterable[Message]) -> tuple[str, ...]:
    """What people from the team said in these messages."""
    return tuple(one.text for one in messages if isinstance(one.author, Author) and one.author.kind == "human")


def joined(name: str) -> Spoken:
    """What is told when somebody begins to answer."""
    return Spoken(_in(JOINED, name))


def left(name: str) -> Spoken:
    """What is told when somebody answers no more."""
    return Spoken(_in(LEFT, name))


def silent(name: str) -> Spoken:
    """What is told when somebody who answered was silent for too long."""
    return Spoken(_in(SILENT, name))


def _received(received: Received) -> str:
    missed = "".join(f"{_in(MISSED, received.name)}\n\n{text}\n\n" for text in received.missed)
    return missed + _in(RECEIVED, received.name)


def _in(words: Mapping[str, str], name: str) -> str:
    return "\n\n".join(text.format(name=name) for text in words.values())
