"""What requests and answers about files look like, for the OpenAPI document; it serves nothing."""

from typing import Any

from palaver.files.api import Brought, FileList, of_project
from palaver.files.direct import UploadLink
from palaver.files.preview import Preview
from palaver.files.searching import FoundPassage, FoundPassages, NotRead
from palaver.files.service import FileInfo, UploadInfo
from palaver.files.templates import Template
from palaver.files.templates_api import TemplateList
from palaver.files.uploads_api import UploadList

FILE = "fil_019aa3c5e0247d84fbccdae9c8b7a608"
PATH = "notes/trees.md"

_SHA = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
_LATER = "2026-11-21T12:00:01.250000Z"
_FILE = FileInfo(PATH, 5, "text/markdown", _LATER, _SHA)
_LINK = UploadLink(
    FILE,
    f"https://s3.example.org/palaver/incoming/usr_…/{FILE}?X-Amz-Signature=…",
    "PUT",
    {"Content-Length": "48211", "x-amz-meta-name": "tree.png", "x-amz-meta-size": "48211"},
    "2026-11-21T12:15:00.000000Z",
)
_UPLOAD = UploadInfo(FILE, "tree.png", "image/png", 48_211, _SHA, _LATER)

_FOUND = FoundPassage(
    "reports/2026.pdf", "page 3", "The rent of the flat is 400 euros.", 4.2, "[reports/2026.pdf, page 3]", []
)

_REQUESTS: dict[str, dict[str, Any]] = {
    "move_file": {"Another name": {"path": PATH, "to": "notes/old/trees.md", "on_conflict": "keep_both"}},
    "create_folder": {"A folder": {"path": "notes"}},
    "begin_direct_upload": {"A picture": {"name": "tree.png", "size": 48_211}},
    "complete_direct_upload": {"As it came": {}, "Checked": {"sha256": _SHA}},
}
_ANSWERS: dict[str, Any] = {
    "list_files": FileList([_FILE], None),
    "upload_files": Brought([_FILE]),
    "put_file": _FILE,
    "move_file": _FILE,
    "create_folder": FileInfo("notes", 0, "inode/directory", _LATER, None, "folder"),
    "preview_file": Preview("text", "text/markdown", 5, "hello"),
    "upload_for_messages": UploadList([_UPLOAD]),
    "list_uploads": UploadList([_UPLOAD]),
    "get_upload": _UPLOAD,
    "search_files": FoundPassages([_FOUND], 12, 1, 0, [NotRead("scan.pdf", "It cannot be read: it is damaged.")], []),
    "begin_direct_upload": _LINK,
    "complete_direct_upload": _UPLOAD,
    "list_templates": TemplateList([Template("default", 12, 48_211, default=True)]),
}

_OF_FILES = ("_file", "_files", "_folder")  # how operations end that projects have as well


def _with_projects(given: dict[str, Any]) -> dict[str, Any]:
    """The same for the files of projects."""
    told = {of_project(name): one for name, one in given.items() if name.endswith(_OF_FILES)}
    return {**given, **told}


REQUESTS: dict[str, dict[str, Any]] = _with_projects(_REQUESTS)
ANSWERS: dict[str, Any] = _with_projects(_ANSWERS)
