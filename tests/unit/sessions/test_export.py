"""A session to take away: for people as Markdown, under a name that every disk takes."""

import re

from hypothesis import given
from hypothesis import strategies as some

from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Message, MessageError, MessageRole, MessageStatus, TextPart
from palaver.sessions.export import file_name, markdown
from palaver.sessions.session import Session


def session(title: str | None) -> Session:
    return Session(id=SessionId("ses_1"), title=title, created_at="2026-01-01", updated_at="2026-01-01")


def said(
    role: MessageRole, text: str, *, model: str | None = None, status: MessageStatus = "complete",
    error: MessageError | None = None,
) -> Message:  # fmt: skip
    return Message(
        id=MessageId("msg_1"),
        session_id=SessionId("ses_1"),
        role=role,
        parts=(TextPart(text=text),),
        text=text,
        model=model,
        status=status,
        error=error,
        created_at="2026-01-01",
    )


def test_a_conversation_reads_as_who_said_what_in_order() -> None:
    told = markdown(session("Rain"), [said("user", "Will it rain?"), said("assistant", "Yes.", model="x/large")])
    assert told.split("\n")[0] == "# Rain"
    assert re.findall(r"^## (.*)$", told, re.MULTILINE) == ["You", "x/large"]
    assert told.index("Will it rain?") < told.index("Yes.")


def test_what_is_not_whole_says_why() -> None:
    failed = said("assistant", "Ye", status="error", error=MessageError("model_timeout", "The model\ntook too long"))
    told = markdown(session(None), [failed, said("assistant", "Y", status="partial")])
    assert told.startswith("# Untitled")
    assert "*(The model took too long)*" in told
    assert "*(interrupted)*" in told


def test_a_title_over_several_lines_makes_one_heading() -> None:
    assert markdown(session("a\n# b"), []).split("\n")[0] == "# a # b"


def test_a_file_is_called_by_its_title_and_its_format() -> None:
    assert file_name(session("Will it rain, tomorrow?"), "markdown") == "will-it-rain-tomorrow.md"
    assert file_name(session("Habari?"), "json") == "habari.json"


def test_a_title_that_leaves_no_name_gives_way_to_the_sessions_id() -> None:
    assert file_name(session("你好"), "json") == "ses_1.json"
    assert file_name(session(None), "markdown") == "ses_1.md"


@given(
    some.text(max_size=60)
    | some.sampled_from(["../../etc/passwd", 'a"; b=".exe', "a\r\nb", "-rf", ".", "con", "NUL", "aux"])
)
def test_a_file_name_is_safe_in_a_header_and_on_every_disk(title: str) -> None:
    name = file_name(session(title), "json")
    assert re.fullmatch(r"[a-z0-9_][a-z0-9_-]*\.json", name)
    assert len(name) <= 50
    # these are devices on Windows, whatever stands after the dot
    assert not re.fullmatch(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", name.partition(".")[0])
