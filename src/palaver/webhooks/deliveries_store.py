"""Every query about deliveries; who may see them follows from whose webhook it is, which `store.py` decides."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from palaver.core.errors import NotFound
from palaver.core.ids import SessionId, UserId
from palaver.storage.script import Row, Script, Statement, changed, first, rows
from palaver.webhooks.names import EventName
from palaver.webhooks.tables import deliveries
from palaver.webhooks.webhook import Delivery, DeliveryState, DeliveryWhole, Try

MOST_TRIES = 32  # of a delivery that are kept, the newest

_encode = msgspec.json.Encoder().encode
_history = msgspec.json.Decoder(tuple[Try, ...]).decode


class Kept(NamedTuple):
    """A delivery as it is stored."""

    n: int
    id: str
    webhook_id: str
    user_id: UserId
    session_id: SessionId | None
    event: EventName
    replay_of: str | None
    state: DeliveryState
    tries: int
    history: tuple[Try, ...]
    body: bytes
    created_at: str

    @property
    def told_as(self) -> str:
        """The id that its receiver is told, the same however often it comes."""
        return self.replay_of or self.id

    def after(self, one: Try, state: DeliveryState) -> "Kept":
        """The same after one more try."""
        history = (*self.history, one)[-MOST_TRIES:]
        return self._replace(tries=self.tries + 1, history=history, state=state)

    def shown(self) -> Delivery:
        """The delivery in a list."""
        return Delivery(**self._fields_shown())

    def whole(self) -> DeliveryWhole:
        """The delivery with all that is known of it."""
        return DeliveryWhole(**self._fields_shown(), history=self.history, payload=msgspec.json.decode(self.body))

    def _fields_shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "webhook_id": self.webhook_id,
            "event": self.event,
            "state": self.state,
            "tries": self.tries,
            "last": self.history[-1] if self.history else None,
            "replay_of": self.replay_of,
            "created_at": self.created_at,
        }


_COLUMNS = tuple(deliveries.c[name] for name in Kept._fields)
_OF = deliveries.c.webhook_id == bindparam("webhook")
_WAITS = deliveries.c.state == "waiting"  # said as the partial index says it
_PUT = Statement(
    insert(deliveries).values({column.name: bindparam(column.name) for column in deliveries.c if column.name != "n"})
)
_HEAD = Statement(select(*_COLUMNS).where(_OF, _WAITS).order_by(deliveries.c.n).limit(1))
_SETTLE = Statement(
    update(deliveries)
    .where(deliveries.c.id == bindparam("key"), _WAITS)
    .values(state=bindparam("new"), tries=bindparam("tries"), history=bindparam("history"))
)
_FIND = Statement(select(*_COLUMNS).where(and_(deliveries.c.id == bindparam("key"), _OF)))
_PAGE = Statement(
    select(*_COLUMNS)
    .where(_OF, deliveries.c.n < bindparam("before"))
    .order_by(deliveries.c.n.desc())
    .limit(bindparam("most"))
)
_PAGE_OF_STATE = Statement(
    select(*_COLUMNS)
    .where(_OF, deliveries.c.n < bindparam("before"), deliveries.c.state == bindparam("state"))
    .order_by(deliveries.c.n.desc())
    .limit(bindparam("most"))
)
_LAST = Statement(select(func.max(deliveries.c.n)).where(_OF))
_SINCE = Statement(
    select(*_COLUMNS)
    .where(
        _OF,
        deliveries.c.n > bindparam("after"),
        deliveries.c.n <= bindparam("upto"),
        deliveries.c.created_at >= bindparam("since"),
        deliveries.c.replay_of.is_(None),
        deliveries.c.state != "waiting",
        deliveries.c.event != "webhook.test",
    )
    .order_by(deliveries.c.n)
    .limit(bindparam("most"))
)
_OLD = (
    select(deliveries.c.n)
    .where(deliveries.c.created_at < bindparam("until"))
    .order_by(deliveries.c.created_at)
    .limit(500)
)
_PRUNE = Statement(delete(deliveries).where(deliveries.c.n.in_(_OLD)))
_OLD_OWNERS = Statement(select(deliveries.c.user_id).where(deliveries.c.n.in_(_OLD), _WAITS).distinct())


def put(made: Sequence[Kept]) -> Script[None]:
    """Write deliveries down, in this order."""
    yield _PUT.many([{**_columns(one), "history": _encode(one.history)} for one in made])


def head(webhook_id: str) -> Script[Kept | None]:
    """The first delivery that waits."""
    row = yield from first(_HEAD(webhook=webhook_id))
    return _kept(row) if row else None


def settle(kept: Kept) -> Script[bool]:
    """Write down what came of a try; False where it waits no more, or is not there."""
    done = _SETTLE(key=kept.id, new=kept.state, tries=kept.tries, history=_encode(kept.history))
    return (yield from changed(done)) == 1


def find(webhook_id: str, delivery_id: str) -> Script[Kept]:
    """One delivery of a webhook that was found; NotFound where it is none of its."""
    row = yield from first(_FIND(key=delivery_id, webhook=webhook_id))
    if row is None:
        raise NotFound("There is no such delivery.")
    return _kept(row)


def page(webhook_id: str, before: int, most: int, state: DeliveryState | None) -> Script[list[Kept]]:
    """A page of deliveries, the newest first."""
    if state is None:
        return [_kept(row) for row in (yield from rows(_PAGE(webhook=webhook_id, before=before, most=most)))]
    asked = _PAGE_OF_STATE(webhook=webhook_id, before=before, most=most, state=state)
    return [_kept(row) for row in (yield from rows(asked))]


def last(webhook_id: str) -> Script[int]:
    """The number of the newest delivery, 0 where there is none."""
    row = yield from first(_LAST(webhook=webhook_id))
    return (row[0] or 0) if row else 0


def since(webhook_id: str, at: str, numbers: range, most: int) -> Script[list[Kept]]:
    """Deliveries since an instant that do not wait and are no replays, of these numbers, oldest first."""
    asked = _SINCE(webhook=webhook_id, since=at, after=numbers.start - 1, upto=numbers.stop - 1, most=most)
    return [_kept(row) for row in (yield from rows(asked))]


def prune(until: str) -> Script[tuple[int, list[UserId]]]:
    """Delete some that are older than this, whatever became of them: how many, and for whom some waited still."""
    owners = [UserId(row[0]) for row in (yield from rows(_OLD_OWNERS(until=until)))]
    return (yield from changed(_PRUNE(until=until))), owners


def _columns(kept: Kept) -> dict[str, Any]:
    return {name: value for name, value in kept._asdict().items() if name != "n"}


def _kept(row: Row) -> Kept:
    kept = Kept(*row)
    history: Any = kept.history
    return kept._replace(history=_history(history))
