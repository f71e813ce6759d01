"""Secrets at rest: only the right key opens them, and only where they belong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.privacy.sealing import SealBroken, Sealer, is_sealed

KEY = bytes(range(32))
ABOUT = "mcp_server:mcp_1:headers.Authorization"


@given(st.text(alphabet=st.characters()), st.text(alphabet=st.characters(codec="utf-8")))
def test_what_was_sealed_opens_again_about_the_same_thing(text: str, about: str) -> None:
    assert Sealer(KEY).open(Sealer(KEY).seal(text, about), about) == text


def test_what_is_stored_shows_nothing_and_differs_each_time() -> None:
    one, other = (Sealer(KEY).seal("hunter2 hunter2", ABOUT) for _ in range(2))
    assert one != other
    assert "hunter2" not in one
    assert is_sealed(one)
    assert not is_sealed("hunter2")


def test_a_secret_does_not_open_where_it_does_not_belong() -> None:
    sealed = Sealer(KEY).seal("secret", ABOUT)
    with pytest.raises(SealBroken, match="belongs to something else"):
        Sealer(KEY).open(sealed, ABOUT.replace("mcp_1", "mcp_2"))


def test_another_key_is_named_as_the_cause() -> None:
    sealed = Sealer(KEY).seal("secret", ABOUT)
    with pytest.raises(SealBroken, match="another key"):
        Sealer(KEY[::-1]).open(sealed, ABOUT)


def test_the_key_id_cannot_be_forged_onto_a_foreign_secret() -> None:
    mine, theirs = Sealer(KEY), Sealer(KEY[::-1])
    forged = theirs.seal("secret", ABOUT).replace(theirs.key_id, mine.key_id)
    with pytest.raises(SealBroken, match="changed"):
        mine.open(forged, ABOUT)


def test_every_changed_letter_is_noticed() -> None:
    sealed = Sealer(KEY).seal("secret", ABOUT)
    for place, letter in enumerate(sealed[:-3]):
        changed = sealed[:place] + ("A" if letter != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(SealBroken):
            Sealer(KEY).open(changed, ABOUT)


@pytest.mark.parametrize("text", ["", "v1", "v1.", "plain", "v1.00000000.", "v1.{}.AAAA", "v1.{}.%%%%", "v2.{}.AAAA"])
def test_what_never_was_sealed_is_refused(text: str) -> None:
    with pytest.raises(SealBroken):
        Sealer(KEY).open(text.format(Sealer(KEY).key_id), ABOUT)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(SealBroken, match="32 bytes"):
        Sealer(b"short")


def test_the_message_never_shows_what_was_sealed() -> None:
    sealed = Sealer(KEY).seal("hunter2", ABOUT)
    with pytest.raises(SealBroken) as broken:
        Sealer(KEY).open(sealed, "elsewhere")
    assert "hunter2" not in str(broken.value)
    assert sealed not in str(broken.value)
