"""Every query about the moderation queue; who may see it is decided in `reviewing.py`."""

from typing import Any, Literal, NamedTuple, cast

import msgspec
from sqlalchemy import bindparam, insert, select, update

from palaver.care.moderation.tables import moderation_items
from palaver.care.moderation.verdict import ModerationAction, ModerationCategory, ModerationDirection, ModerationHit
from palaver.storage.script import Row, Script, Statement, first, rows

ITEM = "mod"
State = Literal["waiting", "reviewed"]
Decision = Literal["right", "wrong", "unclear"]


class Item(NamedTuple):
    """One text that was acted on or flagged; what its columns mean, the table says."""

    id: str
    user_id: str
    session_id: str | None
    run_id: str | None
    direction: ModerationDirection
    action: ModerationAction
    category: ModerationCategory
    hits: tuple[ModerationHit, ...]
    excerpt: str | None
    version: str
    created_at: str
    state: State = "waiting"
    decision: Decision | None = None
    note: str | None = None
    reviewed_by: str | None = None
    reviewed_at: str | None = None


class Review(NamedTuple):
    """What somebody thought of it."""

    decision: Decision
    note: str
    reviewed_by: str
    reviewed_at: str


_encode = msgspec.json.Encoder().encode
_hits = msgspec.json.Decoder(tuple[ModerationHit, ...])
_c = moderation_items.c
_COLUMNS = tuple(_c[name] for name in Item._fields)
_IS = _c.id == bindparam("key")
_PUT = Statement(insert(moderation_items).values({name: bindparam(name) for name in Item._fields}))
_FIND = Statement(select(*_COLUMNS).where(_IS))
_REVIEW = Statement(
    update(moderation_items)
    .where(_IS)
    .values(state="reviewed", **{name: bindparam(f"new_{name}") for name in Review._fields})
)
_NEWEST = select(*_COLUMNS).order_by(_c.id.desc()).limit(bindparam("size"))
_PAGE = Statement(_NEWEST.where(_c.id < bindparam("before")))
_PAGE_OF = Statement(_NEWEST.where(_c.id < bindparam("before"), _c.state == bindparam("wanted")))
_END = "~"  # after every id


def put(item: Item) -> Script[None]:
    """Queue something to be looked at."""
    yield _PUT(**item._asdict() | {"hits": _encode(item.hits)})


def find(item_id: str) -> Script[Item | None]:
    """One item."""
    row = yield from first(_FIND(key=item_id))
    return _item(row) if row else None


def review(item_id: str, said: Review) -> Script[Item | None]:
    """Write down what somebody thought of it; who reviews it again replaces what was thought before."""
    yield _REVIEW(key=item_id, **{f"new_{name}": value for name, value in said._asdict().items()})
    return (yield from find(item_id))


def page(state: State | None, before: str | None, size: int) -> Script[list[Item]]:
    """Some items, the newest first."""
    at = {"before": before or _END, "size": size}
    asked = _PAGE(**at) if state is None else _PAGE_OF(**at, wanted=state)
    return [_item(row) for row in (yield from rows(asked))]


def _item(row: Row) -> Item:
    one = Item(*row)
    return one._replace(hits=_hits.decode(cast("Any", one.hits)))
