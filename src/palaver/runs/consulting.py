"""One short question of the house's own to a model, outside any answer: its words and what they cost; no event."""

import asyncio
import logging
from contextlib import aclosing
from typing import NamedTuple

from palaver.care.moderation.service import Moderation
from palaver.core.errors import ModelUnavailable
from palaver.core.messages import TextPart
from palaver.core.usage import Usage
from palaver.inference.port import Ask, Finished, OutputFormat, ResolvedModel, Switched, TextPiece, Turn
from palaver.runs.asking import Counter, Models
from palaver.runs.ending import priced
from palaver.runs.live import Live
from palaver.runs.spending.purse import Purse, payer_of, question_of

log = logging.getLogger(__name__)

LONGEST = 40_000  # characters; whoever says more than that was not asked for it


class Said(NamedTuple):
    """What the model said, and what that consumed."""

    text: str
    usage: Usage


class Consulting:
    """Asks models on behalf of the house."""

    def __init__(
        self, models: Models, count: Counter, purse: Purse | None = None, *, moderation: Moderation | None = None
    ) -> None:
        self._models = models
        self._count = count
        self._purse = purse
        self._moderation = moderation

    async def may_be_told(self, text: str, live: Live) -> str:
        """What may be told of words that a model wrote: nothing where something in them is blocked."""
        if self._moderation is None or not text:
            return text
        done = await self._moderation.output(text)
        if done.verdict.action in {"rewrite", "block"}:
            extra = {"session_id": live.session_id, "run_id": live.id}
            log.warning("A model wrote what may not be told: %s", done.verdict.category, extra=extra)
        return "" if done.verdict.stops else done.text

    async def ask(
        self, model: ResolvedModel, system: str, question: str, *, most: int, live: Live,
        output_format: OutputFormat | None = None,
    ) -> Said:  # fmt: skip
        """The whole answer of at most so many tokens, paid by who asked in `live`. Raises `core.errors`."""
        if self._purse is None:
            return await self._asked(model, system, question, most=most, live=live, output_format=output_format)
        payer = payer_of(live)
        holder = await self._purse.beside(payer, question_of(system + question, model, most))
        try:
            said = await self._asked(model, system, question, most=most, live=live, output_format=output_format)
        except BaseException:
            await asyncio.shield(self._purse.settle_beside(payer, holder, None))
            raise
        await self._purse.settle_beside(payer, holder, (live.session_id, model.id, said.usage))
        return said

    async def _asked(
        self, model: ResolvedModel, system: str, question: str, *, most: int, live: Live,
        output_format: OutputFormat | None,
    ) -> Said:  # fmt: skip
        ask = Ask(
            model=model.model,
            messages=(Turn("user", (TextPart(text=question),)),),
            system=system,
            tool_choice="none",
            max_output_tokens=most,
            output_format=output_format,
            session_id=live.session_id,
        )
        said: list[str] = []
        async with aclosing(self._models.stream(model, ask)) as stream:
            async for read in stream:
                for piece in read:
                    if isinstance(piece, TextPiece):
                        said.append(piece.text)
                    elif isinstance(piece, Switched):
                        model = piece.resolved
                    elif isinstance(piece, Finished):
                        text = "".join(said).strip()
                        return Said(text, await self._usage(model, piece.usage, f"{system}\n{question}", text))
                if sum(map(len, said)) > LONGEST:
                    break
        raise ModelUnavailable("The model's answer broke off.")

    async def _usage(self, model: ResolvedModel, usage: Usage | None, asked: str, said: str) -> Usage:
        if usage is None:
            usage = Usage(
                input_tokens=await self._count(asked, model.id),
                output_tokens=await self._count(said, model.id) if said else 0,
                estimated=True,
            )
        return usage if usage.cost_usd is not None else priced(usage, model)
