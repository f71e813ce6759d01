"""One step of a run: the model is asked with all it may know and use, and heard; when to ask is the machine's."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Protocol

import msgspec

from palaver.agents.recipe import OutputFormat as OutputWish
from palaver.context.attribution import Unechoed
from palaver.context.memory.recalling import Recalled
from palaver.context.window import IMAGE_TOKENS, Told
from palaver.core.errors import PalaverError
from palaver.core.events import (
    LimitReached,
    ModelReplied,
    OutputRefused,
    RunEvent,
    RunFailed,
    StepRestarted,
    TextGrew,
)
from palaver.core.ids import UserId
from palaver.core.messages import Message, text_of
from palaver.core.usage import Usage
from palaver.inference.port import (
    Ask,
    Finished,
    OutputFormat,
    Pieces,
    ResolvedModel,
)
from palaver.runs import limits, speaking
from palaver.runs.box import Box
from palaver.runs.client_tools import refuse_unoffered
from palaver.runs.conveying import Conveyed
from palaver.runs.ending import asked_images, asked_text, priced, so_far
from palaver.runs.fairness.places import Places
from palaver.runs.hearing import Hearing
from palaver.runs.hooked import Hooked
from palaver.runs.joining import standing_in
from palaver.runs.journal import Journal
from palaver.runs.limits import Reserved
from palaver.runs.live import Live
from palaver.runs.machine import failure
from palaver.runs.past import considered
from palaver.runs.replies import Reply, replies_of
from palaver.runs.spending.purse import Purse, of_step
from palaver.runs.viewing import most_output, view_of
from palaver.runs.withholding import Withholding
from palaver.runs.wording import Wording, plain, wording
from palaver.runs.written import write
from palaver.storage.port import Database
from palaver.storage.script import Script
from palaver.tools.hooks.port import HookEvent

log = logging.getLogger(__name__)

INTERNAL = RunFailed(code="internal", message="Something went wrong on the server.", retryable=True)
STARTS: tuple[HookEvent, ...] = ("SessionStart", "UserPromptSubmit")
STOPS: tuple[HookEvent, ...] = ("Stop", "SubagentStop")
BROKEN_OFF = RunFailed(code="model_unavailable", message="The model's answer broke off.", retryable=True)


class Models(Protocol):
    """What runs need of inference."""

    def stream(self, model: ResolvedModel, ask: Ask) -> Pieces: ...


class Counter(Protocol):
    """Counts tokens where a vendor reported none."""

    async def __call__(self, text: str, model: str) -> int: ...


class Compacts(Protocol):
    """Sums up what was said earlier; see `compacting.py`."""

    async def before(self, live: Live, box: Box, path: Sequence[Message]) -> None: ...

    async def asked(self, live: Live, box: Box, path: Sequence[Message]) -> Sequence[RunEvent]: ...


class Recalls(Protocol):
    """Knows which facts concern a question, and hears when they are told; see `recalling.py`."""

    async def of(self, live: Live) -> Recalled: ...

    def told(self, live: Live) -> None: ...


class Conveys(Protocol):
    """Makes of files in messages what a model can be told; see `conveying.py`."""

    async def convey(self, user_id: UserId, path: Sequence[Message], model: ResolvedModel) -> Conveyed: ...


class Guards(Protocol):
    """Reads what the person wrote before any model is asked; see `guarding.py`."""

    async def before(
        self, live: Live, said: Wording, *, by_human: bool = False, reply: Reply | None = None
    ) -> Sequence[RunEvent]: ...

    def answered(self, live: Live, withholding: Withholding) -> None: ...


class Boxes(Protocol):
    """Finds what an agent may use."""

    async def of(self, live: Live) -> Box: ...


class Asking:
    """Asks models for the runs of this process."""

    def __init__(
        self, database: Database, journal: Journal, models: Models, *, boxes: Boxes, hooked: Hooked,
        compacting: Compacts, recalling: Recalls, conveying: Conveys, count: Counter, history: int, format_tries: int,
        withholds: Callable[[], Withholding],
    ) -> None:  # fmt: skip
        self._database = database
        self._journal = journal
        self._models = models
        self._boxes = boxes
        self._hooked = hooked
        self._compacting = compacting
        self._recalling = recalling
        self._conveying = conveying
        self._count = count
        self._history = history
        self._format_tries = format_tries
        self.purse: Purse | None = None
        self.places: Places | None = None
        self.guarding: Guards | None = None
        self._withholds = withholds

    async def ask(self, live: Live) -> Sequence[RunEvent]:
        """One step: the events that end it, written down where more steps follow. Whatever goes wrong is an event."""
        try:
            if (instead := standing_in.said(live.prompt)) is not None:
                return await self._stood_in(live, instead)
            if self.places is not None:
                await self.places.take(live)
            box = live.box or await self._open(live)
            if live.prompt.summarize is not None:
                return await self._compacting.asked(live, box, (await self._conveyed(live)).path)
            if answered := await self._guarded(live):
                return answered
            ended = limits.reached(live.fold().steps, box.limits)
            if ended is None and not live.run.steps.count and self._hooked.asks(box, *STARTS):
                ended = await self._hooked.opening(live, box, text_of((await self._past(live))[-1].parts))
            if ended is not None:
                return (ended,)
            if not live.run.steps.count:
                await self._compacting.before(live, box, (await self._conveyed(live, aloud=True)).path)
            question = await self._question(live, box)
            return await self._listen(live, box, question) if isinstance(question, Ask) else (question,)
        except PalaverError as error:
            return (failure(error),)
        except Exception:  # a fault of ours must end this run with an error, and no other run
            log.exception("A model step failed", extra={"run_id": live.id})
            return (INTERNAL,)

    async def _guarded(self, live: Live, *, by_human: bool = False) -> Sequence[RunEvent]:
        """Before anybody else reads the question, or what the person answered since: a model is asked after it."""
        if self.guarding is None:
            return ()
        if live.run.steps.count:
            steps = live.fold().steps
            for reply in replies_of(steps.past, dict(steps.told_by)):
                if answered := await self.guarding.before(live, plain(reply.text), reply=reply):
                    return answered
            return ()
        return await self.guarding.before(live, wording((await self._past(live))[-1].parts), by_human=by_human)

    async def _stood_in(self, live: Live, said: str) -> Sequence[RunEvent]:
        """The answer of a turn that no model answers; what somebody asked is read like every other question."""
        if live.prompt.received is not None:
            await self._guarded(live, by_human=True)
        if said:
            self._journal.tell(live, TextGrew(content=said), len(said))
        return (ModelReplied(finish_reason="stop", usage=Usage()),)

    async def _open(self, live: Live) -> Box:
        live.box = box = await self._boxes.of(live)
        if not live.run.steps.count:
            for notice in box.notices:
                self._journal.tell(live, notice, len(notice.message))
        return box

    async def _question(self, live: Live, box: Box) -> Ask | LimitReached | RunFailed:
        prompt, model, steps = live.prompt, live.asked, live.fold().steps  # what hooks just added is in it
        form = prompt.recipe.output_format
        native = form is None or "json_schema" in model.capabilities
        live.view = view = await self._view(live, box, form=None if native else form)
        self._recalling.told(live)
        if box.limits.max_budget_usd is not None and model.price is None:
            return limits.unpriced(box.limits, model.id)
        reserved = limits.reserve(
            steps,
            box.limits,
            model.price,
            asked_tokens=await self._asked_tokens(live, box),
            wanted=prompt.max_output_tokens,
            longest=model.max_output,
        )
        if isinstance(reserved, Reserved):
            reserved = await self._paid(live, box, reserved)
        if not isinstance(reserved, Reserved):
            return reserved
        return refuse_unoffered(
            Ask(
                model=model.model,
                messages=view.turns,
                system=view.system,
                tools=box.specs,
                tool_choice=speaking.choice(prompt, steps),
                parallel_tool_calls=prompt.parallel_tool_calls,
                temperature=prompt.temperature,
                top_p=prompt.top_p,
                stop=prompt.stop,
                max_output_tokens=most_output(view, model, reserved.max_output_tokens),
                effort=prompt.effort,
                output_format=OutputFormat(form.schema, form.name) if form and native else None,
                session_id=live.session_id,
                user_id=live.user_id,
            )
        )

    async def _paid(self, live: Live, box: Box, reserved: Reserved) -> Reserved | LimitReached | RunFailed:
        """The same, as far as the budgets of who asked go."""
        if self.purse is None or not await self.purse.bound(live):
            return reserved
        asked = await self._all_tokens(live, box)
        paid = await self.purse.step(live, of_step(live, asked, reserved), reserved)
        if isinstance(paid, LimitReached) and not live.run.steps.count:
            live.view = None  # nobody was asked anything, and nobody will be
            return RunFailed(code=paid.code, message=paid.message, retryable=False)
        return paid

    async def _view(self, live: Live, box: Box, *, form: OutputWish | None) -> Told:
        """What the model is told now."""
        steps = live.run.steps
        return await view_of(
            await self._conveyed(live),
            live.asked,
            system=speaking.system(live, box, form=form),
            tools=box.specs,
            going_on=so_far(live) if steps.past else None,
            answer=live.prompt.max_output_tokens,
            besides=speaking.besides(steps),
            recalled=await self._recalling.of(live),
        )

    async def _asked_tokens(self, live: Live, box: Box) -> int:
        return 0 if box.limits.max_budget_usd is None else await self._all_tokens(live, box)

    async def _all_tokens(self, live: Live, box: Box) -> int:
        schemas = "".join(spec.description + str(spec.parameters) for spec in box.specs)
        words = await self._count(asked_text(live) + schemas, live.run.model)
        return words + asked_images(live) * IMAGE_TOKENS

    async def _counted(self, live: Live, said: str) -> Usage:
        asked = asked_text(live)
        return Usage(
            input_tokens=await self._count(asked, live.run.model) if asked else 0,
            output_tokens=await self._count(said, live.run.model) if said else 0,
            estimated=True,
        )

    async def _listen(self, live: Live, box: Box, ask: Ask) -> Sequence[RunEvent]:
        live.ask = ask
        attributed = live.view is not None and live.view.attributed
        steps = live.run.steps
        heard = Hearing(self._journal, live, self._withholds(), Unechoed() if attributed else None)
        heard.characters = limits.size(steps.past)
        deadline = asyncio.timeout(limits.seconds_left(steps, box.limits))
        try:
            async with deadline:
                end = await self._hear_out(live, box, ask, heard)
        except PalaverError:
            await heard.let_go()
            raise
        except TimeoutError:
            if not deadline.expired():
                raise
            end = limits.too_slow(box.limits)
        if not isinstance(end, Finished):
            await heard.let_go()
        if self.guarding is not None:
            self.guarding.answered(live, heard.withholding)
        return await self._replied(live, box, end, heard) if isinstance(end, Finished) else (end,)

    async def _hear_out(self, live: Live, box: Box, ask: Ask, heard: Hearing) -> Finished | LimitReached | RunFailed:
        """Tell what the model says as it says it; how that ended."""
        most = box.limits.max_characters
        async with aclosing(self._models.stream(live.asked, ask)) as pieces:
            async for read in pieces:
                for piece in read:
                    if isinstance(piece, Finished):
                        return await heard.end(piece)
                    if heard.waits:
                        await heard.attend(piece)
                    heard.hear(piece)
                    if heard.waits:
                        await heard.judged(whole=False)
                    if heard.stopped:
                        await heard.judged(whole=True)
                        return heard.break_off()
                    if heard.characters > most:
                        return limits.too_long(box.limits)
                if live.unwritten_size:
                    await self._journal.room(live)
        return BROKEN_OFF

    async def _replied(self, live: Live, box: Box, piece: Finished, heard: Hearing) -> Sequence[RunEvent]:
        called = heard.called
        steps = live.fold().steps
        if not called and live.prompt.recipe.output_format is None and not self._hooked.asks(box, *STOPS):
            paid = priced(piece.usage, live.model) if piece.usage else None
            return (ModelReplied(finish_reason=piece.reason, usage=paid, duration_ms=heard.milliseconds),)
        usage = priced(piece.usage or await self._counted(live, steps.text), live.model)
        reply = ModelReplied(finish_reason=piece.reason, usage=usage, duration_ms=heard.milliseconds)
        if called:
            reply = msgspec.structs.replace(reply, finish_reason="tool_calls")
            return await write(self._journal, live, *called, reply)
        return await self._ended(live, box, reply)

    async def _ended(self, live: Live, box: Box, reply: ModelReplied) -> Sequence[RunEvent]:
        """The answer is whole: whether it is as it was asked for, and whether a hook lets the agent go on."""
        steps, form = live.run.steps, live.prompt.recipe.output_format
        if pushed := await self._hooked.ending(live, box, reply):
            return await write(self._journal, live, *pushed)
        if form is None or reply.finish_reason != "stop":
            return (reply,)
        checked = speaking.checked(steps.text, form)
        if isinstance(checked, str):
            if len(steps.refusals) >= self._format_tries:
                return (RunFailed(code="output_invalid", message=checked, retryable=True),)
            void = StepRestarted(from_seq=live.step_from or live.next_seq)
            return await write(self._journal, live, OutputRefused(problem=checked, reply=reply), void)
        return (checked, reply)

    async def _conveyed(self, live: Live, *, aloud: bool = False) -> Conveyed:
        """What was said before, its files as the model that answers now can be told them; `aloud`, with notices."""
        conveyed = await self._conveying.convey(live.user_id, await self._past(live), live.asked)
        for notice in conveyed.notices if aloud else ():
            self._journal.tell(live, notice, len(notice.message))
        return conveyed

    async def _past(self, live: Live) -> list[Message]:
        if live.path is None:
            live.path = [live.question] if live.question else await self._database.read(self._path(live))
            live.question = None
        return live.path

    def _path(self, live: Live) -> Script[list[Message]]:
        depth = live.place.depth + 1
        return (yield from considered(live.session_id, live.reaches, depth, self._history, room=live.shared))
