"""Conversations as the API has them: sessions, and what was said in them; how they are asked, `modes.py` says."""

from pathlib import Path
from typing import Any, BinaryIO, Generic, Literal, TypeAlias, Unpack

from palaver_client.following import watched
from palaver_client.modes import Mode, Resource, asked, told
from palaver_client.scripts import Request, Script, Telling, get, pages, path_of, said
from palaver_client.shapes import (
    ApprovalView,
    Checkpoint,
    Comparison,
    Effect,
    Event,
    FoundPassages,
    Imported,
    Interrupted,
    Manifest,
    Message,
    MessageFields,
    NewSession,
    Node,
    Rewound,
    Session,
    SessionFields,
)
from palaver_client.transfers import Progress, Source, brought, downloaded

Restored: TypeAlias = Literal["messages", "files"]
Remember: TypeAlias = Literal["session", "tool"]
Answers: TypeAlias = str | list[list[str]]
PermissionMode: TypeAlias = Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"]


class Sessions(Resource[Mode], Generic[Mode]):
    """Conversations."""

    @told
    def list(
        self, *, q: str | None = None, tag: str | None = None, archived: bool | None = None,
        project_id: str | None = None, limit: int | None = None,
    ) -> Telling[Session]:  # fmt: skip
        """All of them, the last active one first; `limit` is how many are fetched at a time."""
        return self._pages("/sessions", q=q, tag=tag, archived=archived, project_id=project_id, limit=limit)

    @asked
    def create(self, **fields: Unpack[NewSession]) -> Script[Session]:
        """A new one."""
        return self._post("/sessions", fields)

    @asked
    def get(self, session_id: str) -> Script[Session]:
        """One of them."""
        return self._get(path_of("sessions", session_id))

    @asked
    def update(self, session_id: str, **fields: Unpack[SessionFields]) -> Script[Session]:
        """Change what is given."""
        return self._patch(path_of("sessions", session_id), fields)

    @asked
    def delete(self, session_id: str) -> Script[None]:
        """Remove it, and everything in it."""
        return self._delete(path_of("sessions", session_id))

    @asked
    def fork(self, session_id: str, *, message_id: str | None = None, title: str | None = None) -> Script[Session]:
        """A new session from a message of this one on; this one stays as it is."""
        return self._post(path_of("sessions", session_id, "fork"), said(message_id=message_id, title=title))

    @told
    def tree(self, session_id: str) -> Telling[Node]:
        """Every message on every branch, without its text: what follows what."""
        return self._pages(path_of("sessions", session_id, "tree"))

    @told
    def checkpoints(self, session_id: str) -> Telling[Checkpoint]:
        """The points to which one can go back."""
        return self._pages(path_of("sessions", session_id, "checkpoints"))

    @asked
    def checkpoint(self, session_id: str, label: str | None = None) -> Script[Checkpoint]:
        """A point to go back to, here."""
        return self._post(path_of("sessions", session_id, "checkpoints"), said(label=label))

    @asked
    def rewind(
        self, session_id: str, checkpoint_id: str, *, restore: tuple[Restored, ...] = ("messages", "files"),
        preview: bool = False,
    ) -> Script[Rewound]:  # fmt: skip
        """Go back to a point, or only look what would come of it; what cannot be taken back is in `not_undone`."""
        body = {"checkpoint_id": checkpoint_id, "restore": restore, "preview": preview}
        return self._post(path_of("sessions", session_id, "rewind"), body)

    @asked
    def diff(self, session_id: str, since: str, until: str) -> Script[Comparison]:
        """What differs between two messages or checkpoints: messages, and files."""
        return self._get(path_of("sessions", session_id, "diff"), **{"from": since, "to": until})

    @told
    def effects(self, session_id: str) -> Telling[Effect]:
        """What its agent did that reached beyond the session."""
        return pages(path_of("sessions", session_id, "effects"), self._patience, by="after")

    @asked
    def context(self, session_id: str, *, question: str | None = None) -> Script[Manifest]:
        """What a model would see if it were asked now."""
        return self._get(path_of("sessions", session_id, "context"), question=question)

    @asked
    def summarize(self, session_id: str, *, focus: str | None = None) -> Script[Message]:
        """Put a summary in the place of what is older; its message says how much that saved."""
        return self._post(path_of("sessions", session_id, "summarize"), said(focus=focus))

    @told
    def summaries(self, session_id: str) -> Telling[Message]:
        """The summaries, and what each stands for."""
        return self._pages(path_of("sessions", session_id, "summaries"))

    @asked
    def passages(
        self, session_id: str, q: str, *, path: str | None = None, limit: int | None = None
    ) -> Script[FoundPassages]:
        """The passages of its files that say most about something."""
        return self._get(path_of("sessions", session_id, "passages"), q=q, path=path, limit=limit)

    @asked
    def interrupt(self, session_id: str) -> Script[Interrupted]:
        """End the run that answers in it, if there is one."""
        return self._post(path_of("sessions", session_id, "interrupt"))

    @asked
    def control(
        self, session_id: str, *, permission_mode: PermissionMode | None = None, model: str | None = None
    ) -> Script[Session]:
        """Change how freely the agent acts, or who answers: at once, within a running turn."""
        return self._post(
            path_of("sessions", session_id, "control"), said(permission_mode=permission_mode, model=model)
        )

    @asked
    def answer(self, session_id: str, answers: Answers, *, call_id: str | None = None) -> Script[ApprovalView]:
        """Answer the question that waits in it."""
        body = {"decision": "answer", **spoken(answers), **said(call_id=call_id)}
        return self._post(path_of("sessions", session_id, "answer"), body)

    @told
    def events(self, session_id: str) -> Telling[Event]:
        """Every event of its runs, whoever asks and through whichever door, until nobody iterates any more.

        It begins with the run that is under way, from its first event on, and comes back by itself.
        """
        return watched(session_id, self._patience)

    @asked
    def export(
        self, session_id: str, to: str | Path | BinaryIO, *, format: Literal["json", "markdown", "zip"] = "json",  # noqa: A002 - as the API says
        progress: Progress | None = None,
    ) -> Script[int]:  # fmt: skip
        """To a path or an open file: whole (`json`, with files `zip`), or to be read. How many bytes came."""
        return downloaded(get(path_of("sessions", session_id, "export"), format=format), to, (self._patience, progress))

    @asked
    def export_all(
        self, to: str | Path | BinaryIO, *, format: Literal["json", "markdown", "zip"] = "zip",  # noqa: A002 - as the API says
        progress: Progress | None = None,
    ) -> Script[int]:  # fmt: skip
        """All sessions, and projects, to a path or an open file. How many bytes came."""
        return downloaded(get("/export", format=format), to, (self._patience, progress))

    @asked
    def import_(self, source: Source, *, dry_run: bool = False, progress: Progress | None = None) -> Script[Imported]:
        """Bring what Palaver, ChatGPT or Claude exported: all of it or nothing. It is read as it is sent."""
        return brought(Request("POST", "/sessions/import", said(dry_run=dry_run or None)), source, progress)


