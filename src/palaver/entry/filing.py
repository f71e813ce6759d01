"""Puts together what keeps files: workspaces, contents, snapshots, and the sweep; it serves and decides nothing."""

import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from fastapi import APIRouter

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.files import api as files_api
from palaver.files import direct_api, searching_api, uploads_api
from palaver.files.api import Owns
from palaver.files.blobs import Blobs
from palaver.files.bucket import Bucket
from palaver.files.direct import Direct
from palaver.files.jobs import Roots, Sweep
from palaver.files.remote import RemoteBlobs
from palaver.files.searching import Searching
from palaver.files.service import Files, Home
from palaver.files.settings import FileSettings
from palaver.files.snapshots import Snapshots
from palaver.files.workspace import Workspace
from palaver.files.workspaces import Workspaces
from palaver.identity.door import SECURED, Door
from palaver.kit.clock import Clock
from palaver.runs.waiting_store import waiting
from palaver.sessions import checkpoints_store
from palaver.sessions.alive_store import alive_messages, alive_sessions
from palaver.storage.port import Database
from palaver.storage.script import Script
from palaver.tools.builtin.documents import text_of
from palaver.tools.globs import glob

# Which other snapshots are needed than those in the table of snapshots; whoever points at one adds a script here.
ROOTS: tuple[Roots, ...] = (checkpoints_store.roots,)


def open_files(home: Path, settings: FileSettings, database: Database, clock: Clock) -> Files:
    """The files of this home; nothing is made on the disk."""
    workspaces = Workspaces(home, settings)
    blobs = RemoteBlobs(home, Bucket(settings.s3)) if settings.s3.bucket else Blobs(home)
    return Files(database, Home(workspaces, blobs, Snapshots(blobs, workspaces)), clock)


def sweep_of(files: Files, database: Database, clock: Clock) -> Sweep:
    """What removes contents that nothing needs."""
    return Sweep(database, files.home, clock, sessions=alive_sessions, messages=_showing, roots=ROOTS)


def _showing(ids: Sequence[MessageId]) -> Script[set[MessageId]]:
    """Of these messages, and of turns that wait to become one, those that are there."""
    return (yield from alive_messages(ids)) | (yield from waiting(ids))


def direct(files: Files, clock: Clock, door: Door) -> APIRouter:
    """The door to links to the bucket."""
    return direct_api.routes(Direct(files, clock), door, SECURED)


def routers(files: Files, owns: Owns, owns_project: Owns, door: Door) -> Sequence[APIRouter]:
    """The doors to files."""
    return (
        files_api.routes(files, owns, door, SECURED, documents=_document),
        files_api.of_projects(files, owns_project, door, SECURED, documents=_document),
        uploads_api.routes(files, door, SECURED),
    )


def passages(
    searching: Searching, owns: Owns, of: Callable[[UserId, SessionId], Awaitable[Workspace]], door: Door
) -> APIRouter:
    """The door to the search in files."""
    return searching_api.routes(searching, searching_api.Grounds(owns, of, glob), door, SECURED)


def _document(kind: str, file: BinaryIO) -> str:
    return text_of(kind, file, threading.Event())
