"""`palaver config`: every setting with its value, its source and a sentence; it changes none."""

from typing import Annotated

import typer

from palaver.entry.cli.inforce import settings_in_force


def config(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the reference page instead.")] = False,
) -> None:
    """Print every setting: its value, where that comes from, and what it does. Secrets are hidden."""
    from palaver.entry.reference import as_markdown, as_text

    print(as_markdown() if markdown else as_text(settings_in_force()), end="" if markdown else "\n")
