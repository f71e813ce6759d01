"""Rates: as people write them, and what follows for whoever is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.bus.counters import Claim, settled
from palaver.identity.limits.groups import group_of, place_of
from palaver.identity.limits.rate import SECOND, Rate, read


@pytest.mark.parametrize(
    ("text", "count", "seconds"),
    [("600/minute", 600, 60), ("20 / second", 20, 1), ("100/5 minutes", 100, 300), ("1/day", 1, 86_400)],
)
def test_a_rate_is_read_as_people_write_it(text: str, count: int, seconds: int) -> None:
    rate = read(text)
    assert (rate.count, rate.seconds) == (count, seconds)


@pytest.mark.parametrize("text", ["", "600", "0/minute", "-1/minute", "6/fortnight", "1.5/minute", "9999999999/second"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as|than can be counted"):
        read(text)


rates = st.builds(
    lambda count, seconds: read(f"{count}/{seconds} seconds"), st.integers(1, 10_000), st.integers(1, 9_999)
)


@given(rates, st.integers(1, 400), st.integers(0, 10**12))
def test_what_is_told_is_true(rate: Rate, calls: int, now: int) -> None:
    """As many fit as remain; who waits as long as is said is heard, and all fit once it is said that they do."""
    ahead = 0
    for _ in range(min(calls, rate.count)):
        claim = Claim("", rate.step, rate.room)
        before = rate.remaining(ahead)
        taken = settled([claim], [ahead])
        assert taken.refused is None
        (ahead,) = taken.ahead
        assert rate.remaining(ahead) == before - 1
    assert rate.remaining(max(ahead - rate.reset(ahead) * SECOND, 0)) == rate.count
    if rate.remaining(ahead) == 0:
        assert settled([Claim("", rate.step, rate.room)], [ahead]).refused == 0
        waited = max(ahead - rate.wait(ahead) * SECOND, 0)
        assert rate.remaining(waited) >= 1
        if rate.wait(ahead) > 1:
            assert rate.remaining(ahead - (rate.wait(ahead) - 1) * SECOND) == 0, "and no shorter wait would do"


@pytest.mark.parametrize(
    ("method", "path", "group"),
    [
        ("POST", "/api/v1/query", "runs"),
        ("POST", "/api/v1/query/single", "runs"),
        ("POST", "/api/v1/sessions/ses_1/messages", "runs"),
        ("POST", "/api/v1/sessions/ses_1/resume", "runs"),
        ("POST", "/v1/chat/completions", "runs"),
        ("POST", "/v1/messages/count_tokens", "writes"),
        ("GET", "/api/v1/sessions/ses_1/messages", "reads"),
        ("HEAD", "/api/v1/sessions", "reads"),
        ("PATCH", "/api/v1/messages/msg_1", "writes"),
        ("PUT", "/api/v1/sessions/ses_1/files/a/messages", "files"),
        ("GET", "/api/v1/files/fil_1", "files"),
        ("POST", "/mcp", "writes"),
        ("POST", "/ag-ui", "runs"),
        ("POST", "/api/v1/auth/login", "auth"),
        ("POST", "/api/v1/auth/login/second-factor", "auth"),
        ("POST", "/api/v1/auth/password/forgot", "auth"),
        ("POST", "/api/v1/auth/password", "writes"),
        ("GET", "/api/v1/auth/oidc/x/callback", "auth"),
        ("GET", "/signin", "auth"),
        ("GET", "/api/v1/auth/me", "reads"),
        ("GET", "/", "open"),
        ("GET", "/shared/secret", "open"),
        ("GET", "/api/v1/health/ready", "open"),
        ("GET", "/api/v1/health/detailed", "reads"),
        ("OPTIONS", "/api/v1/auth/login", None),
    ],
)
def test_every_call_is_counted_with_its_like(method: str, path: str, group: str | None) -> None:
    assert group_of(method, path) == group


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
        ("2001:db8:1:2::6", "2001:db8:1:2"),
        ("2001:db8::6", "2001:db8:0:0"),
        ("::1", "0:0:0:0"),
        ("fe80::1%eth0", "fe80:0:0:0"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_of_ipv6_a_whole_network_counts_as_one_address(address: str, place: str) -> None:
    assert place_of(address) == place
