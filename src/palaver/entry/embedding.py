"""Vectors of texts that somebody pays for: those that programs ask for, and those of searches; it keeps none."""

import asyncio
from collections.abc import Sequence

from palaver.core.ids import SessionId, UserId
from palaver.core.principal import Principal
from palaver.identity.budgets.budget import Payer
from palaver.inference.port import Embedded
from palaver.inference.service import Inference
from palaver.inference.settings import InferenceSettings
from palaver.runs.spending.purse import Purse


class Embedding:
    """Asks models that make vectors."""

    def __init__(self, inference: Inference, purse: Purse) -> None:
        self._inference = inference
        self._purse = purse

    async def asked_by(self, model: str, texts: Sequence[str], principal: Principal) -> Embedded:
        """A vector for each text, by servers that are open to who asks."""
        payer = Payer(principal.user_id, principal.key_id)
        return await self.made(model, texts, payer, principal=principal)

    async def made(
        self, model: str, texts: Sequence[str], payer: Payer, *, principal: Principal | None = None,
        session_id: SessionId | None = None,
    ) -> Embedded:  # fmt: skip
        """A vector for each text, reserved before and settled after. Raises BudgetExceeded."""
        holder = await self._purse.texts(payer, texts)
        try:
            embedded = await self._inference.embed(model, texts, principal)
        except BaseException:
            await asyncio.shield(self._purse.settle_beside(payer, holder, None))
            raise
        await self._purse.settle_beside(payer, holder, (session_id, model, embedded.usage), answers=0)
        return embedded


class Searched:
    """Vectors of the model that the operator names (`files.searching.Embed`)."""

    def __init__(self, embedding: Embedding, model: str) -> None:
        self._embedding = embedding
        self.model = model

    async def __call__(self, texts: Sequence[str], user_id: UserId, session_id: SessionId) -> Sequence[Sequence[float]]:
        """A vector for each text."""
        return (await self._embedding.made(self.model, texts, Payer(user_id), session_id=session_id)).vectors


class Meant:
    """Vectors of what is searched in care, paid by who asks (`care.culture.port.Meanings`)."""

    def __init__(self, embedding: Embedding, model: str) -> None:
        self._embedding = embedding
        self._model = model

    async def __call__(self, texts: Sequence[str], principal: Principal) -> Sequence[Sequence[float]]:
        """A vector for each text."""
        return (await self._embedding.made(self._model, texts, Payer(principal.user_id, principal.key_id))).vectors


def meanings_of(inference: Inference, settings: InferenceSettings, purse: Purse) -> Meant | None:
    """The same for whoever asks about culture, where a model for vectors is named."""
    return Meant(Embedding(inference, purse), settings.embedding_model) if settings.embedding_model else None


def embedding_of(inference: Inference, settings: InferenceSettings, purse: Purse) -> Searched | None:
    """What makes vectors of texts, where a model for that is named."""
    return Searched(Embedding(inference, purse), settings.embedding_model) if settings.embedding_model else None
