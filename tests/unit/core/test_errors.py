"""One tree of errors; the class knows its code and its status."""

from collections.abc import Iterator

import pytest

from palaver.core import errors
from palaver.core.errors import Conflict, ModelTimeout, PalaverError, SessionBusy, Unavailable, coded


def tree(kind: type[PalaverError] = PalaverError) -> Iterator[type[PalaverError]]:
    """Every class of the shared vocabulary."""
    if kind.__module__ == errors.__name__:
        yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


# As the contract lists them.
CONTRACT = {
    "unauthenticated": 401, "forbidden": 403, "not_found": 404, "conflict": 409, "session_busy": 409,
    "second_factor_required": 403,
    "payload_too_large": 413, "unsupported_media_type": 415, "invalid": 422, "rate_limited": 429,
    "budget_exceeded": 402, "model_unavailable": 502, "model_timeout": 504, "unavailable": 503, "internal": 500,
    "output_invalid": 502, "storage_failed": 502, "storage_full": 507,
}  # fmt: skip


def test_codes_and_statuses_are_the_contracts() -> None:
    known = {kind.code: kind.status for kind in tree()}
    assert known == {**CONTRACT, "not_implemented": 501, "misdirected": 421}


@pytest.mark.parametrize("kind", list(tree()), ids=lambda kind: kind.code)
def test_every_code_finds_its_class_again(kind: type[PalaverError]) -> None:
    assert coded(kind.code) is kind


def test_a_code_that_nobody_has_is_an_internal_error() -> None:
    assert coded("no_such_code") is PalaverError


def test_an_error_says_what_it_is_given_and_its_title_otherwise() -> None:
    assert (str(SessionBusy()), SessionBusy().detail) == ("This session is already answering",) * 2
    assert (str(Conflict("Two at once.")), Conflict("Two at once.").detail) == ("Two at once.",) * 2


def test_only_what_may_be_better_later_is_worth_another_try() -> None:
    retryable = {kind.code for kind in tree() if kind.retryable}
    assert retryable == {"rate_limited", "model_unavailable", "model_timeout", "output_invalid", "unavailable"}


def test_an_error_carries_when_to_come_back_and_which_fields_are_wrong() -> None:
    error = Unavailable(retry_after=2.5, errors=[{"loc": ["body"]}], headers={"X": "y"})
    assert (error.retry_after, error.errors, error.headers) == (2.5, ({"loc": ["body"]},), {"X": "y"})
    assert ModelTimeout().headers == {}
