"""Every query about runs, their events and the journal; all scripts (`storage.script`)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from palaver.core.errors import NotFound
from palaver.core.events import Stamped
from palaver.core.ids import MessageId, RunId, Seq, SessionId, UserId
from palaver.runs.prompt import Prompt, prompt_body, prompt_of
from palaver.runs.records import NOTHING, bundle, unbundle
from palaver.runs.tables import journal, run_events, runs
from palaver.sessions.store import visible_to
from palaver.sessions.tables import sessions
from palaver.sessions.tree import Place
from palaver.storage.script import Do, Row, Script, Statement, changed, first, rows

_encode = msgspec.json.Encoder().encode
_places = msgspec.json.Decoder(Place)


class LeaseLost(Exception):
    """Another process drives this run now; this one must stop at once and write nothing more of it."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class Kept(NamedTuple):
    """A run's row."""

    id: RunId
    session_id: SessionId
    user_id: UserId
    state: str
    owner: str | None
    epoch: int
    cancel: str | None
    prompt: Prompt
    place: Place | None
    user_message_id: MessageId | None
    message_id: MessageId
    model: str
    provider: str
    finish_reason: str | None
    error: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None
    fingerprint: str | None
    parent_run_id: RunId | None = None
    parent_call_id: str | None = None


_COLUMNS: tuple[ColumnElement[Any], ...] = tuple(
    runs.c[name]
    for name in (
        "id",
        "session_id",
        "user_id",
        "state",
        "owner",
        "epoch",
        "cancel",
        "prompt",
        "place",
        "user_message_id",
        "message_id",
        "model",
        "provider",
        "finish_reason",
        "error",
        "created_at",
        "started_at",
        "ended_at",
        "fingerprint",
        "parent_run_id",
        "parent_call_id",
    )
)
_IS = runs.c.id == bindparam("key")
_INSERT = Statement(insert(runs))
_SEEN = Statement(select(*_COLUMNS).join(sessions, sessions.c.id == runs.c.session_id).where(_IS, visible_to()))
_OPEN_OF = Statement(
    select(*_COLUMNS).where(
        runs.c.session_id == bindparam("session_id"), runs.c.user_id == bindparam("whose"), runs.c.state != "over"
    )
)
_BY_IDEMPOTENCY = Statement(
    select(*_COLUMNS).where(runs.c.user_id == bindparam("user_id"), runs.c.idempotency_key == bindparam("word"))
)
_QUEUED = Statement(
    select(*_COLUMNS)
    .where(runs.c.session_id == bindparam("session_id"), runs.c.state == "queued")
    .order_by(runs.c.place_in_queue, runs.c.id)
)
_BEGUN = Statement(
    update(runs)
    .where(_IS, runs.c.state == "queued")
    .values(
        state="live",
        epoch=runs.c.epoch + 1,
        started_at=bindparam("now"),
        **{name: bindparam(name) for name in ("owner", "place", "user_message_id", "prompt", "model", "provider")},
    )
    .returning(runs.c.epoch)
)
_OVER = Statement(
    update(runs)
    .where(_IS, runs.c.epoch == bindparam("held"), runs.c.state != "over")
    .values(state="over", finish_reason=bindparam("reason"), error=bindparam("why"), ended_at=bindparam("now"))
)
_HELD = Statement(select(runs.c.id).where(_IS, runs.c.epoch == bindparam("held"), runs.c.state == "live"))
_REST = Statement(
    update(runs)
    .where(_IS, runs.c.epoch == bindparam("held"), runs.c.state == "live")
    .values(state="waiting", owner=None)
)
_MOVE = Statement(update(runs).where(_IS, runs.c.epoch == bindparam("held")).values(place=bindparam("place")))
_WAKE = Statement(
    update(runs)
    .where(_IS, runs.c.epoch == bindparam("held"), runs.c.state == "waiting")
    .values(state="live", owner=bindparam("owner"), epoch=runs.c.epoch + 1)
)
_CANCEL = Statement(update(runs).where(_IS).values(cancel=bindparam("reason")))
_CLAIM = Statement(
    update(runs)
    .where(_IS, runs.c.epoch == bindparam("held"), runs.c.state == "live")
    .values(owner=bindparam("owner"), epoch=runs.c.epoch + 1)
    .returning(runs.c.epoch)
)
# Said as the partial index says it, so that finished runs, which are nearly all, are never looked at.
_OPEN = runs.c.state != "over"
_LIVE = Statement(
    select(*_COLUMNS).where(_OPEN, runs.c.state == "live", runs.c.owner != bindparam("but")).order_by(runs.c.id)
)
_other = runs.alias("other")
_STUCK = Statement(
    select(runs.c.session_id, runs.c.user_id)
    .where(_OPEN, runs.c.state == "queued")
    .where(
        ~select(_other.c.id)
        .where(_other.c.session_id == runs.c.session_id, _other.c.state.in_(("live", "waiting")))
        .exists()
    )
    .distinct()
)
_BY_ID = Statement(select(*_COLUMNS).where(_IS))
_CHILDREN = Statement(select(*_COLUMNS).where(runs.c.parent_run_id == bindparam("key")).order_by(runs.c.id))
_SESSIONS_BELOW = Statement(
    select(runs.c.session_id)
    .where(runs.c.parent_run_id.in_(select(_other.c.id).where(_other.c.session_id == bindparam("session_id"))))
    .distinct()
)
_PARENTS_TO_WAKE = Statement(
    select(runs.c.id, runs.c.user_id)
    .join(_other, _other.c.parent_run_id == runs.c.id)
    .where(_OPEN, runs.c.state == "waiting", _other.c.state == "over")
    .distinct()
)
_FORGET_ANSWER = Statement(
    delete(runs).where(runs.c.session_id == bindparam("session_id"), runs.c.message_id == bindparam("message_id"))
)
_TO_END = Statement(
    select(runs.c.id, runs.c.cancel).where(_OPEN, runs.c.owner == bindparam("mine"), runs.c.cancel.is_not(None))
)
_PUT_EVENTS = Statement(insert(run_events))
_EVENTS = Statement(
    select(run_events.c.body, run_events.c.last_seq)
    .where(run_events.c.run_id == bindparam("key"), run_events.c.last_seq > bindparam("after"))
    .order_by(run_events.c.first_seq)
)
_RUN_ID: ColumnElement[str] = bindparam("run_id")
_BODY: ColumnElement[bytes] = bindparam("body")
_JOT = Statement(
    insert(journal).from_select(
        ["run_id", "body"],
        select(_RUN_ID, _BODY).where(
            runs.c.id == bindparam("run_id"), runs.c.epoch == bindparam("held"), runs.c.state == "live"
        ),
    )
)
_OLDEST_JOT = Statement(select(func.min(journal.c.n)))
_JOTS = Statement(select(journal.c.body).where(journal.c.run_id == bindparam("key")).order_by(journal.c.n))
_SWEEP = Statement(
    delete(journal).where(journal.c.n < bindparam("below"), journal.c.run_id.not_in(select(runs.c.id).where(_OPEN)))
)
_FORGET = Statement(
    delete(journal).where(journal.c.run_id.in_(select(runs.c.id).where(runs.c.session_id == bindparam("session_id"))))
)
SWEPT_AT_ONCE = 4_000  # rows; about 2 ms


