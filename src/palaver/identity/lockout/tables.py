"""Where wrong tries are counted; no query. Whom they were for stands there as a hash: it may be nobody."""

from sqlalchemy import Column, Index, Integer, Table, Text

from palaver.storage.schema import metadata

wrong_tries = Table(
    "wrong_tries",
    metadata,
    Column("of", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", Text, nullable=False),
    Column("until", Text, nullable=False),  # before that, none is heard; it is the last try where none must wait
    Index(None, "until"),
)
