"""WebSearch: what a configured search API finds; it opens no result."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from palaver.kit.http import AddressRefused, Fetched, FetchFailed, Outside
from palaver.tools.builtin.web_fetch import UNTRUSTED
from palaver.tools.builtin.web_settings import SEARCH_GUARD, SearchKind, WebSettings
from palaver.tools.port import Outcome, Scene, ToolSpec

MOST_RESULTS = 20
RESULTS = 8
_SECONDS = 20.0
_BYTES = 2_000_000
_LONGEST = 1_000  # characters of a result's text


class _Question(NamedTuple):
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


class _Found(msgspec.Struct):
    """One result; the APIs call its text by different names."""

    title: str = ""
    url: str = ""
    content: str | None = None
    description: str | None = None


class _Results(msgspec.Struct):
    results: list[_Found]


class _Brave(msgspec.Struct):
    web: _Results | None = None


class WebSearch:
    """Asks the operator's search API. Close it at the end."""

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings
        self._outside: Outside | None = None
        self.spec = ToolSpec(
            name="WebSearch",
            description="Search the web: titles, addresses and excerpts of pages. Read one with WebFetch.",
            parameters={
                "type": "object",
                "properties": {
                    "query": {"type": "string", "minLength": 1, "maxLength": 400, "description": "What to look for."},
                    "results": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": MOST_RESULTS,
                        "description": f"How many; default {RESULTS}.",
                    },
                },
                "required": ["query"],
                "additionalProperties": False,
            },
            effect="acts",
            replay_safe=True,
            deadline=_SECONDS + 10,
        )

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        assert self._settings.search is not None, "it is only made where a search API is configured"
        most = arguments.get("results", RESULTS)
        question = _asked(self._settings.search, self._settings, arguments["query"], most)
        try:
            reply = await self._network().send(
                question.method, question.url, headers=question.headers, body=question.body
            )
            found = _read(self._settings.search, reply)
        except (AddressRefused, FetchFailed) as failed:
            return Outcome(f"The search did not work. {failed}", ok=False)
        return Outcome(_told(arguments["query"], found[:most]))

    async def close(self) -> None:
        """Close every connection."""
        if self._outside is not None:
            await self._outside.close()

    def _network(self) -> Outside:
        if self._outside is None:
            self._outside = Outside(SEARCH_GUARD, deadline=_SECONDS, limit=_BYTES)
        return self._outside


def _asked(kind: SearchKind, settings: WebSettings, query: str, most: int) -> _Question:
    key = settings.search_key.reveal() if settings.search_key is not None else ""
    authorised = {"authorization": f"Bearer {key}"} if key else {}
    match kind:
        case "searxng":
            return _Question("GET", _with(settings.search_at, q=query, format="json"), authorised)
        case "brave":
            headers = {"accept": "application/json", "x-subscription-token": key}
            return _Question("GET", _with(settings.search_at, q=query, count=str(most)), headers)
        case "tavily":
            body = msgspec.json.encode({"query": query, "max_results": most})
            return _Question("POST", settings.search_at, {**authorised, "content-type": "application/json"}, body)


def _with(url: str, **parameters: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def _read(kind: SearchKind, reply: Fetched) -> Sequence[_Found]:
    if reply.status != 200:
        raise FetchFailed(f"The search server answered with status {reply.status}.")
    try:
        if kind == "brave":
            brave = msgspec.json.decode(reply.body, type=_Brave)
            return brave.web.results if brave.web else ()
        return msgspec.json.decode(reply.body, type=_Results).results
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FetchFailed("The search server answered something that cannot be read.") from None


def _told(query: str, found: Sequence[_Found]) -> str:
    if not found:
        return f"Nothing was found for: {query}"
    lines = [
        f"{number}. {_line(one.title)}\n   {_line(one.url)}\n   {_line(one.content or one.description or '')}"
        for number, one in enumerate(found, 1)
    ]
    return "\n".join([UNTRUSTED, *lines])


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


def web_search(settings: WebSettings) -> WebSearch | None:
    """The tool, where a search API is configured."""
    return WebSearch(settings) if settings.search is not None else None
