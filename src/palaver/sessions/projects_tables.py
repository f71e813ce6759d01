"""Where projects are stored; no query. A session names its project in `sessions.project_id`."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from palaver.storage.schema import metadata

projects = Table(
    "projects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sessions.projects.Project
)
Index("ix_projects_listed", projects.c.user_id, projects.c.updated_at, projects.c.id)
