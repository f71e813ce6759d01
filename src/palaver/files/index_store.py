"""Every query about the text of documents, all of them scripts; who may search where is decided above.

What is special to SQLite stands here and in `index_tables`: the full-text expression, its rank, and lists as JSON.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Float, bindparam, column, delete, exists, insert, literal_column, select, table, text, update

from palaver.core.ids import SessionId, UserId
from palaver.files.extracting import Extracted
from palaver.files.index_tables import document_uses, documents, passage_vectors, passages
from palaver.files.looking import Term
from palaver.files.passages import Passage
from palaver.kit.ids import new_id
from palaver.storage.script import Script, Statement, changed, first, rows

PAGE = 500
AT_ONCE = 16  # passages that come or go in one step: writing holds up the event loop


class Document(NamedTuple):
    """A content whose text was taken out; `missing` says why (some of) it could not be."""

    n: int
    sha256: str
    way: str
    cut: bool
    missing: str | None


class Hit(NamedTuple):
    """A passage that was found; a higher score is a better one."""

    n: int
    document: int
    score: float


class Kept(NamedTuple):
    """A passage as it is kept."""

    n: int
    document: int
    place: str
    text: str


class Vector(NamedTuple):
    """What a passage means to a model; see `index_tables.passage_vectors`."""

    passage: int
    model: str
    signs: bytes
    vector: bytes


_DOCUMENT = [documents.c[name] for name in Document._fields]
_KEPT = [passages.c[name] for name in Kept._fields]
_words = table("passage_search", column("rowid"))
_RANK = literal_column("bm25(passage_search, 1.0, 0.0)", Float())

_USED = Statement(
    select(*_DOCUMENT)
    .join(document_uses, document_uses.c.document == documents.c.n)
    .where(document_uses.c.session_id == bindparam("session_id"))
)
_FIND = Statement(
    select(*_DOCUMENT).where(
        documents.c.user_id == bindparam("user_id"),
        documents.c.sha256 == bindparam("sha256"),
        documents.c.way == bindparam("way"),
    )
)
_ADD = Statement(
    insert(documents)
    .values({name: bindparam(name) for name in ("user_id", "sha256", "way", "cut", "missing", "read_at")})
    .returning(documents.c.n)
)
_ADD_PASSAGE = Statement(
    insert(passages).values({name: bindparam(name) for name in ("document", "owner", "place", "text")})
)
# A document that is swept at this moment is not shown: the next search reads it anew.
_USE = Statement(
    text(
        "insert into document_uses (session_id, document) select :session_id, n from documents "
        "where n = :document and substr(way, 1, 1) <> '~' on conflict do nothing"
    )
)
_UNUSE = Statement(
    delete(document_uses).where(
        document_uses.c.session_id == bindparam("session_id"), document_uses.c.document == bindparam("document")
    )
)
_FORGET = Statement(delete(document_uses).where(document_uses.c.session_id == bindparam("session_id")))
_SESSIONS = Statement(
    select(document_uses.c.session_id)
    .where(document_uses.c.session_id > bindparam("after"))
    .distinct()
    .order_by(document_uses.c.session_id)
    .limit(PAGE)
)
_UNUSED = Statement(
    select(documents.c.n)
    .where(documents.c.read_at < bindparam("until"), ~exists().where(document_uses.c.document == documents.c.n))
    .limit(PAGE)
)
_HIDE = Statement(
    update(documents)
    .where(documents.c.n == bindparam("n"), ~exists().where(document_uses.c.document == documents.c.n))
    .values(way=bindparam("hidden"))
)
_CLEAR = Statement(
    delete(passages).where(
        passages.c.n.in_(select(passages.c.n).where(passages.c.document == bindparam("n")).limit(AT_ONCE))
    )
)
_OF_USER = Statement(select(documents.c.n).where(documents.c.user_id == bindparam("owner")))
_DROP = Statement(delete(documents).where(documents.c.n == bindparam("n")))
_FINISH = Statement(
    update(documents)
    .where(documents.c.n == bindparam("n"))
    .values({name: bindparam(name) for name in ("way", "cut", "missing")})
)
_HITS = Statement(
    select(passages.c.n, passages.c.document, -_RANK)
    .select_from(
        _words.join(passages, passages.c.n == _words.c.rowid).join(
            document_uses, document_uses.c.document == passages.c.document
        )
    )
    .where(text("passage_search match :match"), document_uses.c.session_id == bindparam("session_id"))
    .order_by(_RANK, passages.c.n)
    .limit(bindparam("most"))
)
_ONE = Statement(select(*_KEPT).where(passages.c.n == bindparam("n")))
_IN_SESSION = passages.join(document_uses, document_uses.c.document == passages.c.document)
_SIGNS = Statement(
    select(passages.c.n, passages.c.document, passage_vectors.c.signs)
    .select_from(_IN_SESSION.join(passage_vectors, passage_vectors.c.passage == passages.c.n))
    .where(document_uses.c.session_id == bindparam("session_id"), passage_vectors.c.model == bindparam("model"))
)
_VECTOR = Statement(
    select(passage_vectors.c.vector).where(
        passage_vectors.c.passage == bindparam("passage"), passage_vectors.c.model == bindparam("model")
    )
)
_WITHOUT = Statement(
    select(*_KEPT)
    .select_from(_IN_SESSION)
    .where(
        document_uses.c.session_id == bindparam("session_id"),
        ~exists().where(passage_vectors.c.passage == passages.c.n, passage_vectors.c.model == bindparam("model")),
    )
    .order_by(passages.c.n)
    .limit(bindparam("most"))
)
_ADD_VECTOR = Statement(
    text(
        "insert into passage_vectors (passage, model, signs, vector) select :passage, :model, :signs, :vector "
        "where exists (select 1 from passages where n = :passage) on conflict do nothing"
    )
)


def used(session_id: SessionId) -> Script[list[Document]]:
    """The documents that a session showed at its last search."""
    return [Document(*row) for row in (yield from rows(_USED(session_id=session_id)))]


def find(user_id: UserId, keys: Iterable[tuple[str, str]]) -> Script[list[Document]]:
    """Those of some contents, each with the way it is read, whose text a person has already."""
    found: list[Document] = []
    for sha, way in keys:
        row = yield from first(_FIND(user_id=user_id, sha256=sha, way=way))
        if row is not None:
            found.append(Document(*row))
    return found


def add(user_id: UserId, key: tuple[str, str], extracted: Extracted, read_at: str) -> Script[Document]:
    """Keep the text of a content at once; one that was kept meanwhile stays as it is."""
    n = yield from begin(user_id, key, read_at)
    yield from grow(n, user_id, extracted.passages)
    return (yield from finish(n, user_id, key, extracted))


def begin(user_id: UserId, key: tuple[str, str], read_at: str) -> Script[int]:
    """The number of a document whose text is kept step by step; nobody finds it until it is finished."""
    way = f"~{new_id('doc')}"
    row = yield from first(_ADD(user_id=user_id, sha256=key[0], way=way, cut=0, missing=None, read_at=read_at))
    assert row is not None
    return row[0]


def grow(n: int, user_id: UserId, more: Sequence[Passage]) -> Script[None]:
    """Keep more passages of a document."""
    owner = owner_word(user_id)
    if more:
        yield _ADD_PASSAGE.many([{"document": n, "owner": owner, "place": one.place, "text": one.text} for one in more])


def finish(n: int, user_id: UserId, key: tuple[str, str], extracted: Extracted) -> Script[Document]:
    """The document is whole and can be found; what somebody else kept meanwhile is taken instead."""
    sha, way = key
    known = yield from first(_FIND(user_id=user_id, sha256=sha, way=way))
    if known is not None:
        return Document(*known)
    yield _FINISH(n=n, way=way, cut=int(extracted.cut), missing=extracted.missing)
    return Document(n, sha, way, extracted.cut, extracted.missing)


def show(session_id: SessionId, come: Iterable[int], gone: Iterable[int]) -> Script[None]:
    """A session shows some documents from now on, and others no more."""
    for statement, some in ((_UNUSE, gone), (_USE, come)):
        if given := [{"session_id": session_id, "document": one} for one in some]:
            yield statement.many(given)


def forget(session_id: SessionId) -> Script[None]:
    """A session is gone; the text of what only it showed goes with the next sweep."""
    yield _FORGET(session_id=session_id)


def sessions(after: str) -> Script[list[SessionId]]:
    """Sessions that show documents, in the order of their ids."""
    return [row[0] for row in (yield from rows(_SESSIONS(after=after)))]


def unused(until: str) -> Script[list[int]]:
    """Documents that no session shows and that were read before a time, some of them."""
    return [row[0] for row in (yield from rows(_UNUSED(until=until)))]


def clear(n: int) -> Script[bool]:
    """Drop some of the text of a document that no session shows, and the document with the last of it; whether all."""
    if not (yield from changed(_HIDE(n=n, hidden=f"~{n}"))):
        return True  # a session shows it again
    if (yield from changed(_CLEAR(n=n))) == AT_ONCE:
        return False
    yield _DROP(n=n)
    return True


def of_user(user_id: UserId) -> Script[list[int]]:
    """The documents of somebody."""
    return [row[0] for row in (yield from rows(_OF_USER(owner=user_id)))]


def hits(user_id: UserId, session_id: SessionId, terms: Sequence[Term], most: int) -> Script[list[Hit]]:
    """The best passages of a session that hold any of some terms."""
    match = f"owner:{owner_word(user_id)} AND text:({expression(terms)})"
    return [Hit(*row) for row in (yield from rows(_HITS(match=match, session_id=session_id, most=most)))]


def passages_of(numbers: Iterable[int]) -> Script[list[Kept]]:
    """Passages by their numbers, in that order; what is gone is left out."""
    found: list[Kept] = []
    for n in numbers:
        row = yield from first(_ONE(n=n))
        if row is not None:
            found.append(Kept(*row))
    return found


def signs(session_id: SessionId, model: str) -> Script[list[tuple[int, int, bytes]]]:
    """Of every passage of a session that a model has seen: its number, its document and its signs."""
    return [(row[0], row[1], row[2]) for row in (yield from rows(_SIGNS(session_id=session_id, model=model)))]


def vectors(model: str, numbers: Iterable[int]) -> Script[list[tuple[int, bytes]]]:
    """What passages mean to a model."""
    found: list[tuple[int, bytes]] = []
    for n in numbers:
        row = yield from first(_VECTOR(passage=n, model=model))
        if row is not None:
            found.append((n, row[0]))
    return found


def without_vector(session_id: SessionId, model: str, most: int) -> Script[list[Kept]]:
    """Passages of a session that a model has not seen."""
    found = yield from rows(_WITHOUT(session_id=session_id, model=model, most=most))
    return [Kept(*row) for row in found]


def add_vectors(made: Sequence[Vector]) -> Script[None]:
    """Keep what passages mean; those that are gone meanwhile are left out."""
    if made:
        yield _ADD_VECTOR.many([one._asdict() for one in made])


def owner_word(user_id: UserId) -> str:
    """Whose a passage is, as one word."""
    return "u" + "".join(sign for sign in user_id if sign.isascii() and sign.isalnum())


def expression(terms: Sequence[Term]) -> str:
    """Any of some terms as a full-text expression."""
    quoted = ((term, '"' + term.text.replace('"', '""') + '"') for term in terms)
    return " OR ".join(f"{one}*" if term.begins else one for term, one in quoted) or '""'
