"""Files of two sessions, and documents of every kind, made by other libraries than those that read them."""

import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
from fpdf import FPDF
from sqlalchemy import insert

from palaver.core.ids import SessionId, UserId
from palaver.files import index_store
from palaver.files.blobs import Blobs
from palaver.files.searching import FoundPassages, Looked, Searching
from palaver.files.service import Files, Home
from palaver.files.settings import FileSettings
from palaver.files.snapshots import Snapshots
from palaver.files.workspace import Workspace
from palaver.files.workspaces import Workspaces
from palaver.identity.tables import users
from palaver.kit.clock import SystemClock
from palaver.storage.script import Script, Statement
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database

ADA, BEN = UserId("usr_ada"), UserId("usr_ben")
ONE, TWO = SessionId("ses_1"), SessionId("ses_2")


class Shelves:
    """What a test searches in."""

    def __init__(self, database: SqliteDatabase, home: Path) -> None:
        self.database = database
        self.blobs, self.workspaces = Blobs(home), Workspaces(home, FileSettings())
        clock = SystemClock()
        self.files = Files(database, Home(self.workspaces, self.blobs, Snapshots(self.blobs, self.workspaces)), clock)
        self.searching = Searching(database, self.files, clock)

    def of(self, session: SessionId = ONE) -> Workspace:
        return self.workspaces.of(session)

    async def find(self, query: str, session: SessionId = ONE, *, person: UserId = ADA, **looked: Any) -> FoundPassages:
        return await self.searching.find(person, session, self.of(session), Looked(query=query, **looked))

    async def citations(self, query: str, session: SessionId = ONE, **looked: Any) -> list[str]:
        return [one.citation for one in (await self.find(query, session, **looked)).items]

    async def forget(self, session: SessionId) -> None:
        """A session is gone, and long enough for a sweep."""
        await self.files.session_removed(session)
        for n in await self.database.scan(index_store.unused("9999")):
            while not await self.database.write(index_store.clear(n)):
                continue

    async def count(self, table: str) -> int:
        def counted() -> Script[int]:
            from sqlalchemy import text

            return (yield Statement(text(f"select count(*) from {table}"))()).rows[0][0]

        return await self.database.scan(counted())


@asynccontextmanager
async def shelves(home: Path, database: Path | None = None) -> AsyncIterator[Shelves]:
    async with whole_database(database) as made:
        await made.write(_people())
        yield Shelves(made, home)


def _people() -> Script[None]:
    for one in (ADA, BEN):
        values = {column.name: one for column in users.c if not column.nullable}
        yield Statement(insert(users).values(values))()


def pdf(*pages: str) -> bytes:
    made = FPDF()
    made.set_font("helvetica", size=12)
    for text in pages:
        made.add_page()
        made.multi_cell(0, text=text)
    return bytes(made.output())


def word(*blocks: str | tuple[str, ...]) -> bytes:
    """A heading begins with `# `; a tuple is a row of a table."""
    made = docx.Document()
    for block in blocks:
        if isinstance(block, tuple):
            table = made.add_table(1, len(block))
            for cell, text in zip(table.rows[0].cells, block, strict=True):
                cell.text = text
        elif block.startswith("# "):
            made.add_heading(block[2:], 1)
        else:
            made.add_paragraph(block)
    return _saved(made)


def sheets(**named: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in named.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return _saved(made)


def slides(*told: tuple[str, str]) -> bytes:
    made = pptx.Presentation()
    for title, note in told:
        slide = made.slides.add_slide(made.slide_layouts[5])
        slide.shapes.title.text = title
        if note:
            slide.notes_slide.notes_text_frame.text = note
    return _saved(made)


def open_document(body: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for name, long in (("office", "office"), ("text", "text"), ("draw", "drawing"))
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
    return made.getvalue()


def _saved(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
