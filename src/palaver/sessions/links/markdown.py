"""Markdown of people and models as HTML in which nothing acts and nothing is loaded; pure, it knows no page."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_LEADS_TO = ("http://", "https://", "mailto:")


def html(text: str) -> str:
    """The text as HTML."""
    return _MARKDOWN.render(text)


class _Renderer(RendererHTML):
    """Links say nothing of where they were clicked; an image is a link to it."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Mapping[str, Any]) -> str:
        """The opening tag of a link; none where it leads nowhere: `[x]()`."""
        to = str(tokens[idx].attrs.get("href", ""))
        return f'<a href="{escape(to)}" rel="noopener noreferrer nofollow ugc">' if to else ""

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Mapping[str, Any]) -> str:
        """Its closing tag; links stand in no links, so the last one that was opened is meant."""
        opened = next(one for one in reversed(tokens[:idx]) if one.type == "link_open")
        return "</a>" if opened.attrs.get("href") else ""

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Mapping[str, Any]) -> str:
        """What would be an image, by its name."""
        return f"[Image: {escape(_plain(tokens[idx].children or ()))}]"

    def td_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Mapping[str, Any]) -> str:
        """A cell, without a style of its own."""
        return f"<{tokens[idx].tag}>"

    th_open = td_open


def _plain(tokens: Iterable[Token]) -> str:
    return "".join(one.content or _plain(one.children or ()) for one in tokens)


def _made() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable(["table", "strikethrough"])
    made.validateLink = lambda url: url.strip().lower().startswith(_LEADS_TO)  # type: ignore[method-assign]
    return made


_MARKDOWN = _made()
