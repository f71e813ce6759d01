"""The protocol's side of the MCP server: its requests become calls of ours, and what comes of them its results.

Only this file and `serving.py` know the SDK, which is imported when a client first comes: half a second and 40 MB.
"""

import logging
from typing import Any, NoReturn

import mcp_types as types
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http import EventCallback, EventStore
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from palaver import __version__
from palaver.core.errors import NotFound, PalaverError
from palaver.core.principal import Principal
from palaver.observability.logs import request_id
from palaver.surfaces.mcp_server import commands, shown
from palaver.surfaces.mcp_server.addresses import FILE_TEMPLATE, SESSION_TEMPLATE
from palaver.surfaces.mcp_server.again import HERE
from palaver.surfaces.mcp_server.behind import Behind
from palaver.surfaces.mcp_server.tools import TOOLS, Asked, Tool, use

log = logging.getLogger(__name__)

WHO = "palaver.principal"  # where the request's scope says who asks

INSTRUCTIONS = (
    "Palaver keeps conversations with language models and agents. `query` says something in a session, a new one where "
    "none is named, and gives the answer; `list_sessions`, `search` and `read_session` find what was said before. "
    "Sessions and their files are resources, too."
)

Context = ServerRequestContext[Any, Any]
Paged = types.PaginatedRequestParams | None


def server(behind: Behind) -> Server[Any]:
    """The server that answers every client, of every generation of the protocol."""
    answering = _Answering(behind)
    made = Server[Any](
        "palaver",
        version=__version__,
        title="Palaver",
        instructions=INSTRUCTIONS,
        get_tool_input_schema=lambda name: TOOLS[name].takes.model_json_schema() if name in TOOLS else None,
        on_list_tools=answering.tools,
        on_call_tool=answering.call,
        on_list_resources=answering.resources,
        on_list_resource_templates=answering.templates,
        on_read_resource=answering.resource,
        on_list_prompts=answering.prompts,
        on_get_prompt=answering.prompt,
        on_completion=answering.complete,
    )
    made.middleware.append(_in_words)
    return made


class Keeping(EventStore):
    """Writes down what is told in a session with a handshake; what is told again is `serving.py`'s.

    The SDK would tell it again itself, and lose what comes between the last old event and the first new one.
    """

    async def store_event(self, stream_id: str, message: types.JSONRPCMessage | None) -> str:
        """The name of the event; without a message it is only a name to come back with."""
        text = message.model_dump_json(by_alias=True, exclude_unset=True).encode() if message else b""
        answers = isinstance(message, types.JSONRPCResponse | types.JSONRPCError)
        return HERE.get().keep(stream_id, text, last=answers)

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
        """Not asked: requests to hear something again do not come this far."""
        return None


async def _in_words(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Errors of ours in their words; of what nobody foresaw, only where it is written down."""
    try:
        return await call_next(ctx)
    except (MCPError, ValidationError):
        raise
    except PalaverError as error:
        _refuse(error)
    except Exception as error:
        log.exception("A request of an MCP client failed", extra={"method": ctx.method})
        raise MCPError(types.INTERNAL_ERROR, _of_fault()) from error


class _Answering:
    """One method for each request of the protocol."""

    def __init__(self, behind: Behind) -> None:
        self._behind = behind

    async def tools(self, context: Context, params: Paged) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(one) for one in TOOLS.values()])

    async def call(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name[:200]}")

        async def report(step: float, words: str | None) -> None:
            await context.session.report_progress(step, message=words)

        try:
            brought = await use(tool, Asked(self._behind, _who(context), report), params.arguments or {})
        except PalaverError as error:
            return _failed(error.detail)
        links = [types.ResourceLink(uri=uri, name=name, mime_type="text/markdown") for uri, name in brought.links]
        said: list[Any] = [types.TextContent(text=brought.text)]
        can_link = context.protocol_version >= "2025-06-18"  # earlier ones know no links
        return types.CallToolResult(content=said + (links if can_link else []), structured_content=brought.data)

    async def resources(self, context: Context, params: Paged) -> types.ListResourcesResult:
        found, more = await shown.listed(self._behind, _who(context), params.cursor if params else None)
        return types.ListResourcesResult(resources=[_resource(one) for one in found], next_cursor=more)

    async def templates(self, context: Context, params: Paged) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=SESSION_TEMPLATE, name="session", title="A session", mime_type="text/markdown",
                    description="All that was said in a session, as Markdown.",
                ),
                types.ResourceTemplate(
                    uri_template=FILE_TEMPLATE, name="file", title="A file of a session",
                    description="A file in a session's workspace.",
                ),
            ]
        )  # fmt: skip

    async def resource(self, context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        try:
            found = await shown.read(self._behind, _who(context), str(params.uri))
        except NotFound as error:
            data = {"code": error.code, "status": 404, "uri": str(params.uri)}
            raise MCPError(types.INVALID_PARAMS, error.detail, data) from None
        if found.blob is not None:
            blob = types.BlobResourceContents(uri=found.uri, mime_type=found.media_type, blob=found.blob)
            return types.ReadResourceResult(contents=[blob])
        text = types.TextResourceContents(uri=found.uri, mime_type=found.media_type, text=found.text or "")
        return types.ReadResourceResult(contents=[text])

    async def prompts(self, context: Context, params: Paged) -> types.ListPromptsResult:
        found, more = await commands.listed(self._behind, _who(context), params.cursor if params else None)
        return types.ListPromptsResult(prompts=[_prompt(one) for one in found], next_cursor=more)

    async def prompt(self, context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        arguments = (params.arguments or {}).get(commands.ARGUMENTS, "")
        text = await commands.filled(self._behind, _who(context), params.name, arguments)
        return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=types.TextContent(text=text))])

    async def complete(self, context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        values: list[str] = []
        if isinstance(params.ref, types.ResourceTemplateReference):
            given = (params.context.arguments if params.context else None) or {}
            begun = shown.Begun(params.argument.name, params.argument.value, given.get("session_id"))
            values = await shown.completed(self._behind, _who(context), begun)
        more = len(values) >= shown.COMPLETED
        return types.CompleteResult(completion=types.Completion(values=values[: shown.COMPLETED], has_more=more))


def _who(context: Context) -> Principal:
    """Whoever sent this very request: a session of the protocol has no rights of its own."""
    request: Any = context.request
    return request.scope[WHO]


def _tool(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.says,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.gives,
        annotations=types.ToolAnnotations(
            title=tool.title, read_only_hint=tool.reads, destructive_hint=False, open_world_hint=not tool.reads
        ),
    )


def _resource(one: shown.Listed) -> types.Resource:
    return types.Resource(
        uri=one.uri,
        name=one.name,
        title=one.title,
        mime_type=one.media_type,
        size=one.size,
        annotations=types.Annotations(last_modified=one.changed) if one.changed else None,
    )


def _prompt(one: commands.Offered) -> types.Prompt:
    argument = types.PromptArgument(name=commands.ARGUMENTS, description=one.hint, required=False)
    return types.Prompt(name=one.name, description=one.description, arguments=[argument])


def _failed(words: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=words)], is_error=True)


def _refuse(error: PalaverError) -> NoReturn:
    code = types.INVALID_PARAMS if error.status < 500 else types.INTERNAL_ERROR
    data = {"code": error.code} if not isinstance(error, NotFound) else {"code": error.code, "status": 404}
    raise MCPError(code, error.detail, data) from None


def _of_fault() -> str:
    return f"Something went wrong on the server; its log says what, under {request_id.get() or 'this moment'}."
