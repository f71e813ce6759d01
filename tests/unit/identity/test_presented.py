import pytest

from palaver.identity.presented import NOTHING, Presented, cookies_in, from_our_pages, presented
from tests.unit.identity.given import request


def test_every_way_of_sending_a_credential_is_found() -> None:
    assert presented(request()) == NOTHING
    assert presented(request(authorization="Bearer abc")) == Presented("bearer", "abc")
    assert presented(request(authorization="bearer  abc ")) == Presented("bearer", "abc")
    assert presented(request(x_api_key="plv_x")) == Presented("key", "plv_x")
    assert presented(request(cookie="a=b; palaver_session=xyz; c=d")) == Presented("cookie", "xyz")


def test_what_is_sent_on_purpose_goes_before_the_cookie() -> None:
    both = request(cookie="palaver_session=c", x_api_key="k")
    assert presented(both) == Presented("key", "k")
    assert presented(request(cookie="palaver_session=c", authorization="Bearer t")).kind == "bearer"
    assert presented(request(cookie="palaver_session=c", authorization="Basic dXNlcg==")).kind == "cookie"


def test_a_websocket_may_bring_a_subprotocol_or_a_ticket_and_a_request_may_not() -> None:
    socket = request(kind="websocket", query=b"after=1&ticket=abc", cookie="palaver_session=c")
    assert presented(socket) == Presented("ticket", "abc")
    assert presented({**socket, "subprotocols": ["palaver", "palaver.bearer.tok.en"]}) == Presented("bearer", "tok.en")
    assert presented(request(query=b"ticket=abc")) == NOTHING


def test_a_cookie_of_a_similar_name_is_not_ours() -> None:
    assert presented(request(cookie="xpalaver_session=a; palaver_session2=b; palaver_session=")) == NOTHING


BOTH = "palaver_session=tossed; __Host-palaver_session=ours"


def test_the_cookie_that_no_other_host_can_have_set_goes_first() -> None:
    assert presented(request(cookie=BOTH)) == Presented("cookie", "ours")
    assert presented(request(cookie="__Host-palaver_session=ours; palaver_session=tossed")).text == "ours"
    assert sorted(cookies_in(request(cookie=BOTH + "; palaver_session=second; a=b"))) == ["ours", "tossed"]


@pytest.mark.parametrize("scheme", ["https", "wss"])
def test_a_plain_cookie_counts_for_nothing_where_https_is_in_force(scheme: str) -> None:
    tossed = request(cookie="palaver_session=tossed")
    assert presented(tossed | {"scheme": scheme}) == NOTHING
    assert presented(tossed, secure=True) == NOTHING
    assert presented(tossed | {"scheme": "http"}) == Presented("cookie", "tossed")
    assert presented(request(cookie=BOTH) | {"scheme": scheme}) == Presented("cookie", "ours")


OURS, OTHER = "http://palaver.example", "https://evil.example"


@pytest.mark.parametrize(
    ("method", "headers", "may"),
    [
        ("GET", {}, True),
        ("GET", {"origin": OTHER}, True),
        ("POST", {"origin": OURS}, True),
        ("POST", {"origin": "https://palaver.example"}, True),
        ("POST", {"origin": OTHER}, False),
        ("POST", {"origin": "null"}, False),
        ("POST", {"origin": "ftp://palaver.example"}, False),
        ("POST", {"origin": "http://palaver.example:81"}, False),
        ("POST", {"origin": "https://app.example"}, True),
        ("POST", {}, True),
        ("POST", {"sec_fetch_site": "same-origin"}, True),
        ("POST", {"sec_fetch_site": "none"}, True),
        ("POST", {"sec_fetch_site": "same-site"}, False),
        ("POST", {"sec_fetch_site": "cross-site"}, False),
        ("DELETE", {"origin": OTHER, "sec_fetch_site": "same-origin"}, False),
    ],
)
def test_the_cookie_changes_things_only_from_our_own_pages(method: str, headers: dict[str, str], may: bool) -> None:
    assert from_our_pages(request(method, **headers), {"https://app.example"}) is may


def test_a_websocket_with_the_cookie_must_name_our_origin() -> None:
    assert from_our_pages(request(kind="websocket", origin=OURS), ())
    assert not from_our_pages(request(kind="websocket", origin=OTHER), ())
    assert not from_our_pages(request(kind="websocket", sec_fetch_site="none"), ())
