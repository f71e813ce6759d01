"""Hooks as they stand in a request or in a user's definition; they are checked here, and nobody is asked."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator, model_validator

from palaver.core.errors import Invalid
from palaver.kit.http import AddressRefused
from palaver.kit.sealed import Sealed
from palaver.tools.hooks.asking import guard_of
from palaver.tools.hooks.matching import Matcher
from palaver.tools.hooks.port import Hook, HookEvent, HookSource
from palaver.tools.hooks.settings import HookSettings
from palaver.tools.hooks.signing import key_of

MOST = 20

ABOUT_TOOLS: frozenset[HookEvent] = frozenset({"PreToolUse", "PostToolUse"})


class HookIn(BaseModel):
    """One callback."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Annotated[str, Field(min_length=1, max_length=2000, description="Asked by POST; https, and public.")]
    matcher: str | None = Field(
        None, max_length=200, description="A regular expression for whole names of tools; without it, all."
    )
    secret: Sealed[str] | None = Field(
        None, description="The key for signatures (Standard Webhooks): whsec_ and 24 to 64 bytes in base64."
    )
    timeout: Annotated[float, Field(ge=1, le=300)] | None = Field(
        None, description="Seconds to wait for an answer; 30 if the operator says nothing else."
    )

    @field_validator("matcher")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        return None if text is None else Matcher.read(text).text

    @field_validator("secret")
    @classmethod
    def _a_key(cls, secret: Sealed[str] | None) -> Sealed[str] | None:
        if secret is not None:
            key_of(secret.reveal())
        return secret


class HooksIn(RootModel[dict[HookEvent, list[HookIn]]]):
    """Callbacks by the event at which they are asked."""

    @model_validator(mode="after")
    def _fitting(self) -> "HooksIn":
        if sum(len(hooks) for hooks in self.root.values()) > MOST:
            raise ValueError(f"at most {MOST} hooks can be given")
        for event, hooks in self.root.items():
            if event not in ABOUT_TOOLS and any(hook.matcher for hook in hooks):
                raise ValueError(f"{event} is not about a tool, so a matcher says nothing there")
        return self


def hooks_of(given: HooksIn | None, source: HookSource, settings: HookSettings, *loc: str | int) -> tuple[Hook, ...]:
    """The same as values, or `core.errors.Invalid` where a URL may not be followed; `loc` says where they stand."""
    guard = guard_of(settings)
    hooks: list[Hook] = []
    wrong: list[dict[str, Any]] = []
    for event, listed in (given.root if given else {}).items():
        for index, one in enumerate(listed):
            try:
                guard.checked(one.url)
            except AddressRefused as refused:
                wrong.append({"loc": (*loc, event, index, "url"), "msg": str(refused), "type": "url"})
            hooks.append(hook_of(one, event, source, settings))
    if wrong:
        raise Invalid.about(wrong)
    return tuple(hooks)


def hook_of(one: HookIn, event: HookEvent, source: HookSource, settings: HookSettings) -> Hook:
    """One of them as a value; where it leads is looked at when it is asked."""
    return Hook(
        event=event,
        source=source,
        matcher=Matcher(one.matcher or ""),
        url=one.url,
        secret=one.secret,
        timeout=settings.timeout if one.timeout is None else one.timeout,
    )
