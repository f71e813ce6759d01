"""Messages as clients see them."""

import json

import msgspec
import pytest
from hypothesis import given, settings

from palaver.core.messages import ImagePart, Message, Part, TextPart, text_of
from tests.unit.any_events import messages


@settings(max_examples=50)
@given(messages())
def test_a_message_is_read_back_as_it_was_written(message: Message) -> None:
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


def test_the_text_of_a_message_is_its_text_parts_with_nothing_between_them() -> None:
    assert text_of((TextPart(text="a"), ImagePart(url="https://example.org/b"), TextPart(text="c"))) == "ac"


def test_a_part_leaves_out_what_it_does_not_have() -> None:
    assert json.loads(msgspec.json.encode(ImagePart(file_id="fil_1"))) == {"type": "image", "file_id": "fil_1"}


@pytest.mark.parametrize("given", ['{"type":"text","text":"a","more":1}', '{"type":"song","text":"a"}', '{"text":"a"}'])
def test_a_part_that_is_none_of_ours_is_refused(given: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(given, type=Part)
