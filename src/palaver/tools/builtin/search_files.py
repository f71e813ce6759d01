"""search_files: passages of documents by what they are about; how they are found is decided in `files.searching`."""

from collections.abc import Iterable
from typing import Any

from palaver.files.searching import FoundPassages, Looked, Searching
from palaver.tools.builtin.blocking import schema
from palaver.tools.globs import glob
from palaver.tools.port import Outcome, Scene, ToolSpec

_LIMIT, _MOST = 8, 50
_TOLD = 10  # documents that cannot be read and are told by name

SPEC = ToolSpec(
    name="search_files",
    description=(
        "Find passages in the workspace's documents (text, PDF, Office, e-mail …) by words, best first. "
        "Cite what you use as [file, place]."
    ),
    parameters=schema(
        "query",
        query={"type": "string", "description": "Words; “…” for exact phrases."},
        path={"type": "string", "description": "Only files like reports/**"},
        limit={"type": "integer", "minimum": 1, "maximum": _MOST, "description": f"Passages; default {_LIMIT}."},
    ),
    effect="reads",
    replay_safe=True,
)


class SearchFiles:
    """The tool."""

    spec = SPEC

    def __init__(self, searching: Searching) -> None:
        self._searching = searching

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """Search."""
        fits = glob(arguments["path"]) if "path" in arguments else None
        looked = Looked(query=arguments["query"], fits=fits, limit=arguments.get("limit", _LIMIT))
        scene.progress("Searching files")
        found = await self._searching.find(scene.user_id, scene.session_id, scene.workspace, looked)
        return Outcome("\n".join(_told(found)))


def _told(found: FoundPassages) -> Iterable[str]:
    for one in found.items:
        also = f", also in {', '.join(one.also[:_TOLD])}" if one.also else ""
        yield f"{one.citation} (score {one.score:g}{also})\n{one.text}\n"
    if not found.items:
        yield f"Nothing found in {_counted(found.searched, 'file')}."
    if found.left:
        yield f"[{_counted(found.left, 'file')} could not be searched in time: search again.]"
    if found.not_read:
        told = "; ".join(f"{one.path}: {one.why}" for one in found.not_read[:_TOLD])
        more = f" And {len(found.not_read) - _TOLD} more." if len(found.not_read) > _TOLD else ""
        yield f"[Not read, or not wholly: {told}{more}]"
    if found.without_text:
        yield f"[{_counted(found.without_text, 'file')} without text, such as pictures.]"
    for notice in found.notices:
        yield f"[{notice}]"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
