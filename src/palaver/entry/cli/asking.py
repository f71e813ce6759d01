"""One request to the server for verbs that make no conversation; it prints nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.entry.cli.client import Client

T = TypeVar("T")

Url = Annotated[str | None, typer.Option(help="The server. Default: PALAVER_URL, else the one of this home.")]
Key = Annotated[str | None, typer.Option(help="An API key. Better set PALAVER_KEY, which no one sees.")]


def with_server(url: str | None, key: str | None, do: Callable[["Client"], Awaitable[T]]) -> T:
    """Do one thing with the server that is meant."""
    loaded = settings_in_force()

    async def once() -> T:
        from palaver.entry.cli.reach import reach

        client = await reach(loaded.settings, url, key)
        try:
            return await do(client)
        finally:
            await client.close()

    return asyncio.run(once())
