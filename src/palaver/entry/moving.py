"""Puts together what takes sessions away, brings them and finds them; it serves and decides nothing."""

from dataclasses import dataclass

from palaver.entry.agency import Agency
from palaver.entry.settings import Settings
from palaver.kit.clock import Clock
from palaver.sessions.finding import Finding
from palaver.sessions.import_files import ImportedFiles
from palaver.sessions.importing import Importing
from palaver.sessions.packing import Packing
from palaver.sessions.projects import Projects
from palaver.sessions.service import Sessions
from palaver.sessions.taking import Taking
from palaver.storage.port import Database


@dataclass(frozen=True, slots=True)
class Moving:
    """How sessions are taken away, brought, and searched."""

    taking: Taking
    importing: Importing
    finding: Finding


def moving(
    settings: Settings, database: Database, agency: Agency, of: tuple[Sessions, Projects], *, clock: Clock
) -> Moving:
    """For the sessions and projects that are given."""
    sessions, projects = of
    brought = ImportedFiles(database, agency.files)
    importing = Importing(database, sessions, brought, settings.home / "incoming", bounds=settings.files)
    importing.knows_project = projects.knows
    return Moving(Taking(database, Packing(agency.files), clock), importing, Finding(database, sessions))
