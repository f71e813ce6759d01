"""Which of our models a client of another protocol means by a name without a provider; it asks none of them."""

from typing import Protocol

from palaver.core.principal import Principal
from palaver.inference.failures import UnknownModel

AGENT = "agent/"  # a model so named is a stored agent


class Bearers(Protocol):
    """Knows which models bear a name; `inference.service.Inference` does."""

    async def bearers(self, name: str, principal: Principal) -> list[str]: ...


async def whole_name(models: Bearers, principal: Principal, name: str) -> str:
    """The id `provider/model`; a bare name is the one model that bears it. UnknownModel where none or several do."""
    if "/" in name:
        return name
    found = await models.bearers(name, principal)
    if len(found) == 1:
        return found[0]
    shown = f"{name[:200]!r}"
    says = f"There are several models {shown} here: {', '.join(found[:9])}." if found else f"There is no {shown} here."
    problem = {"loc": ["body", "model"], "msg": "This model is not known.", "type": "unknown_model"}
    raise UnknownModel(f"{says} GET /v1/models lists all.", errors=[problem])
