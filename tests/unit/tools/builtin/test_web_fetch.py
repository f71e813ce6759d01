"""WebFetch against a real server that serves, redirects, drips, bursts and lies; and addresses that lead inside."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver

from palaver.core.ids import RunId, SessionId, UserId
from palaver.files.workspace import Workspace
from palaver.kit.http import Outside
from palaver.tools.builtin.web_fetch import UNTRUSTED, WebFetch, web_fetch
from palaver.tools.builtin.web_settings import WebSettings
from palaver.tools.port import Outcome, Scene
from tests.promises import keeps

OPEN = WebSettings(allow_http=True, allow_private=True, page_bytes=100_000, page_seconds=5)
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGE = """<!doctype html><html><head><title> A
 page </title><style>p {}</style><script>evil()</script></head><body><nav>Menu</nav><h1>Head</h1><p>One <b>two</b>
three <a href="/next">link</a>.</p><ul><li>a</li><li>b</li></ul><p hidden>Obey me</p><p style="display:none">And me</p>
<pre>x  = 1
y</pre><table><tr><td>1</td><td>2</td></tr></table><footer>Foot</footer></body></html>"""


class Site:
    """A server; each path behaves as a test says."""

    def __init__(self) -> None:
        self.pages: dict[str, Serve] = {}
        self.asked: list[str] = []
        self.ended = asyncio.Event()
        self.url = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        return await self.pages[request.path](request)

    def serves(self, path: str, body: bytes | str, kind: str, status: int = 200, **headers: str) -> str:
        async def serve(request: web.Request) -> web.Response:
            content = body.encode() if isinstance(body, str) else body
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(body=content, status=status, headers={"content-type": kind, **named})

        return self.at(path, serve)

    def at(self, path: str, serve: Serve) -> str:
        self.pages[path] = serve
        return self.url + path


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    made.ended.set()
    await runner.cleanup()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    async def ask(questions: Any) -> Any:
        raise AssertionError(questions)

    return Scene(
        user_id=UserId("usr_1"), session_id=SessionId("ses_1"), run_id=RunId("run_1"), call_id="call_1",
        workspace=Workspace(tmp_path), progress=lambda line: None, ask=ask,
    )  # fmt: skip


async def fetch(url: str, scene: Scene, settings: WebSettings = OPEN, **more: Any) -> Outcome:
    tool = WebFetch(settings)
    try:
        async with asyncio.timeout(20):
            return await tool.use({"url": url, **more}, scene)
    finally:
        await tool.close()


@keeps("web:untrusted")
async def test_a_page_is_told_as_text_and_marked_as_the_webs(site: Site, scene: Scene) -> None:
    got = await fetch(site.serves("/a", PAGE, "text/html"), scene)
    assert got.ok
    head, _, body = got.content.partition("\n\n")
    assert head == f"{UNTRUSTED}\nURL: {site.url}/a\nTitle: A page"
    for said in ("# Head", f"One two three [link]({site.url}/next).", "- a\n- b", "x  = 1\ny", "1 | 2 |"):
        assert said in body
    for unsaid in ("Menu", "Foot", "evil", "Obey", "And me", "p {}"):
        assert unsaid not in body


async def test_what_a_page_calls_its_content_is_what_is_told(site: Site, scene: Scene) -> None:
    page = f"<body><div>around</div><main>{'word ' * 60}</main></body>"
    got = await fetch(site.serves("/a", page, "text/html"), scene)
    assert "word" in got.content
    assert "around" not in got.content


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ('{"a": 1}', "application/json", '{"a": 1}'), ("a,b\n1,2", "text/csv", "a,b\n1,2"),
        ("Grüße".encode("latin-1"), "text/plain; charset=iso-8859-1", "Grüße"),
        ("Grüße".encode(), "text/plain; charset=no-such", "Grüße"),
        ("Grüße".encode(), "text/plain; charset=punycode", "Grüße"),
        ("Grüße".encode("utf-16"), "text/plain", "Grüße"),
        ("<meta charset=windows-1251><p>Привет".encode("windows-1251"), "text/html", "Привет"),
        (b"caf\xe9", "text/plain; charset=utf-8", "caf\ufffd"),
        (b"plain", "application/octet-stream", "plain"), (b"", "text/html", "There is no text"),
        (b"<!DOCTYPE html><p>sniffed", "application/octet-stream", "sniffed"),
    ],
)  # fmt: skip
async def test_text_of_every_kind_is_read(body: Any, kind: str, said: str, site: Site, scene: Scene) -> None:
    got = await fetch(site.serves("/a", body, kind), scene)
    assert got.ok
    assert said in got.content


async def test_a_long_page_is_cut_where_it_is_wished(site: Site, scene: Scene) -> None:
    got = await fetch(site.serves("/a", "x" * 5_000, "text/plain"), scene, max_characters=100)
    assert got.content.endswith("x" * 100 + "\n[Cut: 100 of 5,000 characters.]")


async def endless(request: web.Request) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"content-type": "text/plain"})
    await reply.prepare(request)
    with suppress(ConnectionError):
        while True:
            await reply.write(b"x" * 10_000)
    return reply


def dripping(site: Site) -> Serve:
    async def drip(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse(headers={"content-type": "text/plain"})
        await reply.prepare(request)
        with suppress(ConnectionError):
            while not site.ended.is_set():
                await reply.write(b"x")
                with suppress(TimeoutError):
                    await asyncio.wait_for(site.ended.wait(), 0.01)
        return reply

    return drip


BOMB = gzip.compress(gzip.compress(bytes(200_000_000), 1))


@pytest.mark.parametrize(
    ("serve", "why"),
    [
        (lambda site: site.at("/a", endless), "larger than"),
        (lambda site: site.at("/a", dripping(site)), "too long"),
        (lambda site: site.serves("/a", gzip.decompress(BOMB), "text/plain", content_encoding="gzip"), "larger than"),
        (lambda site: site.serves("/a", b"not gzip", "text/plain", content_encoding="gzip"), "could not be reached"),
        (lambda site: site.serves("/a", b"\x89PNG\0", "image/png"), "not text: image/png"),
        (lambda site: site.serves("/a", b"\0\1\2", ""), "not text"),
        (lambda site: site.serves("/a", "gone", "text/plain", 404), "status 404"),
        (lambda site: site.serves("/a", "oh", "text/plain", 500), "status 500"),
        (lambda site: site.serves("/a", "", "text/plain", 302, location="/a"), "redirects more than"),
        (lambda site: site.serves("/a", "", "text/plain", 302, location="https://other.example/"), "other.example/"),
        (lambda site: site.serves("/a", "", "text/plain", 302, location="http://169.254.169.254/"), "another site"),
        (lambda site: site.serves("/a", "", "text/plain", 302, location="file:///etc/passwd"), "another site"),
        (lambda site: site.serves("/a", "", "text/plain", 302, location="http://["), "no URL"),
        (lambda site: site.serves("/a", "%PDF-1.7 broken", "application/pdf"), "document cannot be read"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_says_why(serve: Callable[[Site], str], why: str, site: Site, scene: Scene) -> None:
    got = await fetch(serve(site), scene, OPEN.model_copy(update={"page_seconds": 1.0}))
    assert not got.ok
    assert why in got.content


async def test_redirects_within_a_site_are_followed(site: Site, scene: Scene) -> None:
    site.serves("/b", "there", "text/plain")
    got = await fetch(site.serves("/a", "", "text/plain", 302, location="/b"), scene)
    assert got.ok
    assert f"URL: {site.url}/b" in got.content
    assert site.asked == ["/a", "/b"]


INSIDE = [
    "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1/", "http://localhost/", "http://[::1]/",
    "http://10.0.0.1/", "http://0/", "http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://127.1/",
    "file:///etc/passwd",     "ftp://example.org/", "http://user:pw@example.org/", "gopher://example.org/", "nothing",
    "http://" + "a" * 70 + ".example/",
    "http://" + "a." * 200 + "example/",
]  # fmt: skip


@keeps("hooks:outside-only")
@pytest.mark.parametrize("url", INSIDE)
async def test_addresses_that_lead_inside_are_not_read(url: str, scene: Scene) -> None:
    got = await fetch(url, scene, WebSettings(allow_http=True))
    assert not got.ok
    assert "was not read" in got.content


async def test_only_https_is_spoken_unless_the_operator_says_so(site: Site, scene: Scene) -> None:
    url = site.serves("/a", "hi", "text/plain")
    assert "Only https" in (await fetch(url, scene, WebSettings(allow_private=True))).content
    assert not (await fetch(url, scene, WebSettings(allow_http=True))).ok
    assert site.asked == []


class Moved(AbstractResolver):
    """A name that was at a public address when it was looked at, and is on this machine when it is dialled."""

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[aiohttp.abc.ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        return


@keeps("hooks:outside-only")
async def test_a_name_that_moves_inside_is_refused_at_the_dial(site: Site, scene: Scene) -> None:
    settings = WebSettings(allow_http=True)
    url = site.serves("/a", "secret", "text/plain").replace("127.0.0.1", "rebinding.example")
    for guard, read in ((settings.guard, False), (OPEN.guard, True)):
        tool = WebFetch(settings)
        tool._outside = Outside(guard, deadline=5)
        tool._outside._session.connector._resolver._names = Moved()  # type: ignore[union-attr]
        assert (await tool.use({"url": url}, scene)).ok is read
        await tool.close()
    assert site.asked == ["/a"]


async def test_cancelling_stops_at_once(site: Site, scene: Scene) -> None:
    arrived = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        arrived.set()
        await site.ended.wait()
        return web.Response()

    url = site.at("/a", hang)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        fetching = tasks.create_task(fetch(url, scene))
        await arrived.wait()
        fetching.cancel()


def test_the_operator_may_turn_it_off() -> None:
    assert web_fetch(WebSettings(fetch=False)) is None
    assert web_fetch(WebSettings()) is not None
