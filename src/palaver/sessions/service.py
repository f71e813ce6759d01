"""What people do with sessions and messages, one unit of work each; turns of a model belong to `runs`."""

import asyncio
from typing import Annotated, Any

import msgspec
from msgspec import UNSET

from palaver.core.errors import Invalid, NotFound, SessionBusy
from palaver.core.ids import MESSAGE, SESSION, MessageId, SessionId, UserId
from palaver.core.messages import Message, Part, Siblings, Summary, TextPart, text_of
from palaver.core.principal import Principal
from palaver.files.attached import Attaches, NoFiles
from palaver.files.attaching import names_files
from palaver.files.templates import Wish
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.kit.pages import BadCursor, cursor, position
from palaver.sessions import (
    access,
    authors,
    hearing,
    listing_store,
    members_store,
    search_store,
    shares_store,
    stats_store,
    store,
    summing,
    tree,
    turns,
)
from palaver.sessions.access import Act
from palaver.sessions.beginning import Begins
from palaver.sessions.hearing import NOBODY, Hears
from palaver.sessions.listing_store import Filter, Position
from palaver.sessions.neighbours import AnyProject, Beside, CheckMode, Forgotten, KnowsProjects, Removed
from palaver.sessions.search_store import Among
from palaver.sessions.session import Session
from palaver.sessions.settings import SessionSettings
from palaver.sessions.stats import Stats, midnight
from palaver.sessions.store import Found, Kept
from palaver.sessions.titles import title_of
from palaver.storage.port import Database
from palaver.storage.script import Script

Depth = Annotated[int, msgspec.Meta(ge=0, lt=1 << 40)]

