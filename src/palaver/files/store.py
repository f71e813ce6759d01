"""Every query about files, all of them scripts (`storage.script`); whose session it is, is asked above."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select

from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, RunId, SessionId, UserId
from palaver.files.tables import session_files, snapshots, upload_uses, uploads
from palaver.storage.script import Script, Statement, changed, first, rows

PAGE = 500  # rows that the sweep looks at in one go


class Taken(NamedTuple):
    """A snapshot as it is written down. `message_id` is the message of a user before which it was taken."""

    id: str
    session_id: SessionId
    message_id: MessageId | None
    root: str
    files: int
    bytes: int
    created_at: str


class Upload(NamedTuple):
    """A file that was brought in for messages; its content is the blob `sha256`."""

    id: str
    user_id: UserId
    name: str
    media_type: str
    bytes: int
    sha256: str
    created_at: str


_TAKEN = [snapshots.c[name] for name in Taken._fields]
_UPLOAD = [uploads.c[name] for name in Upload._fields]

_ADD = Statement(insert(snapshots).values({name: bindparam(name) for name in Taken._fields}))
_OF_MESSAGES = Statement(
    select(*_TAKEN).where(snapshots.c.message_id == bindparam("message_id")).order_by(snapshots.c.id)
)
_ROOTS = Statement(select(snapshots.c.root).distinct())
_AFTER = Statement(select(*_TAKEN).where(snapshots.c.id > bindparam("after")).order_by(snapshots.c.id).limit(PAGE))
_DROP = Statement(delete(snapshots).where(snapshots.c.id == bindparam("id")))

_ADD_UPLOAD = Statement(insert(uploads).values({name: bindparam(name) for name in Upload._fields}))
_OWN = Statement(select(*_UPLOAD).where(uploads.c.id == bindparam("id"), uploads.c.user_id == bindparam("user_id")))
_LIKE = Statement(
    select(*_UPLOAD).where(
        uploads.c.user_id == bindparam("user_id"),
        uploads.c.sha256 == bindparam("sha256"),
        uploads.c.name == bindparam("name"),
    )
)
_OWN_ALL = Statement(
    select(*_UPLOAD)
    .where(uploads.c.user_id == bindparam("user_id"), uploads.c.id < bindparam("before"))
    .order_by(uploads.c.id.desc())
    .limit(bindparam("most"))
)
_DROP_OWN = Statement(delete(uploads).where(uploads.c.id == bindparam("id"), uploads.c.user_id == bindparam("user_id")))
_DROP_UPLOAD = Statement(delete(uploads).where(uploads.c.id == bindparam("id")))
_CONTENTS = Statement(select(uploads.c.sha256).distinct())
_USES_OF = Statement(select(upload_uses.c.message_id).where(upload_uses.c.upload_id == bindparam("id")))
_USE = Statement(insert(upload_uses).values(upload_id=bindparam("upload_id"), message_id=bindparam("message_id")))
_DROP_USE = Statement(delete(upload_uses).where(upload_uses.c.message_id == bindparam("message_id")))
_OLD = Statement(
    select(*_UPLOAD)
    .where(uploads.c.id > bindparam("after"), uploads.c.created_at < bindparam("until"))
    .order_by(uploads.c.id)
    .limit(PAGE)
)

_FORGET = Statement(delete(session_files).where(session_files.c.session_id == bindparam("session_id")))
_WHOSE = Statement(select(session_files.c.user_id).where(session_files.c.session_id == bindparam("session_id")))
_HOLDS = Statement(insert(session_files).values({name: bindparam(name) for name in ("session_id", "user_id", "bytes")}))
_HELD = Statement(
    select(func.coalesce(func.sum(session_files.c.bytes), 0)).where(
        session_files.c.user_id == bindparam("user_id"), session_files.c.session_id != bindparam("session_id")
    )
)
_BROUGHT = Statement(
    select(func.coalesce(func.sum(uploads.c.bytes), 0)).where(uploads.c.user_id == bindparam("user_id"))
)


def add(taken: Taken) -> Script[None]:
    """Write a snapshot down; from then on its contents are kept."""
    yield _ADD(**taken._asdict())


def before(message_ids: Sequence[MessageId]) -> Script[Taken | None]:
    """The snapshot of the first of these messages that has one; the order is the caller's."""
    for message_id in message_ids:
        found = yield from rows(_OF_MESSAGES(message_id=message_id))
        if found:
            return Taken(*found[-1])
    return None


def roots() -> Script[set[str]]:
    """The names of all snapshots that are written down."""
    return {row[0] for row in (yield from rows(_ROOTS()))}


def contents() -> Script[set[str]]:
    """The names of the contents of all uploads."""
    return {row[0] for row in (yield from rows(_CONTENTS()))}


