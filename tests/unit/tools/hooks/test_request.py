"""Hooks of a request are checked before anything is started."""

from typing import Any

import pytest
from pydantic import ValidationError

from palaver.core.errors import Invalid
from palaver.tools.hooks.request import HooksIn, hooks_of
from palaver.tools.hooks.settings import HookSettings, OperatorHook

URL = "https://hooks.example/in"
SECRET = "whsec_" + "A" * 43 + "="


def test_hooks_become_values_with_their_source() -> None:
    given = HooksIn.model_validate({"PreToolUse": [{"url": URL, "matcher": "Bash", "secret": SECRET, "timeout": 5}]})
    (hook,) = hooks_of(given, "request", HookSettings())
    assert (hook.event, hook.source, hook.url, hook.timeout) == ("PreToolUse", "request", URL, 5)
    assert hook.matcher.matches("Bash")
    assert not hook.matcher.matches("Write")
    assert SECRET not in repr(hook)


def test_the_operator_says_how_long_is_waited_when_nobody_else_does() -> None:
    given = HooksIn.model_validate({"Stop": [{"url": URL}]})
    assert [hook.timeout for hook in hooks_of(given, "user", HookSettings(timeout=7))] == [7]
    assert hooks_of(None, "user", HookSettings()) == ()


@pytest.mark.parametrize(
    "given",
    [
        {"Nothing": [{"url": URL}]}, {"Stop": [{}]}, {"Stop": {"url": URL}}, {"Stop": [{"url": URL, "extra": 1}]},
        {"PreToolUse": [{"url": URL, "matcher": "("}]}, {"Stop": [{"url": URL, "matcher": "Bash"}]},
        {"Stop": [{"url": URL, "timeout": 0}]}, {"Stop": [{"url": URL, "timeout": 301}]},
        {"Stop": [{"url": URL, "secret": "short"}]}, {"Stop": [{"url": URL}] * 21}, {"Stop": [{"url": "x" * 2001}]},
        {"Stop": [{"callback": "mine"}]},
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HooksIn.model_validate(given)


@pytest.mark.parametrize(
    "url", ["http://hooks.example/", "https://127.0.0.1/", "https://me:pw@hooks.example/", "file:///etc", "nothing"]
)
def test_urls_that_would_not_be_followed_are_refused_where_they_stand(url: str) -> None:
    given = HooksIn.model_validate({"PreToolUse": [{"url": URL}, {"url": url}]})
    with pytest.raises(Invalid) as refused:
        hooks_of(given, "request", HookSettings(), "body", "hooks")
    assert [error["loc"] for error in refused.value.errors] == [["body", "hooks", "PreToolUse", 1, "url"]]


def test_what_the_operator_opens_is_taken() -> None:
    given = HooksIn.model_validate({"PreToolUse": [{"url": "http://127.0.0.1:1/"}]})
    assert hooks_of(given, "request", HookSettings(allow_http=True, allow_private=True))


@pytest.mark.parametrize(
    "given",
    [
        {"event": "Stop"}, {"event": "Stop", "url": URL, "callback": "x"}, {"event": "Never", "url": URL},
        {"event": "PreToolUse", "url": URL, "matcher": "("}, {"event": "Stop", "url": URL, "secret": "x"},
    ],
)  # fmt: skip
def test_an_operators_hook_that_cannot_be_asked_stops_the_start(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OperatorHook.model_validate(given)
