"""What the screener needs of the models that can be asked; which there are, and what leaves for them, is below."""

from typing import Protocol

from palaver.core.principal import Principal
from palaver.inference.port import Ask, Pieces, ResolvedModel


class Models(Protocol):
    """The front door to models. What leaves through it has no personal data where that is to be taken out."""

    async def resolve(self, model_id: str | None, principal: Principal) -> ResolvedModel:
        """The model that an id means."""
        ...

    def stream(self, model: ResolvedModel, ask: Ask) -> Pieces:
        """Its answer, piece by piece."""
        ...
