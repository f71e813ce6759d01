"""Every query about webhooks, and the one place that decides who may see them: their owner. Deliveries stand beside."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, update

from palaver.core.errors import NotFound
from palaver.core.ids import UserId
from palaver.storage.script import Row, Script, Statement, changed, first, rows
from palaver.webhooks.tables import deliveries, webhooks
from palaver.webhooks.webhook import Notice, Webhook


class Secret(msgspec.Struct, frozen=True):
    """A sealed secret; the newest has no end, those before it are signed with until `until`."""

    sealed: str
    until: str | None = None


class Kept(NamedTuple):
    """A webhook as it is stored."""

    id: str
    user_id: UserId
    url: str
    events: str
    description: str
    enabled: bool
    notice: Notice | None
    secrets: tuple[Secret, ...]
    waiting: int
    due_at: str | None
    failing_since: str | None
    failures: int
    created_at: str
    updated_at: str

    def shown(self, now: str) -> Webhook:
        """The webhook as clients see it."""
        return Webhook(**self.fields(now))

    def fields(self, now: str) -> dict[str, Any]:
        """What clients see of it, by name."""
        old = [one.until for one in self.secrets if one.until is not None and one.until > now]
        return {
            "id": self.id,
            "url": self.url,
            "events": self.events.split(" "),
            "description": self.description,
            "enabled": self.enabled,
            "notice": self.notice,
            "waiting": self.waiting,
            "failing_since": self.failing_since,
            "next_try_at": self.due_at if self.failing_since and self.enabled else None,
            "old_secrets_until": max(old, default=None),
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }


class Listening(NamedTuple):
    """An endpoint that is told things, and how many wait for it."""

    id: str
    events: str
    waiting: int


_COLUMNS = tuple(webhooks.c[name] for name in Kept._fields)
_encode = msgspec.json.Encoder().encode
_notice = msgspec.json.Decoder(Notice).decode
_secrets = msgspec.json.Decoder(tuple[Secret, ...]).decode

_IS = webhooks.c.id == bindparam("key")
_THEIRS = and_(_IS, webhooks.c.user_id == bindparam("whose"))
_MINE = and_(_IS, webhooks.c.holder == bindparam("mine"))
_WAITS = and_(deliveries.c.webhook_id == webhooks.c.id, deliveries.c.state == "waiting")
_PUT = Statement(insert(webhooks).values({column.name: bindparam(column.name) for column in webhooks.c}))
_FIND = Statement(select(*_COLUMNS).where(_THEIRS))
_LIST = Statement(select(*_COLUMNS).where(webhooks.c.user_id == bindparam("whose")).order_by(webhooks.c.id))
_COUNT = Statement(select(func.count()).select_from(webhooks).where(webhooks.c.user_id == bindparam("whose")))
_CHANGING = ("url", "events", "description", "enabled", "notice", "secrets", "due_at", "failing_since", "failures",
             "updated_at")  # fmt: skip
_SAVE = Statement(update(webhooks).where(_IS).values({name: bindparam(name) for name in _CHANGING}))
_REMOVE = Statement(delete(webhooks).where(_THEIRS))
_LISTENING = Statement(
    select(webhooks.c.id, webhooks.c.events, webhooks.c.waiting).where(
        webhooks.c.user_id == bindparam("whose"), webhooks.c.enabled == 1
    )
)
_MORE_WAIT = Statement(
    update(webhooks)
    .where(_IS)
    .values(waiting=webhooks.c.waiting + bindparam("more"), due_at=func.coalesce(webhooks.c.due_at, bindparam("now")))
)
_RECOUNT = Statement(
    update(webhooks)
    .where(webhooks.c.user_id == bindparam("whose"))
    .values(waiting=select(func.count()).select_from(deliveries).where(_WAITS).scalar_subquery())
)
_DISABLE = Statement(
    update(webhooks)
    .where(_IS)
    .values(
        enabled=0, notice=bindparam("notice"), due_at=None, holder=None, held_until=None, updated_at=bindparam("now")
    )
)
_FREE = or_(
    webhooks.c.holder.is_(None), webhooks.c.holder == bindparam("mine"), webhooks.c.held_until < bindparam("now")
)
_DUE = Statement(
    select(webhooks.c.id)
    .where(webhooks.c.due_at.is_not(None), webhooks.c.due_at <= bindparam("now"), webhooks.c.enabled == 1, _FREE)
    .order_by(webhooks.c.due_at)
    .limit(bindparam("most"))
)
_TAKE = Statement(
    update(webhooks)
    .where(_IS, webhooks.c.enabled == 1, webhooks.c.due_at <= bindparam("now"), _FREE)
    .values(holder=bindparam("mine"), held_until=bindparam("until"))
    .returning(*_COLUMNS)
)
_KEEP = Statement(
    update(webhooks).where(_MINE, webhooks.c.enabled == 1).values(held_until=bindparam("until")).returning(*_COLUMNS)
)
_GIVE_BACK = Statement(
    update(webhooks)
    .where(_MINE)
    .values(
        holder=None,
        held_until=None,
        due_at=case((webhooks.c.enabled == 1, bindparam("due", type_=webhooks.c.due_at.type)), else_=None),
    )
)
_HEARD = Statement(
    update(webhooks).where(_IS).values(waiting=webhooks.c.waiting - bindparam("told"), failing_since=None, failures=0)
)
_FAILED = Statement(
    update(webhooks)
    .where(_IS)
    .values(failing_since=func.coalesce(webhooks.c.failing_since, bindparam("now")), failures=webhooks.c.failures + 1)
)
_ONE_LESS = Statement(update(webhooks).where(_IS).values(waiting=webhooks.c.waiting - 1, updated_at=bindparam("now")))
_HEAD_SKIPPED = Statement(
    update(webhooks)
    .where(_IS)
    .values(
        waiting=webhooks.c.waiting - 1,
        due_at=case((webhooks.c.enabled == 1, bindparam("now", type_=webhooks.c.due_at.type)), else_=None),
        failing_since=None,
        failures=0,
        updated_at=bindparam("now"),
    )
)
_FREE_ALL = Statement(update(webhooks).where(webhooks.c.holder.is_not(None)).values(holder=None, held_until=None))
_FREE_MINE = Statement(
    update(webhooks).where(webhooks.c.holder == bindparam("mine")).values(holder=None, held_until=None)
)


def put(kept: Kept) -> Script[None]:
    """Write a new webhook down."""
    yield _PUT(**_columns(kept), id=kept.id, user_id=kept.user_id, waiting=0, holder=None, held_until=None,
               created_at=kept.created_at)  # fmt: skip


def find(webhook_id: str, user_id: UserId) -> Script[Kept]:
    """The webhook, if it is this user's; NotFound otherwise."""
    row = yield from first(_FIND(key=webhook_id, whose=user_id))
    if row is None:
        raise NotFound("There is no such webhook.")
    return _kept(row)


