"""The codes of authenticator apps, as RFC 6238 has them."""

import pytest

from palaver.identity.second_factor import codes

SECRET = b"12345678901234567890"


# Appendix B of RFC 6238, with the last six of its eight digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert codes.code_of(SECRET, codes.step_at(seconds)) == code
    assert codes.step_of(SECRET, code, seconds) == codes.step_at(seconds)


def test_a_code_is_good_one_step_before_and_after_its_own_and_no_longer() -> None:
    step = 1_000
    code, at = codes.code_of(SECRET, step), [step + off for off in (-2, -1, 0, 1, 2)]
    assert [codes.step_of(SECRET, code, one * codes.SECONDS) for one in at] == [None, step, step, step, None]


@pytest.mark.parametrize("typed", ["", "abcdef", "28708", "２８７０８２", "-28708", "287 082x"])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert codes.step_of(SECRET, typed, 59) is None


def test_a_code_may_be_typed_with_a_gap() -> None:
    assert codes.step_of(SECRET, "287 082", 59) == 1
    assert codes.looks_like_code("287 082")


def test_a_secret_is_written_as_apps_read_it() -> None:
    assert codes.written(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert codes.uri(SECRET, "ada@example.org", "My Palaver") == (
        "otpauth://totp/My%20Palaver%3Aada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=My%20Palaver&algorithm=SHA1&digits=6&period=30"
    )


def test_backup_codes_are_read_however_they_are_typed() -> None:
    code = codes.backup_code(bytes(range(16)))
    assert code == "abcd-efgh-jkmn-pqrs"
    for typed in (code, code.upper(), code.replace("-", ""), code.replace("-", " ")):
        assert codes.typed_backup_code(typed) == code
        assert not codes.looks_like_code(typed)