class Messages(Resource[Mode], Generic[Mode]):
    """What was said."""

    @told
    def list(
        self, session_id: str, *, branch: str | None = None, sibling: int | None = None, limit: int | None = None
    ) -> Telling[Message]:
        """A session's messages along a branch, the oldest first; `sibling` goes through another one at `branch`."""
        return self._pages(path_of("sessions", session_id, "messages"), branch=branch, sibling=sibling, limit=limit)

    @asked
    def get(self, message_id: str) -> Script[Message]:
        """One of them."""
        return self._get(path_of("messages", message_id))

    @asked
    def edit(self, message_id: str, text: str) -> Script[Message]:
        """A sibling that says this instead; the message itself stays."""
        return self._patch(path_of("messages", message_id), {"text": text})

    @asked
    def update(self, message_id: str, **fields: Unpack[MessageFields]) -> Script[Message]:
        """Other parts, which make a sibling, or other metadata."""
        return self._patch(path_of("messages", message_id), fields)

    @asked
    def delete(self, message_id: str) -> Script[None]:
        """Remove it, and what follows it."""
        return self._delete(path_of("messages", message_id))

    @asked
    def context(self, message_id: str) -> Script[Manifest]:
        """What that answer was based on."""
        return self._get(path_of("messages", message_id, "context"))


def spoken(answers: Answers) -> dict[str, Any]:
    """Answers as the API takes them."""
    return {"message": answers} if isinstance(answers, str) else {"answers": answers}
