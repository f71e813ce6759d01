"""Where the text of documents is kept as it was taken out: by person and content, so that copies and forks share it.

No query. A document's text goes with its person, and with the last session that shows the document.
"""

from sqlalchemy import DDL, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, event

from palaver.storage.schema import metadata

documents = Table(
    "documents",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("way", Text, nullable=False),  # how it was read: see `readers.way_of`
    Column("cut", Integer, nullable=False),
    Column("missing", Text),
    Column("read_at", Text, nullable=False),
    Index(None, "user_id", "sha256", "way", unique=True),
)

# Which sessions (and projects) show a document, as of the last search there.
document_uses = Table(
    "document_uses",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("document", Integer, ForeignKey("documents.n", ondelete="CASCADE"), primary_key=True),
    Index(None, "document"),
)

passages = Table(
    "passages",
    metadata,
    Column("n", Integer, primary_key=True),  # SQLite's rowid; search refers to it
    Column("document", Integer, ForeignKey("documents.n", ondelete="CASCADE"), nullable=False),
    Column("owner", Text, nullable=False),  # whose it is, as one word of the search
    Column("place", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "document"),
)

# What a passage means to a model that embeds texts; `signs` is one bit a number, by which the nearest are guessed.
passage_vectors = Table(
    "passage_vectors",
    metadata,
    Column("passage", Integer, ForeignKey("passages.n", ondelete="CASCADE"), primary_key=True),
    Column("model", Text, primary_key=True),
    Column("signs", LargeBinary, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # 32-bit floats, of length 1
)

# The words of passages. Triggers keep it: passages also go by cascades, of which no query knows.
SQLITE_SEARCH = (
    "create virtual table passage_search using fts5(text, owner, content='passages', content_rowid='n', "
    "tokenize='unicode61 remove_diacritics 2')"
)
SQLITE_COME = (
    "create trigger passages_come after insert on passages begin "
    "insert into passage_search(rowid, text, owner) values (new.n, new.text, new.owner); end"
)
SQLITE_GO = (
    "create trigger passages_go after delete on passages begin insert into passage_search(passage_search, rowid, text, "
    "owner) values ('delete', old.n, old.text, old.owner); end"
)
SQLITE = (SQLITE_SEARCH, SQLITE_COME, SQLITE_GO)
for made in SQLITE:
    event.listen(passages, "after_create", DDL(made).execute_if(dialect="sqlite"))