def put(kept: Kept, *, place_in_queue: str | None = None) -> Script[None]:
    """Write a new run down."""
    yield _INSERT(
        **kept._asdict()
        | {
            "prompt": prompt_body(kept.prompt),
            "place": _place_body(kept.place),
            "place_in_queue": place_in_queue,
            "idempotency_key": kept.prompt.idempotency_key,
        }
    )


def find(run_id: RunId, user_id: UserId) -> Script[Kept]:
    """The run, if this user may see its session, whoever asked for it; NotFound otherwise."""
    row = yield from first(_SEEN(key=run_id, user_id=user_id))
    if row is None:
        raise NotFound("There is no such run.")
    return _kept(row)


def open_of(user_id: UserId, session_id: SessionId) -> Script[list[Kept]]:
    """What somebody asked in a session that is not over."""
    return [_kept(row) for row in (yield from rows(_OPEN_OF(session_id=session_id, whose=user_id)))]


def by_idempotency_key(user_id: UserId, word: str) -> Script[Kept | None]:
    """The run that was started with this key before."""
    row = yield from first(_BY_IDEMPOTENCY(user_id=user_id, word=word))
    return _kept(row) if row else None


def queued(session_id: SessionId) -> Script[list[Kept]]:
    """The runs that wait for their turn in a session, the next one first."""
    return [_kept(row) for row in (yield from rows(_QUEUED(session_id=session_id)))]


