"""The program that makes Markdown of one HTML page: the page comes in, its title and text go out; it opens nothing.

It is started by `web_pages.py` as a process with limits of its own, for some pages take minutes to parse, and imports
nothing of Palaver. What a browser would not show (scripts, styles, what is hidden) is left out, and so is what stands
around the content, where a page says which part is its content.
"""

import re
import resource
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

_MEMORY = 1 << 30
_SECONDS = 6  # of its processor; a page of 5 MB takes three
_LONGEST_TEXT = 8 << 20

_UNSEEN = (
    "script, style, noscript, template, svg, canvas, iframe, object, head > :not(title), [hidden], [aria-hidden=true], "
    "[style*='display:none'], [style*='display: none'], [style*='visibility:hidden'], [style*='visibility: hidden']"
)
_AROUND = "nav, header, footer, aside, form"
_CONTENT = "main, article, [role=main]"
_ENOUGH = 200  # characters that what calls itself the content must have to be taken for it
_DEEPEST = 2_000  # elements in each other; what lies deeper is left out

_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_PARAGRAPHS = frozenset({
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "ul",
})  # fmt: skip
_OPENS = {**_HEADINGS, **dict.fromkeys(_PARAGRAPHS, ""), "li": "- ", "tr": "", "br": ""}
_SPACE = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n[\s]*\n\s*")


def readable(html: str, url: str) -> tuple[str, str]:
    """Title and content of a page; links are whole."""
    tree = LexborHTMLParser(html)
    title = tree.css_first("title")
    named = _SPACE.sub(" ", title.text().replace("\n", " ")).strip() if title else ""
    unseen = _ids(tree.css(_UNSEEN))
    content = tree.css_first(_CONTENT)
    text = _text(content, url, unseen) if content is not None else ""
    if len(text) < _ENOUGH and tree.body is not None:
        text = _text(tree.body, url, unseen | _ids(tree.css(_AROUND)))
        whole = _text(tree.body, url, unseen) if len(text) < _ENOUGH else ""
        text = whole if len(whole) > 2 * len(text) else text
    return named[:300], text


def _ids(nodes: Sequence[LexborNode]) -> frozenset[int]:
    return frozenset(node.mem_id for node in nodes)


def _text(root: LexborNode, url: str, without: frozenset[int]) -> str:
    return _EMPTY_LINES.sub("\n\n", "".join(_pieces(root, url, without))).strip()


def _pieces(root: LexborNode, url: str, without: frozenset[int]) -> Iterator[str]:
    """Opening and closing pieces of every element, without going deeper by calling itself."""
    waiting: list[tuple[Any, str]] = [(root, "")]
    deep = 0
    while waiting:
        node, closing = waiting.pop()
        if node is None:
            deep -= 1
            yield closing
        elif node.is_text_node:
            yield _words(node)
        elif deep < _DEEPEST and not node.is_comment_node and node.mem_id not in without:
            opening, closing = _around(node, url)
            yield opening
            deep += 1
            waiting.append((None, closing))
            waiting.extend((child, "") for child in reversed(list(node.iter(include_text=True))))


def _words(node: LexborNode) -> str:
    text = node.text_content or ""
    kept = node.parent is not None and node.parent.tag in {"pre", "code", "textarea"}
    return text if kept else _SPACE.sub(" ", text.replace("\n", " "))


def _around(node: LexborNode, url: str) -> tuple[str, str]:
    tag = node.tag or ""
    if tag == "a":
        target = urljoin(url, node.attributes.get("href") or "") if node.attributes.get("href") else ""
        return ("[", f"]({target})") if target.startswith(("http://", "https://")) else ("", "")
    if tag in {"td", "th"}:
        return "", " | "
    if tag == "img":
        return (f"[image: {alt}]" if (alt := node.attributes.get("alt")) else ""), ""
    if tag == "title":
        return "", "\n\n"
    if tag in _PARAGRAPHS or tag in _HEADINGS:
        return "\n\n" + _OPENS[tag], "\n\n"
    return ("\n" + _OPENS[tag], "") if tag in _OPENS else ("", "")


def main() -> None:
    """Read URL, line break and page from standard input; write title, line break and text to standard output."""
    for limit, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (most, most))
    url, _, html = sys.stdin.buffer.read().decode("utf-8", "replace").partition("\n")
    title, text = readable(html, url)
    sys.stdout.buffer.write(f"{title}\n{text[:_LONGEST_TEXT]}".encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
