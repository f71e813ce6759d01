"""Runs put together over a real database and a model that says what it is told to; no test stands here."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from palaver.agents.recipe import PLAIN, Recipe, SkillBrief
from palaver.care.moderation.service import Moderation
from palaver.care.moderation.settings import ModerationSettings
from palaver.core.errors import PalaverError
from palaver.core.events import Noticed, RunEvent
from palaver.core.ids import SessionId, UserId
from palaver.core.messages import Message, TextPart
from palaver.core.principal import Principal
from palaver.files.workspaces import Workspaces
from palaver.inference.port import Ask, Finished, Piece, Pieces, ResolvedModel, TextPiece
from palaver.kit.clock import SystemClock
from palaver.runs.accepting import Acceptance
from palaver.runs.acting import Acting
from palaver.runs.answering import Answering
from palaver.runs.asking import Asking
from palaver.runs.box import Box
from palaver.runs.boxes import RunBoxes
from palaver.runs.children import Children
from palaver.runs.concluding import Concluding
from palaver.runs.conveying import Conveyed
from palaver.runs.delegating import Delegating
from palaver.runs.driver import Driver
from palaver.runs.family import Family
from palaver.runs.hands import RunHands
from palaver.runs.hooked import Hooked
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.parts import Parts
from palaver.runs.prompt import Prompt, WhenBusy
from palaver.runs.questioning import Questioning
from palaver.runs.queue import Queue
from palaver.runs.recalling import Recalling
from palaver.runs.recovery import Recovery
from palaver.runs.service import Runs
from palaver.runs.settings import RunSettings
from palaver.runs.waking import Waking
from palaver.runs.withholding import Withholding
from palaver.tools.hooks.asking import Hooks
from palaver.tools.hooks.port import Hook
from palaver.tools.hooks.settings import HookSettings
from palaver.tools.port import Tool
from palaver.tools.service import Tools
from palaver.tools.settings import ToolSettings
from tests.unit.runs.conftest import Desk
from tests.unit.runs.given import ADA

PERSON = Principal(user_id=ADA)
NOWHERE = Path("nowhere")  # no tool of these tests touches a file
LARGE = ResolvedModel(id="x/large", provider="x", model="large", name="Large", context_window=1000)


class AsItIs:
    """No message carries files."""

    async def convey(self, user_id: UserId, path: Sequence[Message], model: ResolvedModel) -> Conveyed:
        return Conveyed(path)


class Endless:
    """For runs whose window never fills."""

    async def before(self, live: Live, box: Box, path: Sequence[Message]) -> None:
        """Nothing to do."""

    async def asked(self, live: Live, box: Box, path: Sequence[Message]) -> Sequence[RunEvent]:
        """Nothing to sum up."""
        return ()


class ScriptedModels:
    """Answers every question with the same words, once it may; remembers what it was asked.

    `steps` are what it says instead, one list of pieces per question, as long as there are any.
    """

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.may.set()
        self.waiting = asyncio.Event()
        self.asked: list[Ask] = []
        self.steps: list[Sequence[Piece]] = []
        self.refuses: dict[str, PalaverError] = {}

    async def resolve(self, model_id: str | None, principal: Principal) -> ResolvedModel:
        if model_id in self.refuses:
            raise self.refuses[model_id]
        return LARGE

    async def stream(self, model: ResolvedModel, ask: Ask) -> Pieces:
        self.asked.append(ask)
        if self.steps:
            yield self.steps.pop(0)
            return
        first: Sequence[Piece] = [TextPiece("Ah")]
        yield first
        if not self.may.is_set():
            self.waiting.set()
            await self.may.wait()
        yield [TextPiece("!"), Finished("stop")]


class NoPlaces:
    """Nobody has servers, skills or hooks here, and no instructions lie in any workspace."""

    async def servers(self, user_id: UserId, mcp: Sequence[dict[str, Any]]) -> tuple[Sequence[Tool], Sequence[Noticed]]:
        return (), ()

    def skills(self, user_id: UserId, briefs: Sequence[SkillBrief]) -> Tool:
        raise AssertionError("there are no skills here")

    def hooks(self, recipe: Recipe, user_id: UserId) -> tuple[Hook, ...]:
        return ()

    async def grounds(self, session_id: SessionId) -> str | None:
        return None


MODERATION = Moderation(ModerationSettings())


class House:
    """Runs as `entry/compose.py` puts them together, with models and tools that tests bring."""

    def __init__(self, desk: Desk, tasks: asyncio.TaskGroup, tools: Sequence[Tool], *, holder: str = "wrk_1") -> None:
        clock, settings = SystemClock(), RunSettings()
        self._desk, self._tasks, self._shipped = desk, tasks, tools
        self.journal = journal = Journal(desk.database, desk.bus, clock, 1_000)
        self.models = ScriptedModels()
        self.tools = Tools(tools, ToolSettings(), ())
        self.delegating = Delegating(journal)
        questioning = Questioning(journal, Workspaces(NOWHERE), clock, expiry=settings.approval_expiry)
        hands = self._hands(questioning, settings)
        self.driver = Driver(journal, hands, tasks)
        self.family = Family(journal)
        self.parts = Parts(
            database=desk.database,
            bus=desk.bus,
            journal=journal,
            driver=self.driver,
            family=self.family,
            resolve=self.models.resolve,
            acceptance=Acceptance(clock, holder=holder, queued=2),
            clock=clock,
            holder=holder,
        )
        self.queue = Queue(self.parts)
        self.runs = Runs(self.parts, self.queue, Waking(self.parts), _as_it_is)
        self.recovery = Recovery(self.parts, self.queue, questioning)
        self.children = Children(self.parts, self.runs)
        self.answering = Answering(desk.database, self.runs, self.tools, clock)
        self._connect()

    def _hands(self, questioning: Questioning, settings: RunSettings) -> RunHands:
        database, clock, hooked = (
            self._desk.database,
            SystemClock(),
            Hooked(self.journal, Hooks(HookSettings(), SystemClock())),
        )
        boxes = RunBoxes(self.tools, NoPlaces(), settings, bypass=True)
        self.asking = asking = Asking(
            database,
            self.journal,
            self.models,
            boxes=boxes,
            hooked=hooked,
            compacting=Endless(),
            recalling=Recalling(None, self.journal),
            conveying=AsItIs(),
            count=_count,
            history=10,
            format_tries=2,
            withholds=lambda: Withholding(MODERATION.window),
        )
        acting = Acting(
            database,
            self.journal,
            self.tools,
            boxes=boxes,
            hooked=hooked,
            delegating=self.delegating,
            questioning=questioning,
            clock=clock,
            expiry=timedelta(days=1),
            parallel=4,
        )
        return RunHands(asking, acting, Concluding(self.journal, count=_count, clock=clock))

    def _connect(self) -> None:
        async def concluded(live: Live) -> None:
            await self.children.concluded(live)
            await self.queue.concluded(live.session_id, live.user_id)

        self.driver.concluded = concluded
        self.driver.kept_awake = self.family.below
        self.driver.rested = lambda live: self.family.left(live.id)
        self.family.alone = self.driver.drive
        self.recovery.answered_below = self.children.answered_below
        self.delegating.begin_run = self.runs.start_below

    def beside(self) -> "House":
        """Another process on the same database."""
        return House(self._desk, self._tasks, self._shipped, holder="wrk_2")

    def kill(self) -> None:
        """End what is under way as a process does that is killed: not a word is written."""
        for live in self.journal.lives:
            for task in live.tasks.values():
                task.cancel()
            live.tasks.clear()


@asynccontextmanager
async def house(desk: Desk, *tools: Tool) -> AsyncIterator[House]:
    """Everything that runs need; what is under way at the end is ended."""
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        made = House(desk, tasks, tools)
        yield made
        made.kill()


def prompt(
    text: str,
    *,
    session_id: SessionId | None = None,
    when_busy: WhenBusy = "reject",
    key: str | None = None,
    recipe: Recipe = PLAIN,
) -> Prompt:
    return Prompt(
        parts=(TextPart(text=text),), session_id=session_id, when_busy=when_busy, idempotency_key=key, recipe=recipe
    )


async def _as_it_is(principal: Principal, asked: Prompt) -> Prompt:
    return asked


async def _count(text: str, model: str) -> int:
    return len(text)
