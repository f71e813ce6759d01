"""Files taken away and brought: any tree of files and folders comes out as it went in, modes and all."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import insert

from palaver.core.ids import SessionId, UserId
from palaver.files.blobs import Blobs
from palaver.files.service import Files, Home
from palaver.files.snapshots import Snapshots
from palaver.files.workspace import Workspace
from palaver.files.workspaces import Workspaces
from palaver.identity.tables import users
from palaver.kit.clock import SystemClock
from palaver.sessions.archive import Archive
from palaver.sessions.import_files import ImportedFiles
from palaver.sessions.packing import Packing
from palaver.sessions.upload import Bounds, opened
from palaver.storage.script import Script, Statement
from tests.database import whole_database

ADA = UserId("usr_ada")
ONE, TWO = SessionId("ses_1"), SessionId("ses_2")
BOUNDS = Bounds(1 << 20, 1 << 20, 1 << 24)

names = some.sampled_from(["a", "b", "ü–", "a b", ".palaver", "x.txt", "con"])
modes = some.sampled_from([0o644, 0o600, 0o755, 0o700, 0o444, 0o777])
files = some.tuples(some.binary(max_size=40), modes)
trees = some.recursive(files, lambda below: some.tuples(some.dictionaries(names, below, max_size=3), modes))


def _ada() -> Script[None]:
    values = {column.name: "x" for column in users.c if not column.nullable} | {"id": ADA}
    yield Statement(insert(users).values(values))()


def grow(root: Path, tree: object) -> None:
    """Put a tree on the disk."""
    match tree:
        case (bytes(content), int(mode)):
            root.write_bytes(content)
            root.chmod(mode)
        case (dict(below), int(mode)):
            root.mkdir(exist_ok=True)
            for name, inner in below.items():
                grow(root / str(name), inner)
            root.chmod(mode | 0o700)
        case _:
            raise AssertionError


def shape(workspace: Workspace) -> dict[str, tuple[str, int, bytes]]:
    """Everything in a workspace."""
    return {
        one.path: (one.kind, workspace.mode(one.path), workspace.read(one.path) if one.kind == "file" else b"")
        for one in workspace.walk()
    }


async def packed(packing: Packing, whose: SessionId) -> bytes:
    """An archive with the files of one session."""
    archive, out = Archive("2026-11-21T12:00:00.000000Z"), io.BytesIO()
    async for piece in packing.files(archive, whose):
        out.write(piece)
    for piece in archive.end():
        out.write(piece)
    return out.getvalue()


@given(some.dictionaries(names, trees, max_size=4))
@settings(max_examples=40, deadline=None)
async def test_any_tree_of_files_comes_out_as_it_went_in(tree: dict[str, object]) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        blobs, workspaces = Blobs(home), Workspaces(home)
        async with whole_database() as database:
            await database.write(_ada())
            service = Files(database, Home(workspaces, blobs, Snapshots(blobs, workspaces)), SystemClock())
            grow(workspaces.of(ONE).make(), (tree, 0o700))
            taken = await packed(Packing(service), ONE)
            (home / "taken.zip").write_bytes(taken)
            with opened(home / "taken.zip", BOUNDS) as upload:
                upload.check()
                count = await ImportedFiles(database, service).lay(ADA, TWO, upload, upload.files(ONE))
            there = shape(workspaces.of(ONE))
            assert shape(workspaces.of(TWO)) == there
            assert count == sum(kind == "file" for kind, _, _ in there.values())
            with zipfile.ZipFile(io.BytesIO(taken)) as found:  # as other programs see it
                told = {one.filename.split("/", 2)[2].rstrip("/"): one for one in found.infolist()[:-1]}
            assert {path: one.external_attr >> 16 & 0o777 for path, one in told.items()} == {
                path: mode for path, (_, mode, _) in there.items()
            }


async def test_what_may_not_be_read_by_name_is_left_out_and_hinders_nothing(tmp_path: Path) -> None:
    blobs, workspaces = Blobs(tmp_path), Workspaces(tmp_path)
    async with whole_database() as database:
        service = Files(database, Home(workspaces, blobs, Snapshots(blobs, workspaces)), SystemClock())
        root = workspaces.of(ONE).make()
        (root / "a").write_text("a")
        (root / "b").hardlink_to(root / "a")
        (root / "c").symlink_to("a")
        (root / "d").write_text("d")
        with zipfile.ZipFile(io.BytesIO(await packed(Packing(service), ONE))) as found:
            assert found.namelist() == [f"files/{ONE}/d", "manifest.json"]


async def test_modes_from_outside_give_no_rights_of_others(tmp_path: Path) -> None:
    blobs, workspaces = Blobs(tmp_path), Workspaces(tmp_path)
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as made:
        made.writestr("sessions/1.json", "{}")
        entry = zipfile.ZipInfo(f"files/{ONE}/run")
        entry.external_attr = 0o104755 << 16
        made.writestr(entry, "x")
    async with whole_database() as database:
        await database.write(_ada())
        service = Files(database, Home(workspaces, blobs, Snapshots(blobs, workspaces)), SystemClock())
        with opened(tmp_path / "evil.zip", BOUNDS) as upload:
            await ImportedFiles(database, service).lay(ADA, TWO, upload, upload.files(ONE))
    assert (workspaces.of(TWO).root / "run").stat().st_mode == 0o100755


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "a\x01b", "C:x"])
def test_paths_from_outside_stay_inside(tmp_path: Path, path: str) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as made:
        made.writestr("sessions/1.json", "{}")
        made.writestr(f"files/{ONE}/{path}", "x")
    with pytest.raises(Exception, match="Nothing was imported"), opened(tmp_path / "evil.zip", BOUNDS):
        raise AssertionError("It was taken.")
