"""A definition as it is written down (secrets sealed), shown (`•••`) and changed; who may do so is decided above."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import ValidationError

from palaver.core.errors import Invalid
from palaver.kit.sealed import Sealed
from palaver.privacy.sealing import Sealer
from palaver.tools.mcp.definition import ServerDefinition

HIDDEN = "•••"
SECRET_GROUPS = ("env", "headers")

Change = Callable[[str, str], str]  # where a secret stands (`headers.Authorization`) and what stands there


def parsed(said: Mapping[str, Any]) -> ServerDefinition:
    """The definition that somebody wrote; raises `Invalid` with what is wrong where."""
    try:
        definition = ServerDefinition.model_validate(said)
    except ValidationError as error:
        raise Invalid.about(error.errors(include_url=False, include_context=False, include_input=False)) from error
    if any(value == HIDDEN for value in _secrets(definition).values()):
        raise Invalid(f"{HIDDEN} stands for a secret that is already kept; here there is none.")
    return definition


def plain(definition: ServerDefinition, change: Change) -> dict[str, Any]:
    """The definition as JSON, only what was said, each secret being what `change` makes of it."""
    said = definition.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    said["type"] = definition.type
    for where, value in _secrets(definition).items():
        group, name = where.split(".", 1)
        said[group][name] = change(where, value)
    return said


def shown(definition: ServerDefinition) -> dict[str, Any]:
    """The definition as it may be read by its owner: no secret in it."""
    return plain(definition, lambda where, value: HIDDEN)


def sealed(definition: ServerDefinition, sealer: Sealer, about: str) -> dict[str, Any]:
    """The definition as it is stored; `about` names its record (`mcp_server:<id>`)."""
    return plain(definition, lambda where, value: sealer.seal(value, f"{about}:{where}"))


def opened(stored: Mapping[str, Any], sealer: Sealer, about: str) -> ServerDefinition:
    """The definition that `sealed` made the stored one of."""
    return ServerDefinition.model_validate(_with(stored, lambda where, value: sealer.open(value, f"{about}:{where}")))


def patched(old: ServerDefinition, new: Mapping[str, Any]) -> ServerDefinition:
    """What takes the place of `old`: where the new one has `•••`, the old secret stays."""
    kept = _secrets(old)

    def secret(where: str, value: str) -> str:
        return kept.get(where, HIDDEN) if value == HIDDEN else value

    return parsed(_with(new, secret))


def _secrets(definition: ServerDefinition) -> dict[str, str]:
    found = {
        f"{group}.{name}": value.reveal()
        for group in SECRET_GROUPS
        for name, value in _group(definition, group).items()
    }
    if definition.oauth and definition.oauth.client_secret:
        found["oauth.client_secret"] = definition.oauth.client_secret.reveal()
    return found


def _group(definition: ServerDefinition, group: str) -> Mapping[str, Sealed[str]]:
    return definition.env if group == "env" else definition.headers


def _with(said: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """What was said, with each secret changed; whatever is no text is left for the definition to refuse."""
    made = dict(said)
    for group in SECRET_GROUPS:
        if isinstance(made.get(group), dict):
            items = cast("dict[str, Any]", made[group])
            made[group] = {name: _changed(f"{group}.{name}", value, change) for name, value in items.items()}
    inner = cast("dict[str, Any]", made["oauth"]) if isinstance(made.get("oauth"), dict) else {}
    if "client_secret" in inner:
        made["oauth"] = {**inner, "client_secret": _changed("oauth.client_secret", inner["client_secret"], change)}
    return made


def _changed(where: str, value: Any, change: Change) -> Any:
    return change(where, value) if isinstance(value, str) else value
