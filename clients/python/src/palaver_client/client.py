"""The two clients: `Palaver`, and `AsyncPalaver` whose methods are awaited; what their parts do stands elsewhere."""

import uuid
from collections.abc import Mapping
from typing import Any, Generic, Unpack

import httpx

from palaver_client.caring import Care
from palaver_client.company import Invitations, Members
from palaver_client.driving import AsyncRunner, SyncRunner
from palaver_client.filing import Files, Projects, Workspace
from palaver_client.following import Heard, answered, following
from palaver_client.modes import Async, AsyncClosing, Closing, Mode, Resource, Runner, Sync, asked, told
from palaver_client.patience import Patience
from palaver_client.running import Approvals, Runs
from palaver_client.scripts import Content, Request, Script, Telling, given, whole
from palaver_client.sending import Address
from palaver_client.service import ApiKeys, Auth, Models, Search, Service, Webhooks
from palaver_client.sessions import Messages, Sessions
from palaver_client.shapes import Asking, Message
from palaver_client.shelves import Agents, Commands, Grants, Hooks, McpServers, Memories, Skills, ToolPresets, Tools
from palaver_client.streams import AsyncRunStream, RunStream

DEFAULT_URL = "http://127.0.0.1:8321"
_PATIENCE = Patience()


class Client(Resource[Mode], Generic[Mode]):
    """What both have."""

    def __init__(self, runner: Runner, address: Address, patience: Patience) -> None:
        super().__init__(runner, patience)
        self._address = address
        self.sessions: Sessions[Mode] = Sessions(runner, patience)
        self.messages: Messages[Mode] = Messages(runner, patience)
        self.members: Members[Mode] = Members(runner, patience)
        self.invitations: Invitations[Mode] = Invitations(runner, patience)
        self.runs: Runs[Mode] = Runs(runner, patience)
        self.approvals: Approvals[Mode] = Approvals(runner, patience)
        self.search: Search[Mode] = Search(runner, patience)
        self.files: Files[Mode] = Files(runner, patience)
        self.workspace: Workspace[Mode] = Workspace(runner, patience)
        self.projects: Projects[Mode] = Projects(runner, patience)
        self.models: Models[Mode] = Models(runner, patience)
        self.agents: Agents[Mode] = Agents(runner, patience)
        self.skills: Skills[Mode] = Skills(runner, patience)
        self.commands: Commands[Mode] = Commands(runner, patience)
        self.hooks: Hooks[Mode] = Hooks(runner, patience)
        self.mcp_servers: McpServers[Mode] = McpServers(runner, patience)
        self.tools: Tools[Mode] = Tools(runner, patience)
        self.tool_presets: ToolPresets[Mode] = ToolPresets(runner, patience)
        self.grants: Grants[Mode] = Grants(runner, patience)
        self.memories: Memories[Mode] = Memories(runner, patience)
        self.webhooks: Webhooks[Mode] = Webhooks(runner, patience)
        self.api_keys: ApiKeys[Mode] = ApiKeys(runner, patience)
        self.auth: Auth[Mode] = Auth(runner, patience)
        self.care: Care[Mode] = Care(runner, patience)
        self.service: Service[Mode] = Service(runner, patience)

    @asked
    def ask(self, prompt: str | None = None, **options: Unpack[Asking]) -> Script[Message]:
        """Ask, and give the finished message; raises what the run failed with, or `Waiting`.

        However often the connection breaks, it is asked once.
        """
        return answered(Heard(), asking(prompt, options), self._patience)

    @asked
    def request(
        self, method: str, path: str, *, json: Any = None, query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None, content: Content | None = None,
    ) -> Script[Any]:  # fmt: skip
        """Anything else below /api/v1: the answer's JSON, or None where there is none.

        `content` makes the bytes of the body where that is no JSON; it is called for every time that it is sent.
        """
        again = method.upper() in ("GET", "HEAD", "PUT")
        made = Request(method.upper(), path, given(query or {}), json, headers or {}, content=content, again=again)
        return whole(made, self._patience)

    @told
    def items(self, path: str, **query: Any) -> Telling[Any]:
        """Every item of any other list, page by page."""
        return self._pages(path, **query)

    @told
    def pieces(self, path: str, **query: Any) -> Telling[bytes]:
        """The bytes of anything else that is no JSON, as they come: an export, for example."""
        return self._bytes(path, **query)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._address.url}>"


class Palaver(Client[Sync], Closing):
    """A client whose methods return when they are done. May be used by several threads."""

    def __init__(
        self, base_url: str = DEFAULT_URL, api_key: str | None = None, *, auth: httpx.Auth | None = None,
        timeout: float = 30.0, patience: Patience = _PATIENCE, http: httpx.Client | None = None,
    ) -> None:  # fmt: skip
        address = Address(base_url, api_key, auth, timeout)
        self._sync = SyncRunner(address, http)
        super().__init__(self._sync, address, patience)

    def stream(self, prompt: str | None = None, **options: Unpack[Asking]) -> RunStream:
        """Ask, and hear the answer as it comes; it is asked when somebody begins to iterate."""
        return RunStream(self._sync, self._patience, asking(prompt, options))

    def follow(self, run_id: str, *, after: int = 0) -> RunStream:
        """Hear a run that was begun before, from after an event on."""
        return RunStream(self._sync, self._patience, *_following(run_id, after))

    def close(self) -> None:
        """Let go of connections."""
        self._sync.close()


class AsyncPalaver(Client[Async], AsyncClosing):
    """A client whose methods are awaited."""

    def __init__(
        self, base_url: str = DEFAULT_URL, api_key: str | None = None, *, auth: httpx.Auth | None = None,
        timeout: float = 30.0, patience: Patience = _PATIENCE, http: httpx.AsyncClient | None = None,
    ) -> None:  # fmt: skip
        address = Address(base_url, api_key, auth, timeout)
        self._async = AsyncRunner(address, http)
        super().__init__(self._async, address, patience)

    def stream(self, prompt: str | None = None, **options: Unpack[Asking]) -> AsyncRunStream:
        """Ask, and hear the answer as it comes; it is asked when somebody begins to iterate."""
        return AsyncRunStream(self._async, self._patience, asking(prompt, options))

    def follow(self, run_id: str, *, after: int = 0) -> AsyncRunStream:
        """Hear a run that was begun before, from after an event on."""
        return AsyncRunStream(self._async, self._patience, *_following(run_id, after))

    async def close(self) -> None:
        """Let go of connections."""
        await self._async.close()


def asking(prompt: str | None, options: Mapping[str, Any]) -> Request:
    """A question. With its key it may be sent again, and starts one run."""
    body = {"prompt": prompt, **options} if prompt is not None else dict(options)
    key = body.pop("idempotency_key", None) or uuid.uuid4().hex
    return Request("POST", "/query", json=body, headers={"Idempotency-Key": key}, again=True)


def _following(run_id: str, after: int) -> tuple[Request, Heard]:
    return following(run_id, after), Heard(run_id=run_id if after else None, seq=after)
