"""Signatures are those of Standard Webhooks, checked by its own library."""

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from palaver.tools.hooks.signing import headers, key_of

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def test_the_library_of_the_standard_accepts_what_we_sign_and_nothing_else() -> None:
    body = '{"hook_event":"Stop","prompt":"Grüße"}'.encode()
    now = int(datetime.now(UTC).timestamp())
    signed = dict(headers(SECRET, "hok_1", now, body))
    assert Webhook(SECRET).verify(body, signed)
    for changed in ({"webhook-id": "hok_2"}, {"webhook-timestamp": str(now - 1)}):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body, {**signed, **changed})
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + b" ", signed)


@pytest.mark.parametrize("secret", ["", "secret", "whsec_", "whsec_!!!!", "whsec_" + "A" * 30, SECRET[6:], SECRET * 5])
def test_what_is_no_key_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="a secret is"):
        key_of(secret)
