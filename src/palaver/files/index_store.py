"""Every query about the text of documents, all of them scripts; who may search where is decided above.

What is special to SQLite stands here and in `index_tables`: the full-text expression, its rank, and lists as JSON.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Float, bindparam, column, delete, exists, insert, literal_column, select, table, text

from palaver.core.ids import SessionId, UserId
from palaver.files.extracting import Extracted
from palaver.files.index_tables import document_uses, documents, passage_vectors, passages
from palaver.files.looking import Term
from palaver.storage.script import Script, Statement, changed, first, rows

PAGE = 500


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
_USE = Statement(insert(document_uses).values(session_id=bindparam("session_id"), document=bindparam("document")))
_UNUSE = Statement(
    delete(document_uses).where(
        document_uses.c.session_id == bindparam("session_id"), document_uses.c.document == bindparam("document")
    )
)
_HERE = select(document_uses.c.document).where(document_uses.c.session_id == bindparam("session_id"))
_elsewhere = document_uses.alias()
_ONLY_HERE = Statement(
    delete(documents).where(
        documents.c.n.in_(
            select(document_uses.c.document).where(document_uses.c.session_id == bindparam("session_id"))
        ),
        ~exists().where(_elsewhere.c.document == documents.c.n, _elsewhere.c.session_id != bindparam("session_id")),
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
    delete(documents).where(
        documents.c.read_at < bindparam("until"),
        ~exists().where(document_uses.c.document == documents.c.n),
    )
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
    """Keep the text of a content; one that was kept meanwhile stays as it is."""
    sha, way = key
    known = yield from first(_FIND(user_id=user_id, sha256=sha, way=way))
    if known is not None:
        return Document(*known)
    cut, missing = int(extracted.cut), extracted.missing
    row = yield from first(_ADD(user_id=user_id, sha256=sha, way=way, cut=cut, missing=missing, read_at=read_at))
    assert row is not None
    if extracted.passages:
        owner = owner_word(user_id)
        yield _ADD_PASSAGE.many(
            [{"document": row[0], "owner": owner, "place": one.place, "text": one.text} for one in extracted.passages]
        )
    return Document(row[0], sha, way, extracted.cut, missing)


def show(session_id: SessionId, come: Iterable[int], gone: Iterable[int]) -> Script[None]:
    """A session shows some documents from now on, and others no more."""
    for statement, some in ((_UNUSE, gone), (_USE, come)):
        if given := [{"session_id": session_id, "document": one} for one in some]:
            yield statement.many(given)


def forget(session_id: SessionId) -> Script[None]:
    """A session is gone, and with it the text of documents that only it showed."""
    yield _ONLY_HERE(session_id=session_id)
    yield _FORGET(session_id=session_id)


def sessions(after: str) -> Script[list[SessionId]]:
    """Sessions that show documents, in the order of their ids."""
    return [row[0] for row in (yield from rows(_SESSIONS(after=after)))]


def sweep(until: str) -> Script[int]:
    """Drop the text of documents that no session shows and that were read before a time; how many."""
    return (yield from changed(_UNUSED(until=until)))


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


def add_all(
    user_id: UserId, batch: Iterable[tuple[tuple[str, str], Extracted]], read_at: str
) -> Script[list[Document]]:
    """Keep the text of some contents."""
    kept: list[Document] = []
    for key, extracted in batch:
        kept.append((yield from add(user_id, key, extracted, read_at)))
    return kept