_encode = msgspec.json.Encoder().encode


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks of their list of sessions."""

    cursor: str | None = None
    limit: int = 50
    q: str | None = None
    tag: str | None = None
    archived: bool = False
    project_id: str | None = None


class Branch(msgspec.Struct, frozen=True):
    """The newest branch through a message, or through its sibling of that number."""

    message_id: MessageId
    sibling: int | None = None


class Sessions:
    """The front door of sessions. Answers that clients see come as JSON, made once."""

    def __init__(
        self, database: Database, clock: Clock, settings: SessionSettings, attachments: Attaches | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self.check_mode: CheckMode = _any_mode  # whether a person may let agents act that freely
        self.forgotten: Forgotten = _nobody_else  # whoever else keeps something of a message that is deleted
        self.removed: Removed = _nothing_else  # whoever else keeps something of a session that was deleted
        self.hears: Hears = NOBODY
        self.begins: Begins = _with_nothing  # whoever lays out what a session begins with
        self._attachments = attachments or NoFiles()
        self.projects: KnowsProjects = AnyProject()
        self.settings = settings

    async def create(
        self, user_id: UserId, given: dict[str, Any], template: Wish = UNSET, *, beside: Beside | None = None
    ) -> Session:
        """A new, empty session with what the client gave it; `beside` is written with it, or nothing is."""
        now = self._now()
        session = Session(id=SessionId(new_id(SESSION)), created_at=now, updated_at=now)
        session = _changed(session, given)
        await self.projects.check(user_id, session.project_id)
        # First, so that no session is there without its files; those of one that was never made are swept.
        await self.begins(session.id, template)
        await self._database.write(hearing.begin(self.hears, turns.fresh(session), user_id, beside))
        return session

    async def get(self, user_id: UserId, session_id: SessionId) -> bytes:
        """One session."""
        return await self._database.read(store.body(session_id, user_id))

    async def find(self, user_id: UserId, session_id: SessionId, act: Act = "read") -> Session:
        """One session, as a value, for somebody who may act so in it."""
        return (await self._database.read(store.find(session_id, user_id, act=act))).seen

    async def owner(self, user_id: UserId, session_id: SessionId, act: Act = "read") -> UserId:
        """Whose session it is, for somebody who may act so in it."""

        def read() -> Script[UserId]:
            yield from store.find(session_id, user_id, act=act)
            return (yield from members_store.root_of(session_id))[0]

        return await self._database.read(read())

    async def page(self, user_id: UserId, query: Query) -> bytes:
        """A page of sessions, newest activity first."""
        after = listing_store.START
        if query.cursor:
            after = Position(*_position(query.cursor, tuple[str, str]))
        limit = self._limit(query.limit)
        narrowed = Filter(query.archived, query.tag, query.project_id)
        if query.q and query.q.strip():
            await self.catch_up()
            title = f"%{listing_store.like(query.q.strip().casefold())}%"
            lines = await self._database.read(members_store.lines_shared_with(user_id))
            match = search_store.tries(user_id, query.q, Among(besides=lines))
            narrowed = narrowed._replace(match=match, title=title)
        asked = listing_store.page(user_id, narrowed, after, limit + 1)
        rows = await (self._database.scan(asked) if narrowed.match else self._database.read(asked))
        more = cursor(rows[limit - 1].activity, rows[limit - 1].id) if len(rows) > limit else None
        return _page([row.body for row in rows[:limit]], more)

    async def change(self, user_id: UserId, session_id: SessionId, given: dict[str, Any]) -> Session:
        """Change what a client may change; a title that is given is the user's from then on."""
        if "project_id" in given:
            await self.find(user_id, session_id, "own")
            await self.projects.check(user_id, given["project_id"])
        return await self._database.write(self._change(user_id, session_id, given))

    async def remove(self, user_id: UserId, session_id: SessionId) -> None:
        """Delete a session and everything that belongs to it."""
        await self._database.write(_remove(user_id, session_id, self.hears))
        await self.removed(session_id)

    async def messages(
        self, user_id: UserId, session_id: SessionId, *, after: str | None, limit: int, branch: Branch | None
    ) -> bytes:
        """A page of one branch, oldest first; without `branch`, the one that the session's head ends."""
        start = _position(after, tuple[Depth])[0] if after else 0
        end = start + self._limit(limit)
        return await self._database.read(_messages(user_id, session_id, branch, range(start, end)))

    async def message(self, user_id: UserId, message_id: MessageId) -> bytes:
        """One message."""
        return await self._database.read(_message(user_id, message_id))

    async def edit(
        self, user_id: UserId, message_id: MessageId, parts: tuple[Part, ...] | None, metadata: dict[str, Any] | None
    ) -> bytes:
        """Change a message: new parts make a sibling that becomes the head; metadata is changed where it stands."""
        if parts is None or not names_files(parts):
            return await self._database.write(self._edit(user_id, message_id, parts, metadata))
        session_id = (await self._database.read(store.message(message_id, user_id))).session_id
        _refuse_while_running(await self._database.read(store.find(session_id, user_id, act="write")))
        found = await self._attachments.resolve(user_id, session_id, parts)
        placed = await self._attachments.place(user_id, session_id, found)
        try:
            return await self._database.write(self._edit(user_id, message_id, placed.parts, metadata))
        except BaseException:
            await asyncio.shield(self._attachments.take_back(user_id, session_id, placed))
            raise

    async def remove_message(self, user_id: UserId, message_id: MessageId) -> None:
        """Delete a message and all that follows it, on every branch."""
        await self._database.write(self._remove_message(user_id, message_id))

    async def whole(self, user_id: UserId, session_id: SessionId) -> tuple[Session, list[Message]]:
        """A session and all messages of the branch that its head ends."""
        return await self._database.scan(_whole(user_id, session_id))

    async def stats(self, user_id: UserId, zone: str) -> Stats:
        """What all that amounts to; `zone` says when today began."""
        since = midnight(self._clock.now(), zone)
        return await self._database.scan(stats_store.stats(user_id, since))

    async def index(self) -> bool:
        """Let search take in a batch of messages; whether there are more."""
        return await self._database.write(search_store.catch_up(self.settings.search_batch), durable=False)

    async def catch_up(self) -> None:
        """Let search take in all that it lags behind."""
        while await self._database.read(search_store.behind()) and await self.index():
            continue

    def _now(self) -> str:
        return stamp(self._clock.now())

    def _limit(self, limit: int) -> int:
        return min(limit, self.settings.page_limit)

    def _change(self, user_id: UserId, session_id: SessionId, given: dict[str, Any]) -> Script[Session]:
        kept = yield from store.find(session_id, user_id, to_change=True, act=access.act_of(given))
        session = msgspec.structs.replace(_changed(kept.session, given), updated_at=self._now())
        head = kept.head
        if "head_message_id" in given:
            found = yield from store.in_session(kept, given["head_message_id"])
            head = found.place
            session = msgspec.structs.replace(session, head_message_id=found.message().id)
        if session.title is None and kept.head is not None:  # a title taken back: the first message speaks again
            first = tree.window(tree.path(kept.tree, kept.head), 0, 1)
            root = yield from store.stretch(first[0], session_id)
            session = msgspec.structs.replace(session, title=title_of(root[0].text) if root else None)
        yield from store.save(kept._replace(session=session, head=head))
        if session.title != kept.session.title:
            owner = yield from members_store.owner_of(kept, user_id)
            yield from self.hears.titled(owner, session_id, session.title)
        return kept._replace(session=session).seen

    def _edit(
        self, user_id: UserId, message_id: MessageId, parts: tuple[Part, ...] | None, metadata: dict[str, Any] | None
    ) -> Script[bytes]:
        found = yield from store.message(message_id, user_id)
        if parts is None:
            if metadata is not None:
                yield from store.find(found.session_id, user_id, to_change=True)
                yield from store.change_metadata(found, _encode(metadata))
            return (yield from _message(user_id, message_id))
        kept = yield from store.find(found.session_id, user_id, to_change=True)
        _refuse_while_running(kept)
        old = found.message()
        if isinstance(old.summary, Summary):
            raise Invalid("A summary is not edited: delete it, and ask for another one.")
        edited = Message(
            id=MessageId(new_id(MESSAGE)),
            session_id=old.session_id,
            parent_id=old.parent_id,
            role=old.role,
            parts=parts,
            text=text_of(parts),
            model=old.model,
            provider=old.provider,
            created_at=self._now(),
        )
        asked = turns.placed(kept, edited, after=tree.parent(kept.tree, found.place))
        yield from asked.write(user_id)
        yield from store.save(asked.kept)
        if metadata is not None:
            yield from store.set_metadata(edited.id, _encode(metadata))
        owner = yield from members_store.owner_of(kept, user_id)
        yield from self.hears.edited(owner, edited.session_id, edited.id)
        return (yield from _message(user_id, edited.id))

    def _remove_message(self, user_id: UserId, message_id: MessageId) -> Script[None]:
        found = yield from store.message(message_id, user_id)
        kept = yield from store.find(found.session_id, user_id, to_change=True, act="own")
        _refuse_while_running(kept)
        if (yield from summing.take_back(kept, found)):
            return
        parent_id = found.message().parent_id
        lost_head = kept.head is not None and tree.contains(kept.tree, found.place, kept.head)
        before = tree.parent(kept.tree, found.place)
        left, gone = tree.prune(kept.tree, found.place)
        for reach in gone:
            let_go = yield from shares_store.let_go(kept.session.id, reach)
            if let_go.kept and reach.line == found.place.line:
                left = tree.close(left, reach.line)
            for one in () if reach.shared else (*let_go.kept, *let_go.gone):
                yield from self.forgotten(found.session_id, one)
        session = msgspec.structs.replace(
            kept.session,
            message_count=kept.session.message_count - sum(reach.end - reach.start for reach in gone),
            head_message_id=parent_id if lost_head else kept.session.head_message_id,
            updated_at=self._now(),
        )
        yield from store.save(kept._replace(session=session, tree=left, head=before if lost_head else kept.head))


