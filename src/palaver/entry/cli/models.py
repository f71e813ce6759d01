"""`palaver models`: which models the server can ask; over the public API."""

import asyncio
from typing import Annotated, Any

import typer

from palaver.entry.cli.inforce import settings_in_force


def models(
    url: Annotated[
        str | None, typer.Option(help="The server. Default: PALAVER_URL, else the one of this home.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="An API key. Better set PALAVER_KEY, which no one sees.")] = None,
) -> None:
    """List the models that can be asked."""
    loaded = settings_in_force()

    from palaver.entry.cli.reach import reach

    async def look() -> list[dict[str, Any]]:
        client = await reach(loaded.settings, url, key)
        try:
            return (await client.get("/models"))["items"]
        finally:
            await client.close()

    found = asyncio.run(look())
    width = max((len(model["id"]) for model in found), default=0)
    for model in found:
        print(f"{model['id']:{width}}  {_says(model)}".rstrip())


def _says(model: dict[str, Any]) -> str:
    """What one would choose by: the window, the price, whether it answers now."""
    window = f"{model['context_window']:,} tokens" if model.get("context_window") else ""
    state = "" if model.get("ready", True) else "not ready"
    return ", ".join(part for part in (model.get("name"), window, "local" if model.get("local") else "", state) if part)
