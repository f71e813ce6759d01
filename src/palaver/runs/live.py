"""A run that this process drives: what is known of it in memory. It decides nothing and writes nothing."""

import asyncio
from typing import NamedTuple

from palaver.context.memory.recalling import Recalled
from palaver.context.window import Told as Window
from palaver.core.events import RunEvent, Stamped
from palaver.core.ids import MessageId, RunId, Seq, SessionId, UserId
from palaver.core.messages import Message
from palaver.core.permissions import PermissionMode
from palaver.core.questions import Answers
from palaver.inference.port import Ask, ResolvedModel
from palaver.runs.box import Box
from palaver.runs.machine import Run, Want, evolve
from palaver.runs.prompt import Prompt
from palaver.runs.records import joined
from palaver.runs.told import Address, Told
from palaver.sessions.tree import Place, Reach


class Parent(NamedTuple):
    """The run one of whose calls this one answers."""

    run_id: RunId
    call_id: str


class Live:
    """One run under way.

    `unwritten` is what the model said and no transaction has taken yet; `tail` what is in the journal since the last
    boundary; `unfolded` what was said and is not in `run` yet (text is folded when somebody wants to know it).
    """

    __slots__ = (
        "address",
        "answers",
        "ask",
        "asked_anew",
        "box",
        "commits",
        "created",
        "epoch",
        "expected",
        "fingerprint",
        "held",
        "last_told",
        "made",
        "message_id",
        "mode",
        "model",
        "next_seq",
        "parent",
        "path",
        "place",
        "prompt",
        "question",
        "reaches",
        "recalled",
        "room",
        "run",
        "session_id",
        "settled",
        "shared",
        "slots",
        "started",
        "step_from",
        "synced",
        "system",
        "tail",
        "tasks",
        "unfolded",
        "unwritten",
        "unwritten_size",
        "user_id",
        "user_message_id",
        "view",
    )

    def __init__(self, run_id: RunId, session_id: SessionId, user_id: UserId, *, epoch: int) -> None:
        self.address = Address(run_id, session_id)
        self.session_id, self.user_id, self.epoch = session_id, user_id, epoch
        self.shared = False  # whether more than one takes part in the session, or did
        self.prompt = Prompt()
        self.fingerprint: str | None = None  # of the request, where it has an idempotency key
        self.created = self.asked_anew = False  # whether its session, and whether its question, began with it
        self.place = Place("", 0)
        self.question: Message | None = None  # where it is all there is to tell the model
        self.reaches: tuple[Reach, ...] = ()  # where the messages stand that the model may be told
        self.user_message_id: MessageId | None = None
        self.message_id = MessageId("")
        self.model: ResolvedModel | None = None
        self.system: str | None = None
        self.mode: PermissionMode = "default"  # the session's
        self.view: Window | None = None
        self.ask: Ask | None = None  # what the model was asked last
        self.made: Message | None = None  # the summary, where the run is nothing but one
        self.settled: RunEvent | None = None  # what settled how the run ends
        self.path: list[Message] | None = None  # what was said before this turn, once it was read
        self.recalled: Recalled | None = None  # facts that concern the question, once they were looked up
        self.box: Box | None = None  # what the agent may use, once it was asked for
        self.slots: asyncio.Semaphore | None = None
        self.parent: Parent | None = None
        self.expected = 0  # news that are being written down: it does not rest before it heard them
        self.answers: dict[str, asyncio.Future[Answers]] = {}  # what calls under way wait for, by call id
        self.started = 0.0
        self.run = Run()
        self.next_seq = Seq(1)
        self.step_from: Seq | None = None
        self.unwritten: list[RunEvent] = []
        self.unwritten_size = 0
        self.tail: list[Stamped] = []
        self.unfolded: list[RunEvent] = []
        self.commits = self.synced = 0  # boundaries that stand in the database; the last of them that is on the disk
        self.last_told = 0
        self.held: list[tuple[int, Told]] = []  # what waits to be told, and for which boundary
        self.room: asyncio.Event | None = None
        self.tasks: dict[Want, asyncio.Task[None]] = {}

    @property
    def id(self) -> RunId:
        """The run's id."""
        return self.address.run_id

    @property
    def unanswered(self) -> tuple[str, ...]:
        """What calls asked in mid-call and nobody answered; those that do not wait any more have been cancelled."""
        return tuple(which for which, waiter in self.answers.items() if waiter.cancelled() or not waiter.done())

    def wrote(self, stamped: Stamped) -> None:
        """One more piece stands in the journal."""
        self.next_seq = Seq(stamped.seq + 1)
        self.step_from = self.step_from or stamped.seq
        self.tail.append(stamped)

    @property
    def asked(self) -> ResolvedModel:
        """The model that answers; there is one as soon as the run wants anything of it."""
        assert self.model is not None
        return self.model

    def fold(self, event: RunEvent | None = None) -> Run:
        """The run with everything that was said, and one more event."""
        if self.unfolded:
            for said in joined(self.unfolded):
                self.run = evolve(self.run, said)
            self.unfolded.clear()
        if event is not None:
            undecided = self.run.ending is None
            self.run = evolve(self.run, event)
            if undecided and self.run.ending is not None:
                self.settled = event
        return self.run
