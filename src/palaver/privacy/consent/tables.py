"""Where it is stored what people agreed to and refused: rows are added, and never changed; no query.

The engine itself refuses to change a row, and to take one away from somebody who is still there.
"""

from sqlalchemy import DDL, Column, ForeignKey, Index, Integer, Table, Text, event

from palaver.storage.schema import metadata

consents = Table(
    "consents",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("granted", Integer, nullable=False),
    Column("version", Integer, nullable=False),  # of the words that they were shown
    Column("at", Text, nullable=False),
    Index("ix_consents_newest", "user_id", "purpose", "n"),
)

SQLITE = (
    (
        "create trigger consents_are_not_changed before update on consents "
        "begin select raise(abort, 'What was said is never changed.'); end"
    ),
    (
        "create trigger consents_are_kept before delete on consents "
        "when exists (select 1 from users where id = old.user_id) "
        "begin select raise(abort, 'What was said is kept.'); end"
    ),
)
for made in SQLITE:
    event.listen(consents, "after_create", DDL(made).execute_if(dialect="sqlite"))
