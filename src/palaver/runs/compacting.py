"""Sums up the earlier part of a conversation when its model's window fills, or when somebody asks for it.

A summary is added, and stands for what it sums up from then on; the messages remain. It is written in one unit of work,
between turns: before that nothing is changed, whatever happens. What of a path is summed up is `context.summarising`'s.
"""

import logging
from collections.abc import Sequence

import msgspec

from palaver.context import summarising
from palaver.context.settings import ContextSettings
from palaver.context.summary import in_force, receipt_of
from palaver.core.errors import Conflict, PalaverError
from palaver.core.events import Compacted, ModelReplied, Noticed, RunEvent, RunFailed
from palaver.core.ids import MESSAGE, MessageId
from palaver.core.messages import Message, Summary, TextPart
from palaver.core.usage import Usage
from palaver.inference.port import ResolvedModel
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.runs import speaking, store
from palaver.runs.box import Box
from palaver.runs.consulting import Consulting
from palaver.runs.hooked import Hooked
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.machine import failure
from palaver.runs.parts import Resolve, accepted_before
from palaver.runs.viewing import limit_of, weight_of
from palaver.sessions import summing, tree
from palaver.storage.port import StorageUnavailable
from palaver.storage.script import Script

log = logging.getLogger(__name__)

CONSIDERED = 0.9  # of the messages that are looked at for one question; see `runs.history_messages`
FULL_OF = 4  # no script takes more tokens than this for one character
ANSWER = 1_500  # tokens a summary may take; of small windows, an eighth
WORDS_PER_TOKEN = 0.5
PIECE = 1.2  # characters of a transcript for each token of the window: well below half of it in most scripts


