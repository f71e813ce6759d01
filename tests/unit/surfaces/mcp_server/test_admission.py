"""Which pages may ask the MCP server, and what is told of credentials."""

import pytest

from palaver.surfaces.mcp_server.admission import Place, challenge, may_come_from, metadata, place_of

HERE = Place("http", "localhost:8000")


@pytest.mark.parametrize(
    ("origin", "host", "may"),
    [
        (None, "anything", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://localhost:9000", "localhost:8000", False),
        ("http://localhost.evil.org", "localhost.evil.org", False),
        ("http://evil.org", "evil.org", False),
        ("https://app.example.org", "talk.example.org", True),
        ("https://app.example.org/", "talk.example.org", True),
        ("https://app.example.org.evil.org", "talk.example.org", False),
        ("null", "localhost:8000", False),
        ("", "localhost:8000", False),
        ("file://localhost:8000", "localhost:8000", False),
    ],
)
def test_pages_may_ask_where_their_name_is_ours_or_trusted(origin: str | None, host: str, may: bool) -> None:
    assert may_come_from(origin, Place("http", host), ["https://app.example.org"]) is may


def test_a_refusal_says_where_to_get_a_credential() -> None:
    where = 'resource_metadata="http://localhost:8000/.well-known/oauth-protected-resource/mcp"'
    assert challenge(HERE, "Bearer") == f"Bearer {where}"
    assert challenge(HERE, 'Bearer error="invalid_token"') == f'Bearer error="invalid_token", {where}'


def test_only_issuers_that_there_are_are_named() -> None:
    assert "authorization_servers" not in metadata(HERE, [])
    assert metadata(HERE, ["https://id.example.org"])["authorization_servers"] == ["https://id.example.org"]


def test_the_scheme_is_the_one_a_proxy_was_asked_with() -> None:
    assert place_of({"host": "a.org", "x-forwarded-proto": "https"}, "http").url == "https://a.org"
    assert place_of({"host": "a.org"}, "http").url == "http://a.org"
    assert place_of({"host": "a.org", "x-forwarded-proto": "javascript"}, "http").url == "http://a.org"
