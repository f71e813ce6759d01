"""`palaver doctor`: looks at everything Palaver needs and says what to do; it repairs nothing."""

import asyncio

import typer

from palaver.entry.cli.inforce import settings_in_force


def doctor() -> None:
    """Check settings, home, database, port and models; say what is wrong and what to do about it."""
    loaded = settings_in_force()

    from palaver.entry.cli.checks import Finding, checks

    async def look() -> bool:
        well = True
        async for finding in checks(loaded):
            well = well and finding.state != "wrong"
            print(_line(finding))
        return well

    def _line(finding: Finding) -> str:
        mark = {"well": "ok     ", "odd": "look   ", "wrong": "WRONG  "}[finding.state]
        return f"{mark}{finding.says}" + (f"\n       {finding.do}" if finding.do else "")

    if not asyncio.run(look()):
        raise typer.Exit(1)
