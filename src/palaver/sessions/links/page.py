"""What whoever opens a share link sees, as HTML without any script; pure, it reads nothing.

Text of people and models is Markdown in which no HTML counts. Nothing on a page is loaded from anywhere: images and
files are named, not shown, and links lead only to web pages and mail, without saying from where.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

import msgspec

from palaver.core.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from palaver.kit.lazily import Lazily

if TYPE_CHECKING:
    from palaver.sessions.links import markdown as written_out
else:
    written_out = Lazily("palaver.sessions.links.markdown")  # 2 MB until somebody opens a share link

STYLE = (
    ":root{color-scheme:light dark;font:17px/1.6 system-ui,sans-serif}"
    "body{max-width:44rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "h1{font-size:1.4rem}h2{font-size:.9rem;margin:2rem 0 .25rem;opacity:.7}"
    "pre{overflow-x:auto;padding:.75rem;border:1px solid #8886;border-radius:.4rem}"
    "table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.25rem .5rem}"
    "blockquote{margin-left:0;padding-left:1rem;border-left:3px solid #8886}"
    "footer,.aside{font-size:.85rem;opacity:.75}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# No script, nothing loaded, no form, no frame around it; the sandbox says so a second time.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox "
    "allow-top-navigation-by-user-activation"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "private, no-store",
}
MOST_SHOWN = 100_000  # characters of one part; the rest of a longer one is left out, and that is said


def page(
    title: str | None, messages: Sequence[Message], *, tools: bool, reasoning: bool, turn: tuple[int, int, int]
) -> str:  # fmt: skip
    """The whole page; `turn` says which of how many messages come first here, and how many there are on one."""
    said = "".join(_message(one, tools=tools, reasoning=reasoning) for one in messages)
    return _framed(title or "A conversation", said + _turning(*turn))


def nothing() -> str:
    """The page that everybody sees who has no link that holds."""
    return _framed("There is nothing here", "<p>The link was never one, or it holds no more.</p>")


def markdown(text: str) -> str:
    """Markdown as HTML, in which nothing acts and nothing is loaded."""
    return written_out.html(_bounded(text))


# Whoever reads may need somebody, too; nobody knows in which country.
_HELP = '<a href="https://findahelpline.com" rel="noopener noreferrer">Find help</a>'


def _framed(title: str, body: str) -> str:
    named = escape(title)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex, nofollow">'
        f"<title>{named}</title><style>{STYLE}</style></head>"
        f'<body><h1 dir="auto">{named}</h1><main>{body}</main>'
        f"<footer>Shared from Palaver, to be read only. Answers of models may be wrong. {_HELP}</footer></body></html>"
    )


def _message(message: Message, *, tools: bool, reasoning: bool) -> str:
    if message.role == "system":
        return ""
    parts = [part for part in message.parts if _is_shown(part, tools=tools, reasoning=reasoning)]
    shown = "".join(_part(part) for part in parts)
    return f'<section><h2>{escape(_who(message))}</h2><div dir="auto">{shown}</div></section>' if shown else ""


def _who(message: Message) -> str:
    if message.role == "assistant":
        return "Answer"
    if message.role == "tool":
        return "Tool"
    return message.author.name if message.author and message.author.name else "Question"


def _is_shown(part: Part, *, tools: bool, reasoning: bool) -> bool:
    if isinstance(part, ToolCallPart | ToolResultPart):
        return tools
    return reasoning or not isinstance(part, ReasoningPart)


def _part(part: Part) -> str:
    match part:
        case TextPart(text=text):
            return markdown(text)
        case ReasoningPart(text=text):
            return f'<div class="aside">{markdown(text)}</div>'
        case ToolCallPart(name=name, arguments=arguments):
            return _aside(f"Asked the tool {name}", msgspec.json.encode(arguments).decode())
        case ToolResultPart(content=content):
            return _aside("What the tool said", content)
        case ImagePart(name=name):
            return _named("Image", name)
        case FilePart(name=name):
            return _named("File", name)
        case AudioPart():
            return _named("Recording", None)


def _aside(said: str, text: str) -> str:
    return f'<div class="aside"><p>{escape(said)}</p><pre>{escape(_bounded(text))}</pre></div>'


def _named(kind: str, name: str | None) -> str:
    return f'<p class="aside">[{kind}{escape(f": {name}") if name else ""}]</p>'


def _bounded(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "\n\n[The rest is left out.]"


def _turning(start: int, each: int, count: int) -> str:
    at, last = start // each, (count - 1) // each
    links = [f'<a href="?page={number}">{says}</a>' for number, says in _ways(at, last)]
    return f"<nav><p>{' · '.join(links)}</p></nav>" if links else ""


def _ways(at: int, last: int) -> Iterator[tuple[int, str]]:
    if at > 0:
        yield at - 1, "Earlier"
    if at < last:
        yield at + 1, "Later"
