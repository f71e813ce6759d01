"""Where sessions and messages are stored; no query.

A session is kept as the document that clients see (`body`), beside the columns it is found by; so a list is one range
of an index and no assembly. A message's text stands once, in `text`; the rest of its document in `body`.
"""

from sqlalchemy import DDL, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text, event

from palaver.storage.schema import metadata

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("activity", Text, nullable=False),  # newest of creation and last message: the order of lists
    Column("archived", Integer, nullable=False),
    Column("running", Integer, nullable=False),  # whether a run answers in it now
    Column("project_id", Text),
    Column("tags", Text, nullable=False),  # each between line breaks, so that one tag is one LIKE
    Column("title", Text, nullable=False),  # case-folded, for search
    Column("tree", LargeBinary, nullable=False),  # sessions.tree.Tree
    Column("head_line", Text),
    Column("head_depth", Integer),
    Column("body", LargeBinary, nullable=False),  # sessions.session.Session
    Column("run_id", Text),  # the run that it works for: then nobody lists it
    Column("root_id", Text),  # and the session that it belongs to with all below it
    Column("room", Integer, nullable=False, server_default="0"),  # whether others take part in it, or did
)
Index("ix_sessions_root", sessions.c.root_id, sqlite_where=sessions.c.root_id.is_not(None))
Index("ix_sessions_rooms", sessions.c.user_id, sqlite_where=sessions.c.room != 0)
Index("ix_sessions_listed", sessions.c.user_id, sessions.c.archived, sessions.c.activity, sessions.c.id)

messages = Table(
    "messages",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),  # SQLite's rowid; search refers to it
    Column("id", Text, nullable=False, unique=True),
    Column(
        "session_id",
        Text,
        ForeignKey("sessions.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("user_id", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # core.messages.Message without text, siblings and metadata
    Column("metadata", LargeBinary),
    Column("model", Text),
    Column("provider", Text),
    Column("status", Text, nullable=False),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cost_usd", Float),
    Column("latency_ms", Float),
    Column("cached_tokens", Integer),
)
Index("ix_messages_placed", messages.c.line, messages.c.depth, unique=True)
Index("ix_messages_session", messages.c.session_id)
Index(
    "ix_messages_spent",
    messages.c.user_id,
    messages.c.created_at,
    sqlite_where=messages.c.input_tokens.is_not(None),
)

# The words of messages, for search. It lags behind and is brought up to date before it is asked: `search_progress`
# holds the last message that is in it, so that a turn does not pay for it.
search_progress = Table("search_progress", metadata, Column("n", Integer, nullable=False))
# Beside the words stand facets, words themselves: whose it is, in which line, who said it, in which year and month. So
# what a million messages hold is looked for among few. Words that are being typed are found by their first letters.
SQLITE_WORDS = (
    "create view message_words as select n, text, 'u' || replace(user_id, '_', '') || ' l' || replace(line, '_', '') "
    "|| ' r' || role || ' y' || substr(created_at, 1, 4) || ' m' || substr(created_at, 1, 4) "
    "|| substr(created_at, 6, 2) as facets from messages"
)
SQLITE_SEARCH = (
    "create virtual table message_search using fts5(text, facets, content='message_words', content_rowid='n', "
    "tokenize='unicode61 remove_diacritics 2', prefix='1 2 3 4 5')"
)
for made in (SQLITE_WORDS, SQLITE_SEARCH):
    event.listen(messages, "after_create", DDL(made).execute_if(dialect="sqlite"))
