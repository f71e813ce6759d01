"""Runs put together over a real database and a model that says what it is told to; no test stands here."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from palaver.core.errors import PalaverError
from palaver.core.ids import SessionId
from palaver.core.messages import TextPart
from palaver.core.principal import Principal
from palaver.inference.port import Ask, Finished, Piece, Pieces, ResolvedModel, TextPiece
from palaver.kit.clock import SystemClock
from palaver.runs.accepting import Acceptance
from palaver.runs.driver import Driver
from palaver.runs.hands import ModelHands
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.parts import Parts
from palaver.runs.prompt import Prompt, WhenBusy
from palaver.runs.queue import Queue
from palaver.runs.recovery import Recovery
from palaver.runs.service import Runs
from tests.unit.runs.conftest import Desk
from tests.unit.runs.given import ADA

PERSON = Principal(user_id=ADA)
LARGE = ResolvedModel(id="x/large", provider="x", model="large", name="Large", context_window=1000)


class ScriptedModels:
    """Answers every question with the same words, once it may; remembers what it was asked."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.may.set()
        self.waiting = asyncio.Event()
        self.asked: list[Ask] = []
        self.refuses: dict[str, PalaverError] = {}

    async def resolve(self, model_id: str | None, principal: Principal) -> ResolvedModel:
        if model_id in self.refuses:
            raise self.refuses[model_id]
        return LARGE

    async def stream(self, model: ResolvedModel, ask: Ask) -> Pieces:
        self.asked.append(ask)
        first: Sequence[Piece] = [TextPiece("Ho")]
        yield first
        if not self.may.is_set():
            self.waiting.set()
            await self.may.wait()
        yield [TextPiece("!"), Finished("stop")]


class House:
    def __init__(self, desk: Desk, tasks: asyncio.TaskGroup, *, holder: str = "wrk_1") -> None:
        clock = SystemClock()
        self._desk, self._tasks = desk, tasks
        self.journal = Journal(desk.database, desk.bus, clock, 1_000)
        self.models = ScriptedModels()
        hands = ModelHands(desk.database, self.journal, self.models, count=_count, clock=clock, history=10)
        driver = Driver(self.journal, hands, tasks)
        self.parts = Parts(
            database=desk.database,
            bus=desk.bus,
            journal=self.journal,
            driver=driver,
            resolve=self.models.resolve,
            acceptance=Acceptance(clock, holder=holder, queued=2),
            clock=clock,
            holder=holder,
        )
        self.queue = Queue(self.parts)
        self.runs = Runs(self.parts, self.queue)
        self.recovery = Recovery(self.parts, self.queue)

        async def concluded(live: Live) -> None:
            await self.queue.concluded(live.session_id, live.user_id)

        driver.concluded = concluded

    def beside(self) -> "House":
        """Another process on the same database."""
        return House(self._desk, self._tasks, holder="wrk_2")

    def kill(self) -> None:
        """End what is under way as a process does that is killed: not a word is written."""
        for live in self.journal.lives:
            for task in live.tasks.values():
                task.cancel()
            live.tasks.clear()


@asynccontextmanager
async def house(desk: Desk) -> AsyncIterator[House]:
    """Everything that runs need; what is under way at the end is ended."""
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        made = House(desk, tasks)
        yield made
        made.kill()


def prompt(
    text: str, *, session_id: SessionId | None = None, when_busy: WhenBusy = "reject", key: str | None = None
) -> Prompt:
    return Prompt(parts=(TextPart(text=text),), session_id=session_id, when_busy=when_busy, idempotency_key=key)


async def _count(text: str, model: str) -> int:
    return len(text)
