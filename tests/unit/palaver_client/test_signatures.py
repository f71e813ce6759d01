"""What comes to a webhook is taken if it is signed with a secret that counts, and lately; nothing else is."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from palaver_client import NotGenuine, verify_webhook

from palaver.webhooks.signing import headers, secret_of

OLD, NEW, OTHER = (secret_of(bytes([number]) * 32) for number in (1, 2, 3))
NOW = 1_800_000_000
BODY = '{"type":"webhook.test","timestamp":"2027-01-15T08:00:00Z","data":{"says":"Grüße"}}'.encode()
SENT = dict(headers([OLD], "del_1", NOW, BODY))


def test_what_is_genuine_is_given_with_its_id() -> None:
    event = verify_webhook(BODY, SENT, OLD, now=NOW)
    assert event == {
        "id": "del_1",
        "type": "webhook.test",
        "timestamp": "2027-01-15T08:00:00Z",
        "data": {"says": "Grüße"},
    }
    shouted = {name.upper(): value for name, value in SENT.items()}
    assert verify_webhook(BODY.decode(), shouted, OLD, now=NOW) == event


def test_while_a_secret_is_replaced_either_side_may_be_first() -> None:
    both = dict(headers([NEW, OLD], "del_1", NOW, BODY))
    for secret in (OLD, NEW, [OTHER, OLD], (OLD, NEW)):
        assert verify_webhook(BODY, both, secret, now=NOW)["id"] == "del_1"
    assert verify_webhook(BODY, SENT, [NEW, OLD], now=NOW)["id"] == "del_1"
    with pytest.raises(NotGenuine, match="not signed with this secret"):
        verify_webhook(BODY, both, OTHER, now=NOW)
    with pytest.raises(NotGenuine):
        verify_webhook(BODY, both, [], now=NOW)


@pytest.mark.parametrize("now", [NOW - 301, NOW + 301], ids=["too early", "too late"])
def test_what_is_not_of_now_is_refused(now: float) -> None:
    with pytest.raises(NotGenuine, match="too long ago"):
        verify_webhook(BODY, SENT, OLD, now=now)
    assert verify_webhook(BODY, SENT, OLD, now=now, tolerance=301)
    with pytest.raises(NotGenuine):
        verify_webhook(BODY, SENT, OLD)  # by the clock of this machine


@pytest.mark.parametrize("name", sorted(SENT.keys() - {"content-type"}))
def test_a_header_that_is_missing_or_another_one_is_refused(name: str) -> None:
    with pytest.raises(NotGenuine, match=f"header {name} is missing"):
        verify_webhook(BODY, {one: value for one, value in SENT.items() if one != name}, OLD, now=NOW)
    for other in ("", "x", "v1,", "v1,é", "v1a,x", f"0{SENT[name]}", f"v2{SENT[name][2:]}", "9" * 400, "١٢"):
        with pytest.raises(NotGenuine):
            verify_webhook(BODY, SENT | {name: other}, OLD, now=NOW)


@given(st.integers(0, len(BODY) * 8 - 1))
def test_no_bit_of_the_body_can_be_another_one(place: int) -> None:
    turned = bytearray(BODY)
    turned[place // 8] ^= 1 << place % 8
    with pytest.raises(NotGenuine):
        verify_webhook(bytes(turned), SENT, OLD, now=NOW)


def test_signed_words_that_are_no_event_are_refused() -> None:
    for body in (b"", b"[]", b"\xff", b"null"):
        with pytest.raises(NotGenuine, match="no event"):
            verify_webhook(body, dict(headers([OLD], "del_1", NOW, body)), OLD, now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64", "nonsense!"])
def test_a_secret_that_is_none_is_told_to_the_programmer(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        verify_webhook(BODY, SENT, secret, now=NOW)


def test_a_secret_is_as_good_without_its_first_letters() -> None:
    assert base64.b64decode(OLD.removeprefix("whsec_"))
    assert verify_webhook(BODY, SENT, OLD.removeprefix("whsec_"), now=NOW)["id"] == "del_1"
