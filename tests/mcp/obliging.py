"""An MCP server that does what a test asks of it, by the SDK; run as a program: stdio, or http or sse on a port."""

import os
import sys
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, Elicit, ElicitationResult, MCPServer, Resolve
from mcp_types import ImageContent, ToolAnnotations
from pydantic import BaseModel

server = MCPServer("obliging")

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class Wish(BaseModel):
    """What the server wants to know."""

    colour: Literal["red", "green"]
    count: int
    note: str = ""


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def echo(text: str) -> str:
    """Say it back."""
    return text


@server.tool()
def pid() -> str:
    """The process that answers."""
    return str(os.getpid())


@server.tool()
def picture() -> ImageContent:
    """A small picture."""
    return ImageContent(type="image", data=PIXEL, mime_type="image/png")


@server.tool()
def structured() -> dict[str, int]:
    """Numbers."""
    return {"answer": 42}


@server.tool()
def fail(why: str) -> str:
    """Fail."""
    raise ValueError(why)


@server.tool()
def huge(size: int) -> str:
    """Say much."""
    return "x" * size


@server.tool()
def die() -> str:
    """End in the middle of the call."""
    os._exit(3)


@server.tool()
async def steps(count: int, context: Context[Any, Any]) -> str:
    """Report each of several steps."""
    for step in range(count):
        await context.report_progress(step + 1, count, f"step {step + 1}")
    return "done"


def question() -> Elicit[Wish]:
    """What is asked before `wish` is called."""
    return Elicit("What do you wish for?", Wish)


@server.tool()
def wish(answer: Annotated[ElicitationResult[Wish], Resolve(question)]) -> str:
    """Ask the person."""
    return f"{answer.action} {getattr(answer, 'data', None)}"


@server.tool()
async def grow(context: Context[Any, Any]) -> str:
    """Have one more tool from now on."""

    def grown() -> str:
        return "grown"

    server.add_tool(grown, name="grown", description="New.")
    await context.notify_tools_changed()
    return "grew"


@server.resource("memo://hello", description="A greeting.")
def hello() -> str:
    """The greeting."""
    return "Hello from a resource"


@server.prompt(description="Ask for a review.")
def review(code: str) -> str:
    """The prompt."""
    return f"Please review: {code}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        options = {"host": "127.0.0.1", "port": int(sys.argv[2])}
        server.run("streamable-http" if sys.argv[1] == "http" else "sse", **options)
    else:
        server.run("stdio")
