from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from palaver.identity.settings import IdentitySettings, IssuerSettings

CLERK = {"issuer": "https://clerk.example", "audience": "palaver"}


@pytest.mark.parametrize(
    "issuer",
    [
        {"issuer": "https://clerk.example"},
        {**CLERK, "issuer": "http://clerk.example"},
        {**CLERK, "jwks_url": "http://clerk.example/keys"},
        {**CLERK, "jwks_url": "file:///keys"},
        {**CLERK, "algorithms": []},
        {**CLERK, "algorithms": ["HS256"]},
        {**CLERK, "audiance": "palaver"},
    ],
)
def test_an_issuer_that_would_be_unsafe_is_refused(issuer: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        IssuerSettings.model_validate(issuer)


@pytest.mark.parametrize(
    "issuer",
    [
        CLERK,
        {"issuer": "https://clerk.example", "required_claims": {"azp": "https://app.example"}},
        {**CLERK, "issuer": "http://127.0.0.1:8080/realms/a"},
        {**CLERK, "issuer": "http://keycloak:8080", "insecure_http": True},
        {**CLERK, "issuer": "urn:company", "jwks_url": "https://keys.example"},
    ],
)
def test_an_issuer_that_can_be_trusted_is_taken(issuer: dict[str, Any]) -> None:
    assert IssuerSettings.model_validate(issuer).issuer == issuer["issuer"]


def test_an_issuer_is_listed_once() -> None:
    with pytest.raises(ValidationError, match="once"):
        IdentitySettings.model_validate({"issuers": [CLERK, CLERK]})


@pytest.mark.parametrize("field", ["access_token_lifetime", "cookie_lifetime", "ticket_lifetime", "jwks_timeout"])
def test_a_span_of_no_time_is_refused(field: str) -> None:
    with pytest.raises(ValidationError):
        IdentitySettings.model_validate({field: timedelta(0)})
