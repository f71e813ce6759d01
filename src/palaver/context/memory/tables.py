"""Where facts are stored that people let Palaver remember; no query.

The words stand a second time in an FTS5 table, which triggers keep up: facts also go by cascade, with a project or a
user, and then nobody else would take them out.
"""

from sqlalchemy import DDL, Column, ForeignKey, Index, Integer, Table, Text, event

from palaver.storage.schema import metadata

memories = Table(
    "memories",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),  # SQLite's rowid; search refers to it
    Column("id", Text, nullable=False, unique=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("project_id", Text, ForeignKey("projects.id", ondelete="CASCADE")),
    Column("text", Text, nullable=False),
    Column("folded", Text, nullable=False),  # so that the same is not remembered twice
    Column("pinned", Integer, nullable=False),
    Column("made_by", Text, nullable=False),  # person, model
    Column("source_session_id", Text, ForeignKey("sessions.id", ondelete="SET NULL")),
    Column("source_message_id", Text, ForeignKey("messages.id", ondelete="SET NULL")),
    Column("source_shown", Text),  # under which id that session shows the message
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("used_at", Text),
)
Index("ix_memories_listed", memories.c.user_id, memories.c.updated_at, memories.c.id)
Index("ix_memories_project", memories.c.project_id)
Index("ix_memories_source_session", memories.c.source_session_id)
Index("ix_memories_source_message", memories.c.source_message_id)

# How much each person lets be remembered; whoever said nothing has no row.
memory_modes = Table(
    "memory_modes",
    metadata,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("mode", Text, nullable=False),
    sqlite_with_rowid=False,
)

_NEW = "insert into memory_search(rowid, text, facets) values (new.n, new.text, 'u' || replace(new.user_id, '_', ''))"
_OLD = "delete from memory_search where rowid = old.n"
SQLITE_SEARCH = (
    "create virtual table memory_search using fts5(text, facets, tokenize='unicode61 remove_diacritics 2')",
    f"create trigger memories_told after insert on memories begin {_NEW}; end",
    f"create trigger memories_changed after update of text, user_id on memories begin {_OLD}; {_NEW}; end",
    f"create trigger memories_forgotten after delete on memories begin {_OLD}; end",
)
for made in SQLITE_SEARCH:
    event.listen(memories, "after_create", DDL(made).execute_if(dialect="sqlite"))
