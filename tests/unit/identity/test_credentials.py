from collections.abc import Callable

import pytest

from palaver.identity.credentials import api_key, hashed, new_secret, parts_of_key, same
from palaver.kit.ids import new_id


def test_a_key_is_taken_apart_as_it_was_put_together() -> None:
    key_id, secret = new_id("key"), new_secret()
    text = api_key(key_id, secret).reveal()
    assert text.startswith("plv_")
    assert parts_of_key(text) == (key_id, secret.reveal())


@pytest.mark.parametrize("spoil", [str.upper, lambda text: text[:-1], lambda text: text + "A", lambda text: " " + text])
def test_what_is_not_quite_a_key_is_none(spoil: Callable[[str], str]) -> None:
    assert parts_of_key(spoil(api_key(new_id("key"), new_secret()).reveal())) is None


def test_secrets_differ_and_their_hashes_do_not_show_them() -> None:
    one, other = new_secret().reveal(), new_secret().reveal()
    assert one != other
    assert one not in hashed(one)
    assert same(hashed(one), one)
    assert not same(hashed(one), other)
