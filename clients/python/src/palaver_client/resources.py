"""What the API has, as methods; each says what is asked, and `modes.py` makes it awaited or not."""

from pathlib import Path
from typing import Any, BinaryIO, Generic, Literal, TypeAlias, Unpack

from palaver_client.modes import Mode, Resource, asked, told
from palaver_client.patience import Patience
from palaver_client.scripts import Request, Script, Tell, Telling, fetched, get, pages, post, said, segment, whole
from palaver_client.shapes import (
    Agent,
    AgentFields,
    ApprovalView,
    Checkpoint,
    Fact,
    FileInfo,
    Message,
    ModelInfo,
    NewSession,
    Rewound,
    RunView,
    Session,
    SessionFields,
    UploadInfo,
)
from palaver_client.transfers import Progress, Source, downloaded, put, uploaded

Restored: TypeAlias = Literal["messages", "files"]
Remember: TypeAlias = Literal["session", "tool"]
Answers: TypeAlias = str | list[list[str]]


class Sessions(Resource[Mode], Generic[Mode]):
    """Conversations."""

    @told
    def list(
        self, *, q: str | None = None, tag: str | None = None, archived: bool | None = None,
        project_id: str | None = None, limit: int | None = None,
    ) -> Telling[Session]:  # fmt: skip
        """All of them, the last active one first; `limit` is how many are fetched at a time."""
        return pages("/sessions", self._patience, q=q, tag=tag, archived=archived, project_id=project_id, limit=limit)

    @asked
    def create(self, **fields: Unpack[NewSession]) -> Script[Session]:
        """A new one."""
        return whole(post("/sessions", fields), self._patience)

    @asked
    def get(self, session_id: str) -> Script[Session]:
        """One of them."""
        return whole(get(f"/sessions/{segment(session_id)}"), self._patience)

    @asked
    def update(self, session_id: str, **fields: Unpack[SessionFields]) -> Script[Session]:
        """Change what is given."""
        return whole(Request("PATCH", f"/sessions/{segment(session_id)}", json=fields), self._patience)

    @asked
    def delete(self, session_id: str) -> Script[None]:
        """Remove it, and everything in it."""
        return whole(Request("DELETE", f"/sessions/{segment(session_id)}"), self._patience)

    @asked
    def fork(self, session_id: str, *, message_id: str | None = None, title: str | None = None) -> Script[Session]:
        """A new session from a message of this one on."""
        body = said(message_id=message_id, title=title)
        return whole(post(f"/sessions/{segment(session_id)}/fork", body), self._patience)

    @told
    def checkpoints(self, session_id: str) -> Telling[Checkpoint]:
        """The points to which one can go back."""
        return pages(f"/sessions/{segment(session_id)}/checkpoints", self._patience)

    @asked
    def rewind(
        self, session_id: str, checkpoint_id: str, *, restore: tuple[Restored, ...] = ("messages", "files")
    ) -> Script[Rewound]:
        """Go back to a point; what cannot be taken back stands in `not_undone`."""
        body = {"checkpoint_id": checkpoint_id, "restore": restore}
        return whole(post(f"/sessions/{segment(session_id)}/rewind", body), self._patience)

    @asked
    def interrupt(self, session_id: str) -> Script[Any]:
        """End the run that answers in it, if there is one."""
        return whole(post(f"/sessions/{segment(session_id)}/interrupt"), self._patience)


class Messages(Resource[Mode], Generic[Mode]):
    """What was said."""

    @told
    def list(self, session_id: str, *, branch: str | None = None, limit: int | None = None) -> Telling[Message]:
        """A session's messages along a branch, the oldest first."""
        return pages(f"/sessions/{segment(session_id)}/messages", self._patience, branch=branch, limit=limit)

    @asked
    def get(self, message_id: str) -> Script[Message]:
        """One of them."""
        return whole(get(f"/messages/{segment(message_id)}"), self._patience)

    @asked
    def edit(self, message_id: str, text: str) -> Script[Message]:
        """A sibling that says this instead; the message itself stays."""
        return whole(Request("PATCH", f"/messages/{segment(message_id)}", json={"text": text}), self._patience)

    @asked
    def delete(self, message_id: str) -> Script[None]:
        """Remove it, and what follows it."""
        return whole(Request("DELETE", f"/messages/{segment(message_id)}"), self._patience)


class Runs(Resource[Mode], Generic[Mode]):
    """Answers that are under way, or were."""

    @asked
    def get(self, run_id: str) -> Script[RunView]:
        """One of them."""
        return whole(get(f"/runs/{segment(run_id)}"), self._patience)

    @asked
    def cancel(self, run_id: str) -> Script[RunView]:
        """End it; what was said stays."""
        return cancelled(run_id, self._patience)

    @asked
    def approve(
        self, run_id: str, call_id: str, *, arguments: dict[str, Any] | None = None, remember: Remember | None = None
    ) -> Script[ApprovalView]:
        """Let a call be made, with other arguments if there are some."""
        given = said(call_id=call_id, arguments=arguments, remember=remember)
        return decided(run_id, self._patience, decision="approve", **given)

    @asked
    def reject(self, run_id: str, call_id: str, message: str | None = None) -> Script[ApprovalView]:
        """Refuse a call, and say why if there is something to say."""
        return decided(run_id, self._patience, decision="reject", **said(call_id=call_id, message=message))

    @asked
    def answer(self, run_id: str, call_id: str, answers: Answers) -> Script[ApprovalView]:
        """Answer questions: words for one question, or for each question a list of labels or words."""
        return decided(run_id, self._patience, decision="answer", call_id=call_id, **spoken(answers))