def _any_mode(principal: Principal, mode: str) -> None:
    """For sessions in which nobody acts."""


def _nobody_else(session_id: SessionId, message_id: MessageId) -> Script[None]:
    yield from ()


def plain(text: str) -> tuple[Part, ...]:
    """A text as a message's parts."""
    return (TextPart(text=text),)


def path(kept: Kept, to: tree.Place | None, *, last: int) -> Script[list[Found]]:
    """The last messages on the way to a place, oldest first."""
    reaches = tree.path(kept.tree, to)
    depth = 0 if to is None else to.depth + 1
    found: list[Found] = []
    for reach in tree.window(reaches, max(0, depth - last), depth):
        found += yield from store.stretch(reach, kept.session.id)
    return found


def _whole(user_id: UserId, session_id: SessionId) -> Script[tuple[Session, list[Message]]]:
    kept = yield from store.find(session_id, user_id)
    found = yield from path(kept, kept.head, last=1 << 62)
    by = yield from authors.of(kept.room, found)
    told = [one.message(_siblings(kept.tree, one), authors.who(one, by), reader=user_id) for one in found]
    return kept.session, told


async def _with_nothing(session_id: SessionId, wish: Wish = UNSET) -> None:
    """Sessions begin without files."""


async def _nothing_else(session_id: SessionId) -> None:
    """Nobody keeps anything."""


