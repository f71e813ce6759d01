"""`palaver doctor`: looks at all that Palaver needs, or at how safe it is, and says what to do; it repairs nothing."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.entry.settings import Settings

_MARKS = {"well": "ok     ", "odd": "look   ", "wrong": "WRONG  "}


def doctor(
    security: Annotated[bool, typer.Option("--security", help="Look at how safe this installation is.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --security: print findings as JSON.")] = False,
) -> None:
    """Check settings, home, database, port and models; say what is wrong and what to do about it."""
    loaded = settings_in_force()
    if security or as_json:
        _security(loaded.settings, as_json=as_json)
        return

    from palaver.entry.cli.checks import checks

    async def look() -> bool:
        well = True
        async for finding in checks(loaded):
            well = well and finding.state != "wrong"
            print(_line(finding.state, finding.says, finding.do))
        return well

    if not asyncio.run(look()):
        raise typer.Exit(1)


def _security(settings: "Settings", *, as_json: bool) -> None:
    """Exit code 1 where something is wrong; what is only odd may be meant so."""
    import msgspec

    from palaver.entry.cli.security import look
    from palaver.entry.safety import Weakness

    async def all_of_it() -> list[Weakness]:
        return [one async for one in look(settings)]

    found = asyncio.run(all_of_it())
    if as_json:
        print(msgspec.json.encode({"findings": [one._asdict() for one in found]}).decode())
    else:
        for one in found:
            print(_line(one.state, one.says, one.do))
        if not found:
            print(_line("well", "Nothing was found that should be otherwise.", None))
    if any(one.state == "wrong" for one in found):
        raise typer.Exit(1)


def _line(state: str, says: str, do: str | None) -> str:
    return f"{_MARKS[state]}{says}" + (f"\n       {do}" if do else "")
