"""What a vendor's complaints mean, and that nothing of them is repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.core.errors import Invalid, ModelTimeout, PalaverError
from palaver.inference import failures

NAMES = some.sampled_from(["code", "type", "status", "message", "param"])
json = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(NAMES, inner),
    max_leaves=8,
)


@given(some.integers(200, 599), json)
def test_every_status_and_complaint_becomes_an_error_of_ours(status: int, complaint: object) -> None:
    for error in (failures.of_status("fake", status, complaint), failures.of_complaint("fake", complaint)):
        assert isinstance(error, PalaverError)
        assert error.code in {"model_unavailable", "model_timeout", "invalid"}


@given(some.text(min_size=8), some.sampled_from([None, 400, 401, 404, 429, 500]))
def test_no_word_of_a_vendor_is_repeated(secret: str, status: int | None) -> None:
    marked = f"sk-{secret}"
    complaint = {"message": marked, "code": marked, "type": marked, "param": marked}
    error = failures.of_status("fake", status, complaint) if status else failures.of_complaint("fake", complaint)
    assert marked not in str(error)


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 8192 tokens",
        "the request exceeds the available context size, try increasing it",
        "prompt is too long: 9 tokens > 8 maximum",
        "Please reduce the length of the messages",
        "too many tokens",
    ],
)
def test_a_conversation_that_is_too_long_is_recognised(message: str) -> None:
    assert isinstance(failures.of_complaint("fake", {"message": message}), failures.ContextTooLong)
    assert isinstance(failures.of_complaint("fake", message), failures.ContextTooLong)


@pytest.mark.parametrize(
    ("complaint", "kind"),
    [
        ({"type": "overloaded_error"}, failures.ModelBusy),
        ({"code": "rate_limit_exceeded"}, failures.ModelBusy),
        ({"code": "insufficient_quota"}, failures.NoCredit),
        ({"code": 429}, failures.ModelBusy),
        ({"code": "401"}, failures.KeyRefused),
        ({"code": "invalid_api_key"}, failures.KeyRefused),
        ({"code": "model_not_found"}, failures.UnknownModel),
        ({"type": "invalid_request_error"}, failures.AskRefused),
        ({"code": 504}, ModelTimeout),
        ({"type": "server_error"}, failures.ModelFailed),
        ("something", failures.ModelFailed),
    ],
)
def test_complaints_inside_a_stream_are_told_apart(complaint: object, kind: type[PalaverError]) -> None:
    assert type(failures.of_complaint("fake", complaint)) is kind


def test_what_the_caller_did_wrong_is_tried_nowhere_again() -> None:
    for kind in (failures.AskRefused, failures.ContextTooLong, failures.UnknownModel):
        error = kind()
        assert isinstance(error, Invalid)
        assert not failures.worth_another_try(error)
        assert not failures.worth_another_model(error)
    assert failures.worth_another_model(failures.KeyRefused())
    assert not failures.worth_another_try(failures.KeyRefused())
    assert not failures.worth_another_try(ModelTimeout())
