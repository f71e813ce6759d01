"""What holds of what somebody said."""

import pytest

from palaver.privacy.consent.purposes import PURPOSES, WORDS, Purpose, Said, holds


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_refusal_holds_for_all_versions_and_an_agreement_for_the_words_that_were_read(purpose: Purpose) -> None:
    words = WORDS[purpose]
    assert holds(purpose, None) is words.usual
    assert holds(purpose, Said(purpose, True, words.version, "2026"))
    assert holds(purpose, Said(purpose, True, words.version - 1, "2026")) is words.usual
    for version in range(words.version + 1):
        assert not holds(purpose, Said(purpose, False, version, "2026"))


def test_every_purpose_is_told_in_english_and_swahili_and_reading_feelings_and_days_is_asked_for_first() -> None:
    assert all(set(WORDS[purpose].text) == {"en", "sw"} for purpose in PURPOSES)
    assert [purpose for purpose in PURPOSES if WORDS[purpose].usual] == ["escalation_contact"]
