"""Writes down what webhooks are to be told, in the transaction in which the thing itself is; it sends nothing.

Who has no webhook pays for one look at an index, and only where something happens that webhooks can hear of.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from palaver.core.errors import NotFound
from palaver.core.events import RunStarted, Stamped
from palaver.core.ids import MessageId, Seq, SessionId, UserId
from palaver.core.messages import Siblings
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.runs.confided import as_told_to
from palaver.runs.live import Live
from palaver.sessions import authors, members_store, tree
from palaver.sessions import store as session_store
from palaver.sessions.session import Session
from palaver.storage.script import Script
from palaver.webhooks import deliveries_store, store
from palaver.webhooks.names import EventName, name_of, wants
from palaver.webhooks.payload import body
from palaver.webhooks.settings import WebhookSettings
from palaver.webhooks.store import Listening
from palaver.webhooks.webhook import DELIVERY, Notice

_encode = msgspec.json.Encoder().encode

BACKLOG = "More than {most} deliveries waited, so nothing more is kept for it. Enable it to go on with those that wait."


class Told(NamedTuple):
    """Something that happened: its object as JSON, and where the whole is, should it be too long."""

    name: EventName
    data: bytes
    whole_at: str
    session_id: SessionId | None = None


class Outbox:
    """Hears of runs (`runs.journal`) and of sessions (`sessions.hearing`), inside their units of work."""

    def __init__(self, clock: Clock, settings: WebhookSettings) -> None:
        self._clock = clock
        self._settings = settings
        self.queued: Callable[[], None] = _nobody  # called where something waits from now on

    def heard(self, live: Live, events: Sequence[Stamped], lines: Mapping[Seq, bytes]) -> Script[None]:
        """Events of a run that are written down for good; `lines` are their records."""
        below = live.parent is not None
        found: list[tuple[EventName, Stamped]] = []
        for one in events:
            name = name_of(one.event, below=below)
            if name is not None:
                found.append((name, one))
        if not found:
            return
        owner = yield from _owner(live)
        listening = yield from store.listening(owner)
        if not listening:
            return
        told: list[Told] = []
        for name, one in found:
            if name == "session.created":
                told += yield from self._session(owner, live.session_id)
                continue
            if isinstance(one.event, RunStarted) and live.asked_anew and live.user_message_id is not None:
                told += yield from self._message(owner, live.session_id, live.user_message_id, live.id)
            line = as_told_to(owner, one.seq, lines[one.seq], live.user_id)
            data = line[:-1] + live.address.tail
            told.append(Told(name, data, _whole_at(name, live), live.session_id))
        yield from self._put(owner, listening, told)

    def begun(self, user_id: UserId, session: Session) -> Script[None]:
        """A session is there, without a run."""
        if session.run_id is None:
            yield from self.tell(user_id, Told("session.created", _encode(session), _at(session.id), session.id))

    def titled(self, user_id: UserId, session_id: SessionId, title: str | None) -> Script[None]:
        """A session is called something else."""
        data = _encode({"type": "title", "session_id": session_id, "title": title})
        yield from self.tell(user_id, Told("session.title_changed", data, _at(session_id), session_id))

    def edited(self, user_id: UserId, session_id: SessionId, message_id: MessageId) -> Script[None]:
        """A message stands in a session that nobody was asked about."""
        listening = yield from store.listening(user_id)
        if listening:
            yield from self._put(user_id, listening, (yield from self._message(user_id, session_id, message_id, None)))

    def removed(self, user_id: UserId, session: Session) -> Script[None]:
        """A session is gone, and with it what was to be told of it."""
        listening = yield from store.listening(user_id)
        yield from store.recount(user_id)
        if listening and session.run_id is None:
            data = _encode({"type": "session_deleted", "session_id": session.id})
            yield from self._put(user_id, listening, [Told("session.deleted", data, _at(session.id))])

    def tell(self, user_id: UserId, told: Told) -> Script[None]:
        """Let one person's webhooks hear of something."""
        listening = yield from store.listening(user_id)
        if listening:
            yield from self._put(user_id, listening, [told])

    def disabled(self, user_id: UserId, webhook_id: str, notice: Notice) -> Script[None]:
        """Disable an endpoint with a notice, and let the others of its owner hear of it."""
        yield from store.disable(webhook_id, notice)
        kept = yield from store.find(webhook_id, user_id)
        yield from self.tell(
            user_id, Told("webhook.disabled", _encode(kept.shown(notice.at)), f"/api/v1/webhooks/{kept.id}")
        )

    def made(self, user_id: UserId, webhook_id: str, told: Told) -> deliveries_store.Kept:
        """A delivery that is to be."""
        now = stamp(self._clock.now())
        return deliveries_store.Kept(
            n=0,
            id=new_id(DELIVERY),
            webhook_id=webhook_id,
            user_id=user_id,
            session_id=told.session_id,
            event=told.name,
            replay_of=None,
            state="waiting",
            tries=0,
            history=(),
            body=body(told.name, now, told.data, most=self._settings.payload_bytes, whole_at=told.whole_at),
            created_at=now,
        )

    def _put(self, user_id: UserId, listening: Sequence[Listening], told: Sequence[Told]) -> Script[None]:
        for one in listening:
            made = [self.made(user_id, one.id, each) for each in told if wants(one.events, each.name)]
            if not made:
                continue
            now = made[0].created_at
            if one.waiting + len(made) > self._settings.waiting:
                message = BACKLOG.format(most=self._settings.waiting)
                yield from self.disabled(user_id, one.id, Notice("backlog", message, now))
                continue
            yield from deliveries_store.put(made)
            yield from store.more_wait(one.id, len(made), now)
            self.queued()

    def _session(self, user_id: UserId, session_id: SessionId) -> Script[list[Told]]:
        try:
            found = yield from session_store.body(session_id, user_id)
        except NotFound:
            return []
        return [Told("session.created", found, _at(session_id), session_id)]

    def _message(
        self, user_id: UserId, session_id: SessionId, message_id: MessageId, run_id: str | None
    ) -> Script[list[Told]]:
        """A message of a person, as an event of its run would tell it."""
        try:
            kept = yield from session_store.find(session_id, user_id)
            found = yield from session_store.in_session(kept, message_id)
        except NotFound:
            return []
        family = tree.siblings(kept.tree, found.place)
        by = yield from authors.of(kept.room, [found])
        message = found.json(Siblings(len(family), family.index(found.place)), authors.who(found, by), reader=user_id)
        about = {"run_id": run_id} if run_id else {}
        data = _encode({"type": "message", **about, "session_id": session_id, "message": msgspec.Raw(message)})
        return [Told("message.created", data, f"/api/v1/messages/{message_id}", session_id)]


def _owner(live: Live) -> Script[UserId]:
    """Whose session it is, whoever asks in it: only in rooms these are two."""
    if not live.shared:
        return live.user_id
    try:
        return (yield from members_store.root_of(live.session_id))[0]
    except NotFound:  # it was deleted meanwhile: whoever asked hears the end
        return live.user_id


def _whole_at(name: EventName, live: Live) -> str:
    return f"/api/v1/messages/{live.message_id}" if name == "message.created" else f"/api/v1/runs/{live.id}"


def _at(session_id: SessionId) -> str:
    return f"/api/v1/sessions/{session_id}"


def _nobody() -> None:
    """Where nobody sends."""