class Compacting:
    """Writes summaries for the runs of this process."""

    def __init__(
        self, journal: Journal, consulting: Consulting, hooked: Hooked, resolve: Resolve, *, settings: ContextSettings,
        clock: Clock, history: int,
    ) -> None:  # fmt: skip
        self._journal = journal
        self._consulting = consulting
        self._hooked = hooked
        self._resolve = resolve
        self._settings = settings
        self._clock = clock
        self._history = history

    async def before(self, live: Live, box: Box, path: Sequence[Message]) -> None:
        """Before the first model call of a turn: where the window is about to be full, sum up what came earlier."""
        if box.limits.max_budget_usd is not None or live.parent is not None:
            return  # what a turn may cost, and a task handed on, are the person's business, and not the house's
        earlier = summarising.earlier(path) if await self._fills(live, box, path) else []
        if not earlier:
            return
        await self._hooked.fire(live, box, "PreCompact", kind="full")
        try:
            made = await self._written(live, box, path, earlier, focus=None)
            if not await self._insert(live, made):
                return
        except StorageUnavailable:
            raise
        except PalaverError as error:
            said = f"Earlier messages could not be summed up, and nothing was changed: {error.detail}"
            self._journal.tell(live, Noticed(code="compaction_failed", message=said), 0)

    async def asked(self, live: Live, box: Box, path: Sequence[Message]) -> Sequence[RunEvent]:
        """For a run that is nothing but a summary: the events that end it. The summary is written when it concludes."""
        wish = live.prompt.summarize
        assert wish is not None
        earlier = summarising.earlier(path)
        if not earlier:
            said = "There is nothing to sum up: the last two exchanges always stay whole."
            return (RunFailed(code="conflict", message=said, retryable=False),)
        await self._hooked.fire(live, box, "PreCompact", kind="asked")
        try:
            made = await self._written(live, box, path, earlier, focus=wish.focus)
        except PalaverError as error:
            return (failure(error),)
        live.made = made
        return (ModelReplied(finish_reason="stop", usage=made.usage),)

    async def _fills(self, live: Live, box: Box, path: Sequence[Message]) -> bool:
        at = self._settings.compact_at
        if at < 1 and len(in_force(path)[1]) >= CONSIDERED * self._history:
            return True  # before the oldest are not considered any more
        most = at * limit_of(live.asked)
        if at >= 1 or _rough(path) * FULL_OF < most:
            return False
        return await self._weight(live, box, path) >= min(most, 0.97 * limit_of(live.asked, told=True))

    async def _weight(self, live: Live, box: Box, path: Sequence[Message]) -> int:
        system = speaking.system(live, box, form=None)
        return await weight_of(path, live.asked, system=system, tools=box.specs)

    async def _written(
        self, live: Live, box: Box, path: Sequence[Message], earlier: list[Message], *, focus: str | None
    ) -> Message:
        """The summary as a message that stands nowhere yet."""
        model = await self._writer(live)
        known, _ = in_force(path)
        before = known.text if known else ""
        if model.provider == "builtin":
            text, usage, repaired = summarising.extract(earlier, before=before, focus=focus), Usage(), False
        else:
            text, usage, repaired = await self._asked_for(live, model, earlier, (before, focus))
        receipt = receipt_of(known) if known else None
        summary = Summary(
            from_message_id=receipt.from_message_id if receipt else earlier[0].id,
            to_message_id=earlier[-1].id,
            messages=len(earlier) + (receipt.messages if receipt else 0),
            tokens_before=await self._weight(live, box, path),
            tokens_after=0,
            because="asked" if live.prompt.summarize else "full",
            checked=model.provider != "builtin" and self._settings.check_summaries,
            repaired=repaired,
            extractive=model.provider == "builtin",
            focus=focus,
        )
        made = Message(
            id=live.message_id if live.prompt.summarize else MessageId(new_id(MESSAGE)),
            session_id=live.session_id,
            parent_id=path[-1].id if live.prompt.summarize else path[-1].parent_id,
            role="system",
            parts=(TextPart(text=text),),
            text=text,
            model=model.id,
            provider=model.provider,
            usage=usage,
            finish_reason="stop",
            summary=summary,
            created_at=stamp(self._clock.now()),
        )
        after = await self._weight(live, box, [*path, made])
        return msgspec.structs.replace(made, summary=msgspec.structs.replace(summary, tokens_after=after))

    async def _writer(self, live: Live) -> ResolvedModel:
        wanted = self._settings.summary_model
        return await self._resolve(wanted, accepted_before(live.user_id)) if wanted else live.asked

    async def _asked_for(
        self, live: Live, model: ResolvedModel, earlier: list[Message], wish: tuple[str, str | None]
    ) -> tuple[str, Usage, bool]:
        """The summary in the model's words, piece by piece, each looked at twice."""
        before, focus = wish
        limit = limit_of(model)
        most = min(ANSWER, limit // 8)
        usage, repaired = Usage(), False
        for piece in summarising.pieces(earlier, int(limit * PIECE)):
            question = summarising.request(piece, before=before, focus=focus, words=int(most * WORDS_PER_TOKEN))
            said = await self._consulting.ask(model, summarising.SYSTEM, question, most=most, live=live)
            usage = usage.plus(said.usage)
            text = await self._consulting.may_be_told(said.text, live) or before
            if self._settings.check_summaries:
                question = summarising.check_request(piece, before=before, summary=text)
                looked = await self._consulting.ask(model, summarising.CHECK, question, most=most, live=live)
                usage = usage.plus(looked.usage)
                better = await self._consulting.may_be_told(looked.text, live)
                if better and not summarising.FINE.fullmatch(better):
                    text, repaired = better, True
            before = text
        if not before:
            raise Conflict("The model gave no summary.")
        return before, usage, repaired

    async def _insert(self, live: Live, made: Message) -> bool:
        summary = made.summary
        assert isinstance(summary, Summary)
        event = compacted(made)

        def write() -> Script[tuple[Sequence[RunEvent], summing.Kept | None]]:
            kept = yield from summing.insert(live.session_id, live.user_id, made, before=live.place)
            if kept is None or kept.head is None:
                return (), None
            yield from store.move(live.id, live.epoch, kept.head)
            return (event,), kept

        kept = await self._journal.boundary(live, write())
        if kept is None or kept.head is None:
            return False
        live.place = kept.head
        live.reaches = tree.path(kept.tree, kept.head)
        live.path = None
        return True


def compacted(made: Message) -> Compacted:
    """What is told of a summary that stands."""
    summary = made.summary
    assert isinstance(summary, Summary)
    return Compacted(tokens_before=summary.tokens_before, tokens_after=summary.tokens_after, receipt_id=made.id)


def _rough(path: Sequence[Message]) -> int:
    """Characters of a path, at least: enough to know that a window is far from full."""
    return sum(
        len(getattr(part, "text", "")) + len(getattr(part, "content", "")) + 40
        for message in path
        for part in message.parts
    )
