"""`palaver agent | skill | command | mcp`: a person's definitions on the server; what they mean is its business."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast
from urllib.parse import quote

import typer

from palaver.entry.cli.asking import Key, Url, with_server
from palaver.entry.cli.waiting import one_line

if TYPE_CHECKING:
    from palaver.entry.cli.client import Client

# Where a kind's text stands, whose Markdown file has the rest in its front matter.
_TEXT = {"agents": "instructions", "skills": "body", "commands": "body"}
_LISTS = ("tools", "disallowed_tools", "allowed_tools", "skills", "mcp_servers")

Name = Annotated[str, typer.Argument(help="Its name or its id.")]
File = Annotated[Path, typer.Argument(help="A JSON file as the API takes it, or a Markdown file with front matter.")]


def shelf(path: str, what: str) -> typer.Typer:
    """The verbs of one kind."""
    app = typer.Typer(invoke_without_command=True, help=f"List, add and remove {what}.")

    @app.callback()
    def bare(context: typer.Context) -> None:
        """Alone, the word lists."""
        if context.invoked_subcommand is None:
            list_()

    @app.command("list")
    def list_(url: Url = None, key: Key = None) -> None:
        """List them: name, id, how it stands, where it comes from, what it is."""
        for item in with_server(url, key, lambda client: client.items(f"/{path}")):
            print(f"{item['name']}  {item['id']}  {_about(item)}".rstrip())

    @app.command()
    def add(
        file: File,
        name: Annotated[str | None, typer.Option(help="Its name; else the one in the file, or the file's.")] = None,
        url: Url = None,
        key: Key = None,
    ) -> None:
        """Add one from a file."""
        body = _read(path, file)
        body["name"] = name or body.get("name") or _name_of(file)
        print(with_server(url, key, lambda client: client.post(f"/{path}", body))["id"])

    @app.command()
    def remove(name: Name, url: Url = None, key: Key = None) -> None:
        """Remove one, with all its versions."""

        async def take(client: "Client") -> None:
            await client.delete(f"/{path}/{quote(await _id_of(client, path, name), safe='')}")

        with_server(url, key, take)

    return app


def _about(item: Mapping[str, Any]) -> str:
    told = (
        _state(item),
        item.get("source"),
        item.get("description"),
        item.get("url") or item.get("command"),
    )
    return one_line("  ".join(str(part) for part in told if part), 120)


async def _id_of(client: "Client", path: str, name: str) -> str:
    items = await client.items(f"/{path}")
    found = [item["id"] for item in items if name in (item["id"], item["name"])]
    if len(found) != 1:
        raise typer.BadParameter(f"There is no {name}." if not found else f"Several are called {name}: name one by id.")
    return str(found[0])


def _name_of(file: Path) -> str:
    return file.resolve().parent.name if file.name == "SKILL.md" else file.stem


def _read(path: str, file: Path) -> dict[str, Any]:
    try:
        text = file.read_text("utf-8")
        return _markdown(path, text) if file.suffix == ".md" and path in _TEXT else _object(text)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{file}: {error}") from None


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    raise ValueError("a JSON object is wanted")


def _markdown(path: str, text: str) -> dict[str, Any]:
    from palaver.agents.front_matter import parse, words

    fields, below = parse(text)
    body: dict[str, Any] = {_TEXT[path]: below}
    for said, value in fields.items():
        name = said.replace("-", "_")
        body[name] = words(value) if name in _LISTS else int(value) if name == "max_turns" else value
    return {name: value for name, value in body.items() if value is not None}


agent, skill = shelf("agents", "stored agents"), shelf("skills", "skills")
command, mcp = shelf("commands", "commands"), shelf("mcp-servers", "MCP servers")


def _state(item: Mapping[str, Any]) -> str | None:
    """How an MCP server fares; other things have no state."""
    status: dict[str, Any] = item.get("status") or {}
    return status.get("state")
