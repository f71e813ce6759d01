"""Every query about what somebody who goes has asked and allowed; it ends nothing."""

import re
from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, update

from palaver.core.ids import RunId, UserId
from palaver.identity.tables import users
from palaver.runs.tables import grants, run_events, runs
from palaver.storage.script import Script, Statement, rows

_OF_USER = Statement(select(runs.c.id).where(runs.c.state != "over", runs.c.user_id == bindparam("whose")))
_OUT = Statement(
    select(runs.c.user_id)
    .join_from(runs, users, users.c.id == runs.c.user_id)
    .where(runs.c.state != "over", users.c.disabled_at.is_not(None))
    .distinct()
)
_FORGET = Statement(delete(grants).where(grants.c.user_id == bindparam("whose")))
_TOLD = Statement(select(runs.c.id).where(runs.c.user_id == bindparam("whose")))
_BODIES = Statement(select(run_events.c.first_seq, run_events.c.body).where(run_events.c.run_id == bindparam("key")))
_REWRITE = Statement(
    update(run_events)
    .where(run_events.c.run_id == bindparam("key"), run_events.c.first_seq == bindparam("first"))
    .values(body=bindparam("plain"))
)


def of_user(user_id: UserId) -> Script[Sequence[RunId]]:
    """What somebody asked, in whosever session, that is not over."""
    return [row[0] for row in (yield from rows(_OF_USER(whose=user_id)))]


def of_disabled() -> Script[Sequence[UserId]]:
    """Users who may ask no more and of whom something is not over."""
    return [row[0] for row in (yield from rows(_OUT()))]


def forget(user_id: UserId) -> Script[None]:
    """What somebody allowed for good."""
    yield _FORGET(whose=user_id)


def told_by(user_id: UserId) -> Script[Sequence[RunId]]:
    """What somebody asked that is still there, in sessions of others."""
    return [row[0] for row in (yield from rows(_TOLD(whose=user_id)))]


def without_name(user_id: UserId, run_id: RunId) -> Script[None]:
    """What a run told calls whoever asked for it nothing, from now on."""
    said = re.compile(rb'("author":\{"user_id":"%b","name":)"(?:[^"\\]|\\.)*"' % user_id.encode())
    for first_seq, body in (yield from rows(_BODIES(key=run_id))):
        plain = said.sub(rb'\1""', body)
        if plain != body:
            yield _REWRITE(key=run_id, first=first_seq, plain=plain)
