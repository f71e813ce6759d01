"""Where it is stored what models saw; no query."""

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Text

from palaver.storage.schema import metadata

manifests = Table(
    "manifests",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # context.manifest.Manifest
    sqlite_with_rowid=False,
)
