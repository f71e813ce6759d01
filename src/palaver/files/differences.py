"""What is different between two trees of files, as a list and as unified diffs; it does not know where trees lie."""

import difflib
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from palaver.files.trees import Node

Kind = Literal["created", "changed", "deleted", "renamed", "mode"]

_LONGEST = 256 * 1024  # bytes of a file that is compared line by line
_LINES = 4_000  # comparing costs the square of these at worst


class FileChange(msgspec.Struct, frozen=True):
    """One path that is different. `from_path` is the old path of what was renamed.

    `diff` is a unified diff; null where the content is not text, is too long to be compared, or is the same.
    Folders, which end with `/`, are told only where they were made, removed, or have another mode.
    """

    path: str
    kind: Kind
    from_path: str | None = None
    old_mode: int | None = None
    new_mode: int | None = None
    old_size: int | None = None
    new_size: int | None = None
    diff: str | None = None


class Differing(msgspec.Struct, frozen=True):
    """A path with what stood and what stands there."""

    path: str
    old: Node | None
    new: Node | None


def differing(nodes: Callable[[bytes], list[Node]], old: bytes | None, new: bytes | None) -> Iterator[Differing]:
    """Every path that is different between two folders (None: there is none), what is below folders included."""
    yield from _folders(nodes, (old, new), "")


def _folders(
    nodes: Callable[[bytes], list[Node]], shas: tuple[bytes | None, bytes | None], path: str
) -> Iterator[Differing]:
    olds, news = ({node.name: node for node in nodes(sha)} if sha else {} for sha in shas)
    for name in sorted({*olds, *news}):
        old, new = olds.get(name), news.get(name)
        if old == new:
            continue
        said = path + name.decode("utf-8", "replace")
        if old and new and (old.kind == "folder") != (new.kind == "folder"):
            yield from _one(nodes, said, old, None)
            yield from _one(nodes, said, None, new)
        else:
            yield from _one(nodes, said, old, new)


def _one(nodes: Callable[[bytes], list[Node]], path: str, old: Node | None, new: Node | None) -> Iterator[Differing]:
    if "folder" not in {old and old.kind, new and new.kind}:
        yield Differing(path, old, new)
        return
    if old is None or new is None or old.mode != new.mode:
        yield Differing(f"{path}/", old, new)
    shas = (old.sha if old else None, new.sha if new else None)
    if shas[0] != shas[1]:
        yield from _folders(nodes, shas, f"{path}/")


def told(found: list[Differing], content: Callable[[Node], bytes]) -> list[FileChange]:
    """The changes for people to read: what was deleted here and made there with the same content was renamed."""
    gone = {one.old.sha: one for one in found if one.old is not None and one.new is None and _is_file(one.old)}
    from_paths: dict[str, Differing] = {}
    for one in found:
        if one.old is None and one.new is not None and _is_file(one.new) and one.new.sha in gone:
            from_paths[one.path] = gone.pop(one.new.sha)
    renamed = {one.path for one in from_paths.values()}
    return [
        _told(one, from_paths.get(one.path), content) for one in found if one.path not in renamed or one.new is not None
    ]


def _is_file(node: Node) -> bool:
    return node.kind == "file" and node.size > 0


def _told(one: Differing, source: Differing | None, content: Callable[[Node], bytes]) -> FileChange:
    old = source.old if source else one.old
    new = one.new
    same = old is not None and new is not None and (old.sha, old.kind) == (new.sha, new.kind)
    folder = "folder" in {old and old.kind, new and new.kind}
    return FileChange(
        path=one.path,
        kind=_kind(one, source, same=same or folder),
        from_path=source.path if source else None,
        old_mode=old.mode if old else None,
        new_mode=new.mode if new else None,
        old_size=old.size if old and not folder else None,
        new_size=new.size if new and not folder else None,
        diff=None if same or folder else unified(one.path, _text(old, content), _text(new, content)),
    )


def _kind(one: Differing, source: Differing | None, *, same: bool) -> Kind:
    if source is not None:
        return "renamed"
    if one.old is None:
        return "created"
    if one.new is None:
        return "deleted"
    return "mode" if same else "changed"


def _text(node: Node | None, content: Callable[[Node], bytes]) -> str | None:
    """The text of a content; None where it is not text or too long."""
    if node is None:
        return ""
    if node.size > _LONGEST:
        return None
    found = content(node)
    try:
        return None if b"\0" in found else found.decode()
    except UnicodeDecodeError:
        return None


def unified(path: str, old: str | None, new: str | None) -> str | None:
    """A unified diff of two texts with three lines around every change; None where one of them is none."""
    if old is None or new is None:
        return None
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if len(before) + len(after) > _LINES:
        return None
    lines = difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
