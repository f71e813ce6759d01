"""What is stored of a message and a session gives back exactly what clients see."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as some

from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Message, Siblings, TextPart
from palaver.core.usage import Usage
from palaver.sessions import tree
from palaver.sessions.record import (
    body_of,
    message_of,
    rendered,
    session_body,
    session_of,
    tree_body,
    tree_of,
)
from palaver.sessions.session import Origin, Session
from tests.unit.any_events import messages, words

SESSION = Session(
    id=SessionId("ses_1"),
    title="Hello",
    tags=("a", "b"),
    parent=Origin(SessionId("ses_0"), MessageId("msg_0")),
    usage=Usage(input_tokens=3),
    metadata={"a": [1, None]},
    created_at="2026-01-01T00:00:00.000000Z",
    updated_at="2026-01-01T00:00:00.000000Z",
)


@given(messages())
def test_a_stored_message_reads_in_json_like_the_message_itself(message: Message) -> None:
    stored = rendered(body_of(message), message.text, msgspec.json.encode(message.metadata), message.siblings)
    assert json.loads(stored) == json.loads(msgspec.json.encode(message))


@given(messages())
def test_a_stored_message_is_read_back_as_it_was(message: Message) -> None:
    metadata = msgspec.json.encode(message.metadata)
    assert message_of(body_of(message), message.text, metadata, message.siblings) == message


@given(messages())
def test_without_siblings_and_metadata_a_message_is_an_only_child_with_none(message: Message) -> None:
    alone = msgspec.structs.replace(message, siblings=Siblings(), metadata={})
    assert json.loads(rendered(body_of(message), message.text, None)) == json.loads(msgspec.json.encode(alone))
    assert message_of(body_of(message), message.text, None) == alone


@given(words)
def test_a_text_is_stored_once(text: str) -> None:
    message = Message(
        id=MessageId("msg_1"),
        session_id=SessionId("ses_1"),
        role="user",
        parts=(TextPart(text=text),),
        text=text,
        created_at="now",
    )
    assert "parts" not in json.loads(body_of(message))
    assert "text" not in json.loads(body_of(message))


def test_a_session_is_stored_as_clients_see_it() -> None:
    assert json.loads(session_body(SESSION)) == json.loads(msgspec.json.encode(SESSION))
    assert session_of(session_body(SESSION)) == SESSION


@given(some.lists(some.integers(0, 3), max_size=8))
def test_a_tree_is_read_back_as_it_was(below: list[int]) -> None:
    grown, places = tree.seed("ses"), [None]
    for number in below:
        grown, place = tree.append(grown, places[number % len(places)], f"m{len(places)}")
        places.append(place)
    assert tree_of(tree_body(grown)) == grown
