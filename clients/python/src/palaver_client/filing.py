"""Files as the API has them: for messages, of sessions, of projects; how bytes travel stands in `transfers.py`."""

from pathlib import Path
from typing import Any, BinaryIO, Generic, Literal, TypeAlias, Unpack

from palaver_client.modes import Mode, Resource, Runner, asked, told
from palaver_client.patience import Patience
from palaver_client.scripts import Request, Script, Telling, get, given, path_of, said
from palaver_client.shapes import FileInfo, NewProject, Project, ProjectFields, UploadInfo
from palaver_client.transfers import Progress, Source, downloaded, put, uploaded

OnConflict: TypeAlias = Literal["replace", "keep_both", "refuse"]


class Files(Resource[Mode], Generic[Mode]):
    """Files for messages: brought in once, and named by `file_id` in parts of messages."""

    @told
    def list(self) -> Telling[UploadInfo]:
        """All of them, the newest first."""
        return self._pages("/files")

    @asked
    def upload(
        self, source: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Script[UploadInfo]:
        """Bring one in: a path, bytes, or an open file. It is read as it is sent, and `progress` hears how far."""
        return _first(uploaded(Request("POST", "/files"), source, (name, progress)))

    @asked
    def get(self, file_id: str) -> Script[UploadInfo]:
        """What is known of one."""
        return self._get(path_of("files", file_id))

    @asked
    def download(self, file_id: str, to: str | Path | BinaryIO, *, progress: Progress | None = None) -> Script[int]:
        """To a path or an open file; what breaks is taken up where it was. How many bytes came."""
        return downloaded(get(path_of("files", file_id, "content")), to, (self._patience, progress))

    @told
    def pieces(self, file_id: str, *, start: int = 0) -> Telling[bytes]:
        """Its bytes, as they come, from a place on."""
        return self._bytes(path_of("files", file_id, "content"), start)

    @asked
    def delete(self, file_id: str) -> Script[None]:
        """Remove it."""
        return self._delete(path_of("files", file_id))


class Folder(Resource[Mode], Generic[Mode]):
    """The files of something that has an id: first the id, then a path like `notes/a.txt`."""

    of: str

    @told
    def list(self, id: str, *, folder: str | None = None, folders: bool | None = None) -> Telling[FileInfo]:  # noqa: A002 - as the API says
        """All of them, or those below a folder; with the folders themselves if wanted."""
        return self._pages(path_of(self.of, id, "files"), folder=folder, folders=folders)

    @asked
    def upload(
        self, id: str, path: str, source: Source, *, on_conflict: OnConflict | None = None,  # noqa: A002 - as the API says
        progress: Progress | None = None,
    ) -> Script[FileInfo]:  # fmt: skip
        """Bring one in: a path, bytes, or an open file. It is read as it is sent."""
        request = Request("PUT", self._file(id, path), given({"on_conflict": on_conflict}))
        return put(request, source, (self._patience, progress))

    @asked
    def download(
        self, id: str, path: str, to: str | Path | BinaryIO, *, progress: Progress | None = None  # noqa: A002 - as the API says
    ) -> Script[int]:  # fmt: skip
        """To a path or an open file; what breaks is taken up where it was. How many bytes came."""
        return downloaded(get(self._file(id, path)), to, (self._patience, progress))

    @told
    def pieces(self, id: str, path: str, *, start: int = 0) -> Telling[bytes]:  # noqa: A002 - as the API says
        """Its bytes, as they come, from a place on."""
        return self._bytes(self._file(id, path), start)

    @told
    def preview(self, id: str, path: str) -> Telling[bytes]:  # noqa: A002 - as the API says
        """The bytes of a small picture of it, or of JSON with its first text."""
        return self._bytes(path_of(self.of, id, "previews") + _inside(path))

    @asked
    def move(
        self, id: str, path: str, to: str, *, on_conflict: OnConflict | None = None  # noqa: A002 - as the API says
    ) -> Script[FileInfo]:  # fmt: skip
        """Call a file or a folder something else."""
        return self._post(path_of(self.of, id, "files", "move"), said(path=path, to=to, on_conflict=on_conflict))

    @asked
    def create_folder(self, id: str, path: str) -> Script[FileInfo]:  # noqa: A002 - as the API says
        """A folder with nothing in it."""
        return self._post(path_of(self.of, id, "folders"), {"path": path})

    @asked
    def delete(self, id: str, path: str) -> Script[None]:  # noqa: A002 - as the API says
        """Remove a file, or a folder with everything in it."""
        return self._delete(self._file(id, path))

    def _file(self, of: str, path: str) -> str:
        return path_of(self.of, of, "files") + _inside(path)


class Workspace(Folder[Mode], Generic[Mode]):
    """The files of a session, which its agent sees as well."""

    of = "sessions"


class ProjectFiles(Folder[Mode], Generic[Mode]):
    """The files of a project, which all its sessions can read."""

    of = "projects"


class Projects(Resource[Mode], Generic[Mode]):
    """What sessions have in common: instructions and files."""

    def __init__(self, runner: Runner, patience: Patience) -> None:
        super().__init__(runner, patience)
        self.files: ProjectFiles[Mode] = ProjectFiles(runner, patience)

    @told
    def list(self) -> Telling[Project]:
        """All of them."""
        return self._pages("/projects")

    @asked
    def create(self, name: str, **fields: Unpack[NewProject]) -> Script[Project]:
        """A new one."""
        return self._post("/projects", {"name": name, **fields})

    @asked
    def get(self, project_id: str) -> Script[Project]:
        """One of them."""
        return self._get(path_of("projects", project_id))

    @asked
    def update(self, project_id: str, **fields: Unpack[ProjectFields]) -> Script[Project]:
        """Change what is given."""
        return self._patch(path_of("projects", project_id), fields)

    @asked
    def delete(self, project_id: str) -> Script[None]:
        """Remove it; its sessions stay."""
        return self._delete(path_of("projects", project_id))


def _first(script: Script[Any]) -> Script[Any]:
    page = yield from script
    return page["items"][0]


def _inside(path: str) -> str:
    return path_of(*path.split("/"))
