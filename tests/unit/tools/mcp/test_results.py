"""What servers answer, as outcomes; and the names under which models know their tools."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types import CallToolResult, PromptMessage, TextContent

from palaver.core.messages import ImagePart
from palaver.tools.mcp.naming import LONGEST, full_name
from palaver.tools.mcp.results import outcome_of, text_of_prompt
from palaver.tools.port import Outcome


def answered(*content: dict[str, Any], **more: Any) -> Outcome:
    return outcome_of(CallToolResult.model_validate({"content": list(content), **more}), 2)


def image(data: str = "aGk=", kind: str = "image/png") -> dict[str, Any]:
    return {"type": "image", "data": data, "mimeType": kind}


def test_texts_and_resources_are_joined_for_the_model() -> None:
    resource = {"uri": "file:///a.txt", "text": "inside"}
    link = {"type": "resource_link", "name": "b", "uri": "file:///b"}
    outcome = answered({"type": "text", "text": "one"}, {"type": "resource", "resource": resource}, link)
    assert outcome == Outcome("one\nfile:///a.txt:\ninside\n[b: file:///b]")


def test_images_become_parts_and_no_more_than_there_is_room_for() -> None:
    outcome = answered(image(), image(), image())
    assert outcome.parts == (ImagePart(url="data:image/png;base64,aGk=", media_type="image/png"),) * 2
    assert "left out" in outcome.content


@pytest.mark.parametrize("block", [image(kind="image/svg+xml"), image(kind="text/html"), image(data='"><script>')])
def test_what_is_no_harmless_image_is_only_told_of(block: dict[str, Any]) -> None:
    outcome = answered(block)
    assert outcome.parts == ()
    assert "script" not in outcome.content


def test_structured_content_is_told_where_no_text_repeats_it() -> None:
    assert answered(structuredContent={"a": 1}).content == '{"a":1}'
    assert answered({"type": "text", "text": "a is 1"}, structuredContent={"a": 1}).content == "a is 1"


def test_an_error_is_an_outcome_that_is_not_ok_and_says_something() -> None:
    assert answered({"type": "text", "text": "no"}, isError=True) == Outcome("no", ok=False)
    assert answered(isError=True).content


def test_a_prompt_is_its_texts() -> None:
    messages = [
        PromptMessage(role="user", content=TextContent(text="Do this")),
        PromptMessage(role="assistant", content=TextContent(text="Gladly")),
    ]
    assert text_of_prompt(messages) == "Do this\n\n[assistant]\n\nGladly"


@given(st.text(max_size=80), st.sets(st.text(max_size=80), max_size=5))
def test_every_tool_gets_a_name_that_vendors_take(tool: str, others: set[str]) -> None:
    taken = {full_name("server", other) for other in others - {tool}}
    name = full_name("server", tool, taken)
    assert name not in taken
    assert len(name) <= LONGEST
    assert name.isascii()
    assert name.replace("_", "a").replace("-", "a").isalnum()
    assert name.startswith("mcp__server__")
