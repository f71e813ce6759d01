"""One live connection to an MCP server, by the official SDK; who may use it, and when it is opened, is `pool.py`'s.

Imported only when a server is used: the SDK weighs 40 MB.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
import mcp_types as types
from mcp import MCPError
from mcp.client import Client, ClientRequestContext, Transport
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from palaver import __version__
from palaver.core.questions import Answers, Question
from palaver.tools.mcp import elicitation
from palaver.tools.mcp.catalog import Catalog, OfferedPrompt, OfferedResource, OfferedTool, PromptArgument, offered
from palaver.tools.mcp.crew import CallFailed
from palaver.tools.mcp.naming import full_name
from palaver.tools.mcp.results import outcome_of, outcome_of_reading, text_of_prompt
from palaver.tools.mcp.settings import McpSettings
from palaver.tools.port import Outcome, Scene

Answered = TypeVar("Answered")
Page = TypeVar("Page", bound=types.PaginatedResult)

MOST_PAGES = 20  # of any list; a server that never ends one is not followed
WELL_WITHIN = 2.0  # seconds
ROUNDS = 3  # how often a person is asked again whose answer does not fit
MOST_ASKED = 16  # questions of one call; a server that asks more is not heard
MOST_TOLD = 500  # lines of progress of one call; what comes after them is dropped


class Connection:
    """A `crew.Link` over the SDK's client. It asks people only on behalf of the call that has it."""

    def __init__(self, server: str, settings: McpSettings, changed: Callable[[], None]) -> None:
        self.ended = asyncio.Event()
        self.catalog = Catalog()
        self.shaken = False
        self.why = "it ended"
        self._server = server
        self._settings = settings
        self._changed = changed
        self._client: Client | None = None
        self._scene: Scene | None = None
        self._told_lines = self._asked_times = 0
        self._asking: set[anyio.CancelScope] = set()

    @asynccontextmanager
    async def over(self, transport: Transport) -> AsyncGenerator["Connection"]:
        """Open it, learn what the server offers, and close it in the end; all in the task of whoever enters."""
        client = Client(
            transport,
            client_info=types.Implementation(name="palaver", version=__version__),
            elicitation_callback=self._elicit,
            message_handler=self._told,
            cache=None,
        )
        async with client, anyio.create_task_group() as tasks:
            self._client = client
            await self.refresh()
            if client.protocol_version in MODERN_PROTOCOL_VERSIONS and self._tells_changes():
                tasks.start_soon(self._listen, client)
            try:
                yield self
            finally:
                self.ended.set()
                tasks.cancel_scope.cancel()

    async def call(self, tool: str, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """Use a tool. Cancelling this tells the server that its answer is not wanted any more."""
        self._scene = scene
        self._told_lines = self._asked_times = 0
        try:
            result = await self._asked(
                lambda client: client.call_tool(tool, arguments, progress_callback=self._progress)
            )
        finally:
            self._scene = None
            for scope in self._asking:
                scope.cancel()
        return outcome_of(result, self._settings.most_images)

    async def resources(self) -> list[OfferedResource]:
        """What can be read here."""
        pages = await self._pages(lambda client, at: client.list_resources(cursor=at))
        return [_resource(self._server, one) for page in pages for one in page.resources]

    async def read(self, uri: str) -> Outcome:
        """What stands in a resource."""
        result = await self._asked(lambda client: client.read_resource(uri))
        return outcome_of_reading(result, self._settings.most_images)

    async def prompts(self) -> list[OfferedPrompt]:
        """The prompts that are offered here."""
        pages = await self._pages(lambda client, at: client.list_prompts(cursor=at))
        return [_prompt(self._server, one) for page in pages for one in page.prompts]

    async def prompt(self, name: str, arguments: Mapping[str, str]) -> str:
        """The text of a prompt."""
        result = await self._asked(lambda client: client.get_prompt(name, dict(arguments)))
        return text_of_prompt(result.messages)

    async def refresh(self) -> None:
        """Ask anew what the server offers."""
        client = self._here()
        can = client.server_capabilities
        tools = await self._tools() if can.tools else []
        self.catalog = await asyncio.to_thread(
            offered,
            tools,
            resources=can.resources is not None,
            prompts=can.prompts is not None,
            settings=self._settings,
        )

    async def well(self) -> bool:
        """Whether the server answers, now that a call was cut short."""
        session = self._here().session
        version = session.protocol_version
        try:
            async with asyncio.timeout(WELL_WITHIN):
                if version in MODERN_PROTOCOL_VERSIONS:
                    await session.send_discover(version)
                else:
                    await session.send_request(types.PingRequest(), types.EmptyResult)
        except (TimeoutError, MCPError, anyio.ClosedResourceError, anyio.BrokenResourceError):
            return False
        return True

    async def _tools(self) -> list[OfferedTool]:
        pages = await self._pages(lambda client, at: client.list_tools(cursor=at))
        return [_tool(one) for page in pages for one in page.tools]

    async def _pages(self, ask: Callable[[Client, str | None], Awaitable[Page]]) -> list[Page]:
        pages = [await self._asked(lambda client: ask(client, None))]
        while (at := pages[-1].next_cursor) and len(pages) < MOST_PAGES:
            pages.append(await self._asked(lambda client, at=at: ask(client, at)))
        return pages

    async def _asked(self, ask: Callable[[Client], Awaitable[Answered]]) -> Answered:
        """What the server answers; raises `CallFailed` with what may be told."""
        try:
            return await ask(self._here())
        except asyncio.CancelledError:
            self.shaken = True
            raise
        except MCPError as error:
            if error.code == types.CONNECTION_CLOSED or error.message == "Session terminated":
                self.ended.set()
                raise CallFailed(f"The MCP server {self._server} was lost during the call: {self.why}.") from error
            raise CallFailed(error.message[:2_000] or "The MCP server refused the call.") from error
        except (anyio.ClosedResourceError, anyio.BrokenResourceError) as error:
            self.ended.set()
            raise CallFailed(f"The MCP server {self._server} was lost during the call: {self.why}.") from error
        except (ValidationError, RuntimeError) as error:
            raise CallFailed(
                f"The MCP server {self._server} gave an answer that the protocol does not know."
            ) from error

    def _here(self) -> Client:
        assert self._client is not None, "the connection is open"
        return self._client

    def _tells_changes(self) -> bool:
        tools = self._here().server_capabilities.tools
        return bool(tools and tools.list_changed)

    async def _listen(self, client: Client) -> None:
        """Newer servers tell what has changed only to those who ask to be told; the subscription may end, like all."""
        try:
            async with client.listen(tools_list_changed=True) as changes:
                async for _ in changes:
                    self._changed()
        except (MCPError, RuntimeError, TimeoutError):
            self._changed()  # what was missed is not known

    async def _told(self, message: types.ServerNotification | Exception) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self._changed()

    async def _progress(self, progress: float, total: float | None, message: str | None) -> None:
        self._told_lines += 1
        if self._scene is None or self._told_lines > MOST_TOLD:
            return
        share = f"{progress:g} of {total:g}" if total else f"{progress:g}"
        self._scene.progress(f"{message} ({share})" if message else share)

    async def _elicit(
        self, context: ClientRequestContext, params: types.ElicitRequestParams
    ) -> types.ElicitResult | types.ErrorData:
        scene = self._scene
        self._asked_times += 1
        if scene is None or self._asked_times > MOST_ASKED:
            return types.ErrorData(code=types.INVALID_REQUEST, message="Nobody is there to ask.")
        result = types.ElicitResult(action="cancel")
        with anyio.CancelScope() as scope:
            self._asking.add(scope)
            try:
                result = await self._ask(scene, params)
            finally:
                self._asking.discard(scope)
        return result

    async def _ask(self, scene: Scene, params: types.ElicitRequestParams) -> types.ElicitResult:
        if isinstance(params, types.ElicitRequestURLParams):
            answers = await scene.ask(elicitation.visit(self._server, params.message, params.url))
            return types.ElicitResult(action="accept" if elicitation.agreed(answers) else "decline")
        return await self._fill(scene, params.message, params.requested_schema)

    async def _fill(self, scene: Scene, message: str, schema: dict[str, Any]) -> types.ElicitResult:
        said = message
        for _ in range(ROUNDS):
            asked: tuple[Question, ...] = elicitation.questions(self._server, said, schema)
            answers: Answers = await scene.ask(asked)
            if answers.given is None:
                return types.ElicitResult(action="decline")
            if not schema.get("properties"):
                return types.ElicitResult(action="accept" if elicitation.agreed(answers) else "decline", content={})
            try:
                return types.ElicitResult(action="accept", content=elicitation.content(schema, answers))
            except elicitation.AnswerUnfit as error:
                said = f"{message}\n\n{error}"
        return types.ElicitResult(action="cancel")


def _tool(tool: types.Tool) -> OfferedTool:
    hints = tool.annotations
    return OfferedTool(
        tool.name,
        (tool.description or tool.title or tool.name)[:4_096],
        tool.input_schema,
        reads=bool(hints and hints.read_only_hint),
    )


def _resource(server: str, one: types.Resource) -> OfferedResource:
    return OfferedResource(server, one.uri, one.title or one.name, one.description or "", one.mime_type, one.size)


def _prompt(server: str, one: types.Prompt) -> OfferedPrompt:
    arguments = tuple(
        PromptArgument(argument.name, argument.description or "", bool(argument.required))
        for argument in one.arguments or ()
    )
    return OfferedPrompt(server, one.name, full_name(server, one.name), one.description or one.title or "", arguments)
