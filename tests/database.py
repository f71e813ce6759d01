"""Databases as tests need them: every table of the house in a file or in memory, without the chain of migrations."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.schema import CreateIndex, CreateTable

from palaver.agents import tables as of_agents
from palaver.agents.sharing import tables as of_shared_shelves
from palaver.care.assessments import tables as of_assessments
from palaver.care.counts import tables as of_counts
from palaver.care.escalations import tables as of_escalations
from palaver.care.moderation import tables as of_moderation
from palaver.care.policy import tables as of_policies
from palaver.care.profiles import tables as of_profiles
from palaver.care.redaction import tables as of_redaction
from palaver.context import tables as of_contexts
from palaver.context.memory import tables as of_memory
from palaver.files import index_tables as of_documents
from palaver.files import tables as of_files
from palaver.identity import tables as of_identity
from palaver.identity.budgets import tables as of_budgets
from palaver.identity.groups import tables as of_groups
from palaver.identity.inviting import tables as of_inviting
from palaver.identity.lockout import tables as of_lockout
from palaver.identity.oidc import tables as of_oidc
from palaver.identity.scim import tables as of_scim
from palaver.identity.second_factor import tables as of_second_factors
from palaver.privacy.audit import tables as of_audit
from palaver.privacy.consent import tables as of_consents
from palaver.runs import tables as of_runs
from palaver.sessions import projects_tables as of_projects
from palaver.sessions import tables as of_sessions
from palaver.sessions.links import tables as of_links
from palaver.sessions.sharing import tables as of_sharing
from palaver.storage import lease
from palaver.storage.schema import metadata
from palaver.storage.script import Script, Statement
from palaver.storage.sqlite import DIALECT, SqliteDatabase, step
from palaver.surfaces import tables as of_surfaces
from palaver.webhooks import tables as of_webhooks

TABLES = (
    of_agents.definitions,
    of_assessments.risk_assessments,
    of_audit.audit_log,
    of_budgets.budgets,
    of_consents.consents,
    of_contexts.manifests,
    of_counts.care_counts,
    of_moderation.moderation_items,
    of_policies.care_policies,
    of_profiles.session_care,
    of_redaction.redaction_tokens,
    of_documents.documents,
    of_escalations.escalations,
    of_files.snapshots,
    of_groups.groups,
    of_links.share_links,
    of_shared_shelves.definition_shares,
    of_sharing.session_groups,
    of_memory.memories,
    of_identity.users,
    of_inviting.house_invitations,
    of_lockout.wrong_tries,
    of_oidc.pending_sign_ins,
    of_second_factors.second_factors,
    of_scim.scim_users,
    of_projects.projects,
    of_runs.runs,
    of_sessions.sessions,
    of_surfaces.threads,
    of_webhooks.webhooks,
    lease.leases,
)  # known to `metadata` once imported


def every_table() -> Script[None]:
    """Create the whole schema."""
    for statement in _schema():
        yield statement()


@cache
def _schema() -> tuple[Statement, ...]:
    made: list[str] = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=DIALECT)))
        made += [str(CreateIndex(index).compile(dialect=DIALECT)) for index in table.indexes]
    made += [
        of_sessions.SQLITE_WORDS,
        of_sessions.SQLITE_SEARCH,
        *of_memory.SQLITE_SEARCH,
        *of_documents.SQLITE,
        *of_audit.SQLITE,
        *of_consents.SQLITE,
        *of_policies.SQLITE,
        *of_counts.SQLITE,
    ]
    return tuple(Statement(text(one)) for one in made)


@cache
def _image() -> bytes:
    """A database with the whole schema: its pages are copied in a tenth of the time that making them takes."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as link:
        for statement in _schema():
            step(link, statement())
        return link.serialize()


def _fill(link: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(":memory:")) as made:
        made.deserialize(_image())
        made.backup(link)


@asynccontextmanager
async def whole_database(path: Path | None = None) -> AsyncIterator[SqliteDatabase]:
    """A database with every table; in memory without a path."""
    known = path is not None and path.exists()
    database = SqliteDatabase(path)
    try:
        if known:
            await database.write(every_table(), durable=False)
        else:
            _fill(database._link)
        yield database
    finally:
        await database.close()
