"""The page is never stale, its assets never change, and nothing else of the disk can be asked for."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from palaver.core.errors import PalaverError
from palaver.web.api import NONCE, routes

PAGE = "<!doctype html><title>Palaver</title>"
SCRIPT = f"<script nonce={NONCE}></script><link nonce={NONCE}>"


def policy_of(answer: httpx.Response) -> dict[str, str]:
    """The directives of a policy, by name."""
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


def client(dist: Path) -> httpx.AsyncClient:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(routes(dist))

    @app.exception_handler(PalaverError)
    async def refuse(_: Request, error: PalaverError) -> Response:
        return PlainTextResponse(error.code, error.status)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://palaver")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    for name in ("docs", "redoc"):
        (built / f"{name}.html").write_text(PAGE + name)
    (built / "assets" / "index-abc123.js").write_text("start()")
    (tmp_path / "secret.js").write_text("secret")
    return built


@pytest.mark.parametrize("path", ["/", "/c/ses_018f", "/counsellor"])
async def test_the_page_is_asked_for_anew_at_every_visit(dist: Path, path: str) -> None:
    async with client(dist) as browser:
        answer = await browser.get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["docs", "redoc"])
async def test_the_description_of_the_api_runs_our_scripts_only(dist: Path, name: str) -> None:
    async with client(dist) as browser:
        answer = await browser.get(f"/{name}")
    assert (answer.status_code, answer.text) == (200, PAGE + name)
    assert answer.headers["cache-control"] == "no-cache"
    policy = policy_of(answer)
    assert (policy["default-src"], policy["object-src"], policy["connect-src"]) == ("'none'", "'none'", "'self'")
    assert re.fullmatch(r"'nonce-[\w-]{22}'", policy["script-src"])
    assert "http" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/c/ses_018f", "/docs", "/redoc"])
async def test_each_answer_has_a_number_of_its_own_in_page_and_policy(dist: Path, path: str) -> None:
    for name in ("index", "docs", "redoc"):
        (dist / f"{name}.html").write_text(SCRIPT)
    async with client(dist) as browser:
        answers = [await browser.get(path), await browser.get(path)]
    numbers = [policy_of(answer)["script-src"].removeprefix("'nonce-").removesuffix("'") for answer in answers]
    assert numbers[0] != numbers[1]
    assert [answer.text for answer in answers] == [SCRIPT.replace(NONCE, number) for number in numbers]
    # An answer that a browser kept would have another one's number.
    assert not {"etag", "last-modified"} & set(answers[0].headers)


async def test_the_page_lets_markup_in_by_its_own_policies_only(dist: Path) -> None:
    async with client(dist) as browser:
        policy = policy_of(await browser.get("/"))
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "palaver dompurify"
    assert "unsafe" not in str(policy)


async def test_an_asset_is_kept_for_ever(dist: Path) -> None:
    async with client(dist) as browser:
        answer = await browser.get("/assets/index-abc123.js")
    assert answer.text == "start()"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]


async def test_the_head_of_the_page_has_no_body(dist: Path) -> None:
    async with client(dist) as browser:
        answer = await browser.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["/assets/gone.js", "/assets/..%2f..%2fsecret.js", "/assets/%2e%2e", "/assets/index-abc123.txt", "/assets/a%00.js"],
)
async def test_nothing_but_built_assets_can_be_asked_for(dist: Path, path: str) -> None:
    async with client(dist) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "/elsewhere"), ("GET", "/c/one/two"), ("POST", "/c/one")])
async def test_only_pages_that_a_person_may_open_answer_with_the_page(dist: Path, method: str, path: str) -> None:
    async with client(dist) as browser:
        answer = await browser.request(method, path)
    assert answer.status_code in {404, 405}


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc"])
async def test_a_page_that_was_not_built_says_how_to_build_it(tmp_path: Path, path: str) -> None:
    async with client(tmp_path) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 503
    assert "make web" in answer.text