def _remove(user_id: UserId, session_id: SessionId, hears: Hears) -> Script[None]:
    kept = yield from store.find(session_id, user_id, to_change=True, act="own")
    yield from shares_store.let_go_of_all(session_id, kept.tree)
    yield from search_store.forget_session(session_id)
    yield from store.remove(session_id, user_id)
    yield from search_store.settle()
    yield from hears.removed(user_id, kept.session)


def _messages(user_id: UserId, session_id: SessionId, branch: Branch | None, depths: range) -> Script[bytes]:
    kept = yield from store.find(session_id, user_id)
    to = kept.head if branch is None else (yield from _leaf(kept, branch))
    found: list[Found] = []
    for reach in tree.window(tree.path(kept.tree, to), depths.start, depths.stop):
        found += yield from store.stretch(reach, session_id)
    more = cursor(depths.stop) if to is not None and to.depth >= depths.stop else None
    by = yield from authors.of(kept.room, found)
    return _page([one.json(_siblings(kept.tree, one), authors.who(one, by), reader=user_id) for one in found], more)


def _leaf(kept: Kept, branch: Branch) -> Script[tree.Place]:
    place = (yield from store.in_session(kept, branch.message_id)).place
    if branch.sibling is not None:
        family = tree.siblings(kept.tree, place)
        if branch.sibling >= len(family):
            raise NotFound("The message has no such sibling.")
        place = family[branch.sibling]
    return tree.leaf(kept.tree, place)


def _message(user_id: UserId, message_id: MessageId) -> Script[bytes]:
    found = yield from store.message(message_id, user_id)
    kept = yield from store.find(found.session_id, user_id)
    by = yield from authors.of(kept.room, (found,))
    return found.json(_siblings(kept.tree, found), authors.who(found, by), reader=user_id)


def _siblings(shape: tree.Tree, found: Found) -> Siblings | None:
    if len(shape.lines) == 1:
        return None
    family = tree.siblings(shape, found.place)
    return Siblings(len(family), family.index(found.place))


def _refuse_while_running(kept: Kept) -> None:
    if kept.session.active_run_id is not None:
        raise SessionBusy("An answer is on its way in this session; wait for it or interrupt it first.")


def _changed(session: Session, given: dict[str, Any]) -> Session:
    fields = {name: value for name, value in given.items() if name != "head_message_id"}
    if "tags" in fields:
        fields["tags"] = tuple(dict.fromkeys(fields["tags"] or ()))
    if "title" in fields:
        fields["title_source"] = "user" if fields["title"] else "auto"
    for name in ("settings", "metadata"):
        if name in fields and fields[name] is None:
            fields[name] = {}
    changed = msgspec.structs.replace(session, **fields)
    if "head_message_id" in given:
        changed = msgspec.structs.replace(changed, head_message_id=given["head_message_id"])
    return changed


def _page(items: list[bytes], more: str | None) -> bytes:
    return b'{"items":[' + b",".join(items) + b'],"next_cursor":' + _encode(more) + b"}"


def _position(word: str, shape: type[Any]) -> Any:
    try:
        return position(word, shape)
    except BadCursor as error:
        raise Invalid("The cursor is not one of this list's.", errors=[_AT_CURSOR]) from error


_AT_CURSOR = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
