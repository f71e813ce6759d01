from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import ImagePart, Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.sessions.links.page import MOST_SHOWN, POLICY, STYLE, markdown, page
from tests.promises import keeps

# Elements that a page may have, with the attributes that they may have there. None loads or does anything.
PLAIN = (
    "head title style body h2 h3 h4 h5 h6 main section em strong s pre ul li blockquote table thead tbody tr th td hr "
    "br nav footer"
)
MAY: dict[str, set[str]] = {
    **{name: set() for name in PLAIN.split()},
    "html": {"lang"},
    "meta": {"charset", "name", "content"},
    "h1": {"dir"},
    "div": {"dir", "class"},
    "p": {"class"},
    "ol": {"start"},
    "code": {"class"},
    "a": {"href", "rel"},
}
SCHEMES = ("http://", "https://", "mailto:")

# Pieces that pull at the seams of Markdown and HTML.
pieces = st.sampled_from(
    [
        "<script>",
        "</script>",
        "<img src=x onerror=",
        "](javascript:",
        "![a](",
        "[a](",
        ")",
        "<",
        ">",
        '"',
        "'",
        "`",
        "```",
        "\n",
        "\n\n",
        "    ",
        "<!--",
        "-->",
        "&lt;",
        "&#x3c;",
        "&#106;avascript:",
        "javascript:",
        "data:text/html,",
        "https://evil.example/",
        "<a href=",
        "onclick=",
        "</title>",
        "</style>",
        "<svg/onload=",
        "|a|b|\n|-|:-|\n",
        "[x]: ",
        "<https://",
        "\x00",
        "\\",
        "*",
        "~~",
        "vbscript:",
        "//evil.example",
        ' "t" ',
        "\u202e",
        "\ud7ff",
        "é",
        "<style>",
        "{{",
        "1. ",
        "# ",
        "> ",
    ]
)
hostile = st.lists(st.one_of(pieces, st.text(max_size=5)), max_size=30).map("".join)


class Strict(HTMLParser):
    """A parser that refuses what it is not told of."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.styles: list[str] = []
        self.inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        assert tag in MAY, tag
        assert {name for name, _ in attrs} <= MAY[tag], (tag, attrs)
        if tag == "a":
            to = dict(attrs)["href"] or ""
            assert to.strip().lower().startswith((*SCHEMES, "?page=")), to

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "style":
            self.styles.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def said(*parts: Part, role: str = "user") -> Message:
    return Message(
        id=MessageId("msg_1"), session_id=SessionId("ses_1"), role=role, parts=parts, text="", created_at="2026"  # type: ignore[arg-type]
    )  # fmt: skip


@keeps("sharing:links:safe")
@settings(max_examples=150, deadline=None)
@given(hostile, hostile)
def test_whatever_was_said_a_page_has_only_what_it_may_have(text: str, other: str) -> None:
    parts: tuple[Part, ...] = (
        TextPart(text=text),
        ReasoningPart(text=other),
        ToolCallPart(call_id="c", name=other, arguments={"a": text}),
        ToolResultPart(call_id="c", ok=True, content=text),
        ImagePart(name=other, url="https://evil.example/x.png"),
    )
    whole = page(other, [said(*parts)], tools=True, reasoning=True, turn=(0, 100, 1))
    assert Strict(whole).styles == [STYLE]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a](https://b.example/?x=1&y=2)", 'href="https://b.example/?x=1&amp;y=2" rel="noopener noreferrer nofollow'),
        ("![cat](https://evil.example/c.png)", "[Image: cat]"),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x]() and [y](https://b.example/)", '<p>x and <a href="https://b.example/"'),
        ("**b** _i_ `c`", "<strong>b</strong> <em>i</em> <code>c</code>"),
        ("|a|b|\n|:-|-:|\n|1|2|", "<td>1</td>"),
    ],
)  # fmt: skip
def test_markdown_is_told_and_nothing_in_it_acts(text: str, told: str) -> None:
    assert told in markdown(text)


def test_a_text_of_any_length_is_bounded() -> None:
    assert len(markdown("x" * 3 * MOST_SHOWN)) < MOST_SHOWN + 100


def test_what_is_not_chosen_and_what_the_system_says_is_left_out() -> None:
    told = [
        said(TextPart(text="the system"), role="system"),
        said(TextPart(text="the answer"), ReasoningPart(text="the thought"), role="assistant"),
        said(ToolResultPart(call_id="c", ok=True, content="the result"), role="tool"),
    ]
    whole = page(None, told, tools=False, reasoning=False, turn=(0, 100, 3))
    assert [word in whole for word in ("the system", "the answer", "the thought", "the result")] == [0, 1, 0, 0]


def test_the_policy_lets_no_script_in_and_loads_nothing() -> None:
    rules = dict(rule.strip().partition(" ")[::2] for rule in POLICY.split(";"))
    assert rules["default-src"] == "'none'"
    assert "script-src" not in rules
    assert "img-src" not in rules
    assert "allow-scripts" not in rules["sandbox"]
    assert "allow-same-origin" not in rules["sandbox"]