def stuck() -> Script[Sequence[Row]]:
    """(session, user) of sessions where runs wait although none is live."""
    return (yield from rows(_STUCK()))


def begun(kept: Kept) -> Script[int | None]:
    """A queued run is live from now on; its epoch, or None when it is not queued any more."""
    row = yield from first(
        _BEGUN(
            key=kept.id,
            owner=kept.owner,
            place=_place_body(kept.place),
            user_message_id=kept.user_message_id,
            now=kept.started_at,
            prompt=prompt_body(kept.prompt),
            model=kept.model,
            provider=kept.provider,
        )
    )
    return row[0] if row else None


def over(run_id: RunId, epoch: int, *, reason: str, why: str | None, now: str) -> Script[None]:
    """The run is over; LeaseLost when another process drives it, or it is over already."""
    done = yield _OVER(key=run_id, held=epoch, reason=reason, why=why, now=now)
    if done.count != 1:
        raise LeaseLost(run_id)


def hold(run_id: RunId, epoch: int) -> Script[None]:
    """LeaseLost unless this epoch still drives the run."""
    if (yield from first(_HELD(key=run_id, held=epoch))) is None:
        raise LeaseLost(run_id)


def rest(run_id: RunId, epoch: int) -> Script[None]:
    """The run waits as a row from now on, and nobody drives it."""
    if (yield from changed(_REST(key=run_id, held=epoch))) != 1:
        raise LeaseLost(run_id)


def move(run_id: RunId, epoch: int, place: Place) -> Script[None]:
    """The run's question stands elsewhere from now on."""
    if (yield from changed(_MOVE(key=run_id, held=epoch, place=_place_body(place)))) != 1:
        raise LeaseLost(run_id)


def wake(kept: Kept, owner: str) -> Script[None]:
    """A run that waits as a row is driven from now on, one epoch later; LeaseLost when somebody else was faster."""
    if (yield from changed(_WAKE(key=kept.id, held=kept.epoch, owner=owner))) != 1:
        raise LeaseLost(kept.id)


def known(run_id: RunId) -> Script[Kept | None]:
    """The run, whoever's it is: for work inside the house."""
    row = yield from first(_BY_ID(key=run_id))
    return _kept(row) if row else None


def children(run_id: RunId) -> Script[list[Kept]]:
    """The runs that answer calls of this one."""
    return [_kept(row) for row in (yield from rows(_CHILDREN(key=run_id)))]


def sessions_below(session_id: SessionId) -> Script[list[SessionId]]:
    """The sessions in which subagents worked for runs of this one."""
    return [SessionId(row[0]) for row in (yield from rows(_SESSIONS_BELOW(session_id=session_id)))]


def parents_to_wake() -> Script[Sequence[Row]]:
    """(run, user) of the runs that wait although a run below them is over."""
    return (yield from rows(_PARENTS_TO_WAKE()))