def of_user(user_id: UserId) -> Script[list[Kept]]:
    """All webhooks of one person, oldest first."""
    return [_kept(row) for row in (yield from rows(_LIST(whose=user_id)))]


def count(user_id: UserId) -> Script[int]:
    """How many webhooks one person has."""
    row = yield from first(_COUNT(whose=user_id))
    return row[0] if row else 0


def save(kept: Kept) -> Script[None]:
    """Write down what became of a webhook that was found."""
    yield _SAVE(key=kept.id, **_columns(kept))


def remove(webhook_id: str, user_id: UserId) -> Script[None]:
    """Delete a webhook with its log and all that waits; NotFound where it is not this user's."""
    if not (yield from changed(_REMOVE(key=webhook_id, whose=user_id))):
        raise NotFound("There is no such webhook.")


def listening(user_id: UserId) -> Script[list[Listening]]:
    """The endpoints of one person that are told things now."""
    return [Listening(*row) for row in (yield from rows(_LISTENING(whose=user_id)))]


def more_wait(webhook_id: str, more: int, now: str) -> Script[None]:
    """So many deliveries more wait; where one fails, they wait behind it."""
    yield _MORE_WAIT(key=webhook_id, more=more, now=now)


def recount(user_id: UserId) -> Script[None]:
    """Count anew what waits, where deliveries went with what they told of."""
    yield _RECOUNT(whose=user_id)


def disable(webhook_id: str, notice: Notice) -> Script[None]:
    """Tell an endpoint nothing any more, and say why; what waits for it remains."""
    yield _DISABLE(key=webhook_id, notice=_encode(notice), now=notice.at)


def due(holder: str, now: str, most: int) -> Script[list[str]]:
    """Endpoints that are to be told something now, and that no other process holds; who waits longest is first."""
    return [row[0] for row in (yield from rows(_DUE(mine=holder, now=now, most=most)))]


def take(webhook_id: str, holder: str, now: str, until: str) -> Script[Kept | None]:
    """Hold an endpoint until then; None where it is disabled, not due any more, or held by another process."""
    row = yield from first(_TAKE(key=webhook_id, mine=holder, now=now, until=until))
    return _kept(row) if row else None


def keep(webhook_id: str, holder: str, until: str) -> Script[Kept | None]:
    """Go on holding an endpoint; None where it was disabled, deleted, or taken by another process."""
    row = yield from first(_KEEP(key=webhook_id, mine=holder, until=until))
    return _kept(row) if row else None


def give_back(webhook_id: str, holder: str, due_at: str | None) -> Script[None]:
    """Hold it no more; it is due again then, or never where nothing waits."""
    yield _GIVE_BACK(key=webhook_id, mine=holder, due=due_at)


def heard(webhook_id: str, told: int) -> Script[None]:
    """It took a delivery: `told` is 0 where that went with its session meanwhile."""
    yield _HEARD(key=webhook_id, told=told)


def failed(webhook_id: str, now: str) -> Script[None]:
    """It did not take a delivery."""
    yield _FAILED(key=webhook_id, now=now)


def skipped(webhook_id: str, now: str, *, head: bool) -> Script[None]:
    """One that waited waits no more; where it was the first, what comes behind it is tried at once, as if anew."""
    yield (_HEAD_SKIPPED if head else _ONE_LESS)(key=webhook_id, now=now)


def free(holder: str | None) -> Script[None]:
    """Hold none any more; without a holder: nobody holds any, because this process is the only one."""
    yield _FREE_ALL() if holder is None else _FREE_MINE(mine=holder)


def _columns(kept: Kept) -> dict[str, Any]:
    return {
        "url": kept.url,
        "events": kept.events,
        "description": kept.description,
        "enabled": int(kept.enabled),
        "notice": _encode(kept.notice) if kept.notice else None,
        "secrets": _encode(kept.secrets),
        "due_at": kept.due_at,
        "failing_since": kept.failing_since,
        "failures": kept.failures,
        "updated_at": kept.updated_at,
    }


def _kept(row: Row) -> Kept:
    kept = Kept(*row)
    notice: Any = kept.notice
    secrets: Any = kept.secrets
    return kept._replace(
        enabled=bool(kept.enabled), notice=_notice(notice) if notice else None, secrets=_secrets(secrets)
    )