class Approvals(Resource[Mode], Generic[Mode]):
    """What waits for a person."""

    @told
    def list(self) -> Telling[ApprovalView]:
        """All that waits for whoever asks; `client.runs` answers it."""
        return pages("/approvals", self._patience)


class Models(Resource[Mode], Generic[Mode]):
    """What can be asked."""

    @told
    def list(self) -> Telling[ModelInfo]:
        """All of them."""
        return pages("/models", self._patience)


class Agents(Resource[Mode], Generic[Mode]):
    """Who answers."""

    @told
    def list(self) -> Telling[Agent]:
        """All that are yours, shared, or from the disk."""
        return pages("/agents", self._patience)

    @asked
    def create(self, name: str, **fields: Unpack[AgentFields]) -> Script[Agent]:
        """A new one."""
        return whole(post("/agents", {"name": name, **fields}), self._patience)

    @asked
    def get(self, agent_id: str) -> Script[Agent]:
        """One of them."""
        return whole(get(f"/agents/{segment(agent_id)}"), self._patience)

    @asked
    def delete(self, agent_id: str) -> Script[None]:
        """Remove it."""
        return whole(Request("DELETE", f"/agents/{segment(agent_id)}"), self._patience)


class Memories(Resource[Mode], Generic[Mode]):
    """Facts that Palaver remembers of you."""

    @told
    def list(self) -> Telling[Fact]:
        """All of them."""
        return pages("/memories", self._patience)

    @asked
    def create(self, text: str) -> Script[Fact]:
        """Remember this."""
        return whole(post("/memories", {"text": text}), self._patience)

    @asked
    def delete(self, memory_id: str) -> Script[None]:
        """Forget it."""
        return whole(Request("DELETE", f"/memories/{segment(memory_id)}"), self._patience)


class Files(Resource[Mode], Generic[Mode]):
    """Files for messages: brought in once, and named by `file_id` in parts of messages."""

    @told
    def list(self) -> Telling[UploadInfo]:
        """All of them, the newest first."""
        return pages("/files", self._patience)

    @asked
    def upload(
        self, source: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Script[UploadInfo]:
        """Bring one in: a path, bytes, or an open file. It is read as it is sent, and `progress` hears how far."""
        return _first(uploaded(Request("POST", "/files"), source, (name, progress)))

    @asked
    def get(self, file_id: str) -> Script[UploadInfo]:
        """What is known of one."""
        return whole(get(f"/files/{segment(file_id)}"), self._patience)

    @asked
    def download(self, file_id: str, to: str | Path | BinaryIO, *, progress: Progress | None = None) -> Script[int]:
        """To a path or an open file; what breaks is taken up where it was. How many bytes came."""
        return downloaded(get(f"/files/{segment(file_id)}/content"), to, (self._patience, progress))

    @asked
    def delete(self, file_id: str) -> Script[None]:
        """Remove it."""
        return whole(Request("DELETE", f"/files/{segment(file_id)}"), self._patience)


class Workspace(Resource[Mode], Generic[Mode]):
    """The files of a session, which its agent sees as well."""

    @told
    def list(self, session_id: str, *, folder: str | None = None) -> Telling[FileInfo]:
        """All of them, or those below a folder."""
        return pages(f"/sessions/{segment(session_id)}/files", self._patience, folder=folder)

    @asked
    def upload(
        self, session_id: str, path: str, source: Source, *, progress: Progress | None = None
    ) -> Script[FileInfo]:
        """Bring one in, over what stands there: a path, bytes, or an open file. It is read as it is sent."""
        return put(Request("PUT", _file(session_id, path)), source, progress)

    @asked
    def download(
        self, session_id: str, path: str, to: str | Path | BinaryIO, *, progress: Progress | None = None
    ) -> Script[int]:
        """To a path or an open file; what breaks is taken up where it was. How many bytes came."""
        return downloaded(get(_file(session_id, path)), to, (self._patience, progress))

    @told
    def pieces(self, session_id: str, path: str) -> Telling[bytes]:
        """Its bytes, as they come."""
        return fetched(get(_file(session_id, path)), self._patience, Tell)

    @asked
    def delete(self, session_id: str, path: str) -> Script[None]:
        """Remove a file, or a folder with everything in it."""
        return whole(Request("DELETE", _file(session_id, path)), self._patience)


def decided(run_id: str, patience: Patience, **body: Any) -> Script[ApprovalView]:
    """What a person says about a call of a run."""
    return whole(post(f"/runs/{segment(run_id)}/answers", body), patience)


def spoken(answers: Answers) -> dict[str, Any]:
    """Answers as the API takes them."""
    return {"message": answers} if isinstance(answers, str) else {"answers": answers}


def cancelled(run_id: str, patience: Patience) -> Script[RunView]:
    """The end of a run; ended twice it is ended."""
    return whole(Request("POST", f"/runs/{segment(run_id)}/cancel", again=True), patience)


def _first(script: Script[Any]) -> Script[Any]:
    page = yield from script
    return page["items"][0]


def _file(session_id: str, path: str) -> str:
    return f"/sessions/{segment(session_id)}/files/" + "/".join(segment(name) for name in path.split("/"))
