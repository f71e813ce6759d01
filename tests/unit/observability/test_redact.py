"""Nothing that lets anyone in gets through the net, and what is harmless does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.observability.redact import HIDDEN, redact, redact_value

SECRET = "s3cr3tValue0123456789"


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: basic {SECRET}==",
        f"GET /signin?token={SECRET} HTTP/1.1",
        f"GET /api/v1/ws?ticket={SECRET}&after=3",
        f"https://example.org/v1?a=1&api_key={SECRET}&b=2",
        f"X-API-Key: {SECRET}",
        f'{{"email": "a@b.c", "password": "{SECRET}"}}',
        f"{{'new_password': '{SECRET}'}}",
        f'{{"refresh_token":"{SECRET}\\"x"}}',
        f"Cookie: theme=dark; palaver_session={SECRET}",
        f"set-cookie: palaver_session={SECRET}; HttpOnly",
        f"postgresql://palaver:{SECRET}@db.internal/palaver",
        f"the key plv_{SECRET} is gone",
        f"vendor said: Incorrect API key provided: sk-{SECRET}",
        f"eyJhbGciOiJSUzI1NiJ9.{SECRET}.{SECRET}",
        f"OPENAI_API_KEY={SECRET}",
    ],
)
def test_a_secret_does_not_reach_the_log(line: str) -> None:
    assert SECRET not in redact(line)
    assert HIDDEN in redact(line)


@pytest.mark.parametrize(
    "line",
    [
        "run over",
        "GET /api/v1/sessions/ses_0192?limit=50 200",
        "input_tokens=12 output_tokens=30 max_output_tokens=5",
        "postgresql://db.internal/palaver",
        "the monkey=3 bars",
    ],
)
def test_what_is_harmless_stays_as_it_is(line: str) -> None:
    assert redact(line) == line


def test_what_stands_around_a_secret_stays_readable() -> None:
    assert redact(f"GET /signin?token={SECRET}&next=/ 303") == f"GET /signin?token={HIDDEN}&next=/ 303"


@pytest.mark.parametrize(
    "name", ["password", "api_key", "X-Api-Key", "token", "refresh_token", "cookie", "OPENAI_API_KEY"]
)
def test_a_value_is_hidden_for_its_name_alone(name: str) -> None:
    assert redact_value(name, "anything") == HIDDEN


def test_a_number_and_a_harmless_name_stay() -> None:
    assert redact_value("key_id", "key_0192") == "key_0192"
    assert redact_value("took_ms", 3.5) == 3.5
    assert redact_value("headers", {"authorization": f"Bearer {SECRET}"}) == f"{{'authorization': {HIDDEN}}}"


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
