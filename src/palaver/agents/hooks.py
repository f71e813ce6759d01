"""Hooks on their shelf and in a recipe: how they are stored, shown and found again; none is asked here."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationError

from palaver.agents.bodies import Name
from palaver.agents.kinds import Kind, Values
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.privacy.sealing import Sealer
from palaver.tools.hooks.port import Hook, HookEvent
from palaver.tools.hooks.request import HookIn, HooksIn, hook_of, hooks_of
from palaver.tools.hooks.settings import HookSettings

HOOK = "hook"
HIDDEN = "•••"


class HookBody(HookIn):
    """A callback under its name. Its secret is told as `•••`."""

    name: Name
    event: HookEvent = Field(description="When it is asked.")


class HookKeeping:
    """Seals their secrets, and checks where they lead."""

    def __init__(self, sealer: Sealer, settings: HookSettings) -> None:
        self._sealer = sealer
        self._settings = settings
        self.kind = Kind(name=HOOK, body=HookBody, settle=self._settle, show=shown, operators_share=True)

    def inline(self, said: Mapping[str, Any], about: str) -> tuple[Values, ...]:
        """Hooks that a request brings along, by event, as they are kept with its run."""
        try:
            given = HooksIn.model_validate(said)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            raise Invalid.about([{**one, "loc": ("hooks", *one["loc"])} for one in found], "body") from None
        hooks_of(given, "request", self._settings, "body", "hooks")
        kept: list[Values] = []
        for event, listed in given.root.items():
            for one in listed:
                record = f"{about}:{len(kept)}"
                kept.append({**self._sealed(one, record), "event": event, "source": "request", "about": record})
        return tuple(kept)

    def opened(self, kept: Sequence[Mapping[str, Any]]) -> tuple[Hook, ...]:
        """The hooks of a recipe; one that an operator shut out since fails when it is asked, and no turn with it."""
        return tuple(self._opened(one) for one in kept)

    def _opened(self, one: Mapping[str, Any]) -> Hook:
        said = {name: one[name] for name in ("url", "matcher", "timeout") if name in one}
        if "secret" in one:
            said["secret"] = self._sealer.open(one["secret"], one["about"])
        return hook_of(HookIn.model_validate(said), one["event"], one["source"], self._settings)

    def _settle(self, values: Values, before: Values | None, *, about: str, principal: Principal) -> Values:
        record = record_of(about)
        if values.get("secret") == HIDDEN:
            kept = (before or {}).get("secret")
            if kept is None:
                says = f"{HIDDEN} stands for a secret that is already kept; here there is none"
                raise Invalid.about([{"loc": ["secret"], "msg": says, "type": "secret"}], "body")
            values = {**values, "secret": self._sealer.open(kept, record)}
        try:
            body = HookBody.model_validate(values)
            # the rules about several and their events hold for one, too
            hooks_of(HooksIn.model_validate({body.event: [_alone(body)]}), "user", self._settings, "body")
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            raise Invalid.about(found, "body") from None
        return {"name": body.name, "event": body.event, **self._sealed(body, record)}

    def _sealed(self, hook: HookIn, record: str) -> Values:
        kept = _alone(hook)
        if hook.secret is not None:
            kept["secret"] = self._sealer.seal(hook.secret.reveal(), record)
        return kept


def record_of(definition_id: str) -> str:
    """What the secret of a stored hook is bound to."""
    return f"{HOOK}:{definition_id}:secret"


def shown(kept: Values) -> Values:
    """A stored hook without its secret."""
    return kept | ({"secret": HIDDEN} if "secret" in kept else {})


def _alone(hook: HookIn) -> Values:
    """Only what is said of the callback itself, without its secret."""
    said: Values = {"url": hook.url, "matcher": hook.matcher, "timeout": hook.timeout}
    return {name: value for name, value in said.items() if value is not None}