def page(after: str) -> Script[list[Taken]]:
    """Snapshots in the order of their ids."""
    return [Taken(*row) for row in (yield from rows(_AFTER(after=after)))]


def drop(ids: Sequence[str]) -> Script[None]:
    """Forget snapshots."""
    if ids:
        yield _DROP.many([{"id": one} for one in ids])


def add_upload(upload: Upload) -> Script[None]:
    """Write an upload down."""
    yield from add_uploads([upload])


def add_uploads(some: Sequence[Upload]) -> Script[None]:
    """Write uploads down, all of them or none."""
    yield _ADD_UPLOAD.many([one._asdict() for one in some])


def upload(upload_id: str, user_id: UserId) -> Script[Upload]:
    """An upload, if it is this person's; NotFound otherwise."""
    row = yield from first(_OWN(id=upload_id, user_id=user_id))
    if row is None:
        raise NotFound("There is no such file.")
    return Upload(*row)


def upload_like(user_id: UserId, sha256: str, name: str) -> Script[Upload | None]:
    """An upload of this person with this content and name; None where there is none."""
    row = yield from first(_LIKE(user_id=user_id, sha256=sha256, name=name))
    return Upload(*row) if row else None


def uploads_named(upload_ids: Sequence[str], user_id: UserId) -> Script[dict[str, Upload]]:
    """Those of these uploads that are this person's and still there, by id."""
    found: dict[str, Upload] = {}
    for one in dict.fromkeys(upload_ids):
        row = yield from first(_OWN(id=one, user_id=user_id))
        if row is not None:
            found[one] = Upload(*row)
    return found


def uploads_of(user_id: UserId, prior_to: str | None, most: int) -> Script[list[Upload]]:
    """A person's uploads, newest first."""
    found = yield from rows(_OWN_ALL(user_id=user_id, before=prior_to or "fil~", most=most))
    return [Upload(*row) for row in found]


def remove_upload(upload_id: str, user_id: UserId) -> Script[None]:
    """Delete an upload of this person."""
    if not (yield from changed(_DROP_OWN(id=upload_id, user_id=user_id))):
        raise NotFound("There is no such file.")


def claim(used_by: MessageId | RunId, user_id: UserId, upload_ids: Sequence[str]) -> Script[None]:
    """A message, or the turn that waits to become one, shows these uploads; NotFound where one is not this person's."""
    for one in upload_ids:
        yield from upload(one, user_id)
    yield from use(used_by, upload_ids)


def use(message_id: MessageId | RunId, upload_ids: Sequence[str]) -> Script[None]:
    """A message shows these uploads from now on."""
    if upload_ids:
        yield _USE.many([{"upload_id": one, "message_id": message_id} for one in sorted(set(upload_ids))])


def uses(upload_id: str) -> Script[list[MessageId]]:
    """The messages that show an upload."""
    return [row[0] for row in (yield from rows(_USES_OF(id=upload_id)))]


def unuse(message_ids: Sequence[MessageId]) -> Script[None]:
    """These messages are gone."""
    if message_ids:
        yield _DROP_USE.many([{"message_id": one} for one in message_ids])


def old_uploads(after: str, until: str) -> Script[list[Upload]]:
    """Uploads of before a time, in the order of their ids."""
    return [Upload(*row) for row in (yield from rows(_OLD(after=after, until=until)))]


def drop_uploads(ids: Sequence[str]) -> Script[None]:
    """Forget uploads, whoever's they are."""
    if ids:
        yield _DROP_UPLOAD.many([{"id": one} for one in ids])


def holds(session_id: SessionId, user_id: UserId, size: int) -> Script[None]:
    """Write down how many bytes a session's files have now; they count for whoever they counted for before."""
    row = yield from first(_WHOSE(session_id=session_id))
    yield _FORGET(session_id=session_id)
    if size or (row and row[0] != user_id):
        yield _HOLDS(session_id=session_id, user_id=row[0] if row else user_id, bytes=size)


def keep_for(session_id: SessionId, owner: UserId) -> Script[None]:
    """Others may bring files into a session from now on; they count for its owner, who can delete them."""
    if (yield from first(_WHOSE(session_id=session_id))) is None:
        yield _HOLDS(session_id=session_id, user_id=owner, bytes=0)


def forget(session_id: SessionId) -> Script[None]:
    """A session is gone."""
    yield _FORGET(session_id=session_id)


def held(user_id: UserId, besides: SessionId | None) -> Script[int]:
    """Bytes of a person's files: uploads, and all sessions but one."""
    sessions = yield from first(_HELD(user_id=user_id, session_id=besides or ""))
    brought = yield from first(_BROUGHT(user_id=user_id))
    return (sessions[0] if sessions else 0) + (brought[0] if brought else 0)