def ask_to_end(run_id: RunId, reason: str) -> Script[None]:
    """Somebody wants the run to end: whoever drives it next will see."""
    yield _CANCEL(key=run_id, reason=reason)


def to_end(owner: str) -> Script[Sequence[Row]]:
    """(run, reason) of the runs of one owner that somebody wants to end."""
    return (yield from rows(_TO_END(mine=owner)))


def live(but: str) -> Script[list[Kept]]:
    """All runs that somebody drives, or should, but for those of one owner."""
    return [_kept(row) for row in (yield from rows(_LIVE(but=but)))]


def claim(kept: Kept, owner: str) -> Script[int | None]:
    """Take a run over; its new epoch, or None when somebody else was faster."""
    row = yield from first(_CLAIM(key=kept.id, held=kept.epoch, owner=owner))
    return row[0] if row else None


def put_events(run_id: RunId, events: Sequence[Stamped], known: Mapping[Seq, bytes] = NOTHING) -> Script[None]:
    """Write down for good what was told since the last boundary, and the facts that came with it."""
    numbers = [stamped.seq for stamped in events if stamped.seq]
    last = numbers[-1] if numbers else 0
    yield _PUT_EVENTS(run_id=run_id, first_seq=numbers[0] if numbers else -1, last_seq=last, body=bundle(events, known))


def events(run_id: RunId, after: int) -> Script[list[Stamped]]:
    """What was written down for good after a number, facts included."""
    found: list[Stamped] = []
    for body, _ in (yield from rows(_EVENTS(key=run_id, after=after))):
        found += unbundle(body)
    return found


def one_jot(run_id: RunId, epoch: int, body: bytes) -> Do:
    """Add one record to the journal; nothing is added where the run is lost."""
    return _JOT(run_id=run_id, held=epoch, body=body)


def jot(pieces: Sequence[tuple[RunId, int, bytes]]) -> Script[int]:
    """Add records to the journal, each as (run, epoch, record); how many were taken: runs that were lost take none."""
    if len(pieces) == 1:
        return (yield one_jot(*pieces[0])).count
    return (yield _JOT.many([{"run_id": run, "held": epoch, "body": body} for run, epoch, body in pieces])).count


def jots(run_id: RunId) -> Script[list[Stamped]]:
    """A run's pieces in the journal, older ones that `events` holds too among them."""
    found: list[Stamped] = []
    for (body,) in (yield from rows(_JOTS(key=run_id))):
        found += unbundle(body)
    return found


def unbound(run_id: RunId, bound: Sequence[Stamped], after: int) -> Script[list[Stamped]]:
    """What stands in the journal only: pieces since the last boundary."""
    last = max((one.seq for one in bound), default=after)
    return [one for one in (yield from jots(run_id)) if one.seq > last or not one.seq]


def forget_answer(session_id: SessionId, message_id: MessageId) -> Script[None]:
    """Delete the run that gave this answer, with everything that was told of it."""
    yield _FORGET_ANSWER(session_id=session_id, message_id=message_id)


def forget_jots(session_id: SessionId) -> Script[None]:
    """Take everything out of the journal that was said in a session; only where no run of it is live."""
    yield _FORGET(session_id=session_id)


def sweep() -> Script[int]:
    """Take some of what no run needs out of the journal, the oldest first; how much went."""
    row = yield from first(_OLDEST_JOT())
    if row is None or row[0] is None:
        return 0
    return (yield from changed(_SWEEP(below=row[0] + SWEPT_AT_ONCE)))


def _kept(row: Row) -> Kept:
    kept = Kept(*row)
    return kept._replace(prompt=prompt_of(row[7]), place=_place_of(row[8]))


def _place_body(place: Place | None) -> bytes | None:
    return None if place is None else _encode(place)


def _place_of(body: bytes | None) -> Place | None:
    return None if body is None else _places.decode(body)
