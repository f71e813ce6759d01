"""`palaver care`: what other rules or another policy would change, before they hold; it changes nothing."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.care.policy.replaying import Agreement, Change, Replayed

app = typer.Typer(no_args_is_help=True, help="Look at how words of people in danger are judged.")

_Examples = Annotated[Path, typer.Argument(help="JSON lines: text, and if known label (none to critical) and id.")]
_Policy = Annotated[Path | None, typer.Option(help="A policy as JSON, instead of the one that holds.")]
_Rules = Annotated[Path | None, typer.Option(help="Rules of danger (TOML), instead of those that ship.")]
_Words = Annotated[Path | None, typer.Option(help="Words of the rules (TOML), instead of those that ship.")]


@app.callback()
def care() -> None:
    """So that `dry-run` stays a verb of its own."""


@app.command("dry-run")
def dry_run(
    examples: _Examples,
    policy: _Policy = None,
    rules: _Rules = None,
    words: _Words = None,
    most: Annotated[int, typer.Option(min=0, help="How many changes are shown at most.")] = 50,
) -> None:
    """Read labelled examples with other rules or another policy, and show what would change, but no text.

    It ends with 1 where something would become less urgent.
    """
    from palaver.entry.cli.replayed import Other, replayed

    found = replayed(settings_in_force().settings, examples, Other(policy, rules, words))
    for line in _told(found, most):
        print(line)
    lowered = sum(one.lowered for one in found.changes)
    if lowered:
        print(f"{lowered} of them would become less urgent.", file=sys.stderr)
        raise typer.Exit(1)


def _told(found: "Replayed", most: int) -> Iterator[str]:
    yield f"{'urgency':<10}{'now':>8}{'then':>8}"
    for urgency in ("none", "low", "medium", "high", "critical"):
        yield f"{urgency:<10}{found.now[urgency]:>8}{found.then[urgency]:>8}"
    if found.fits_now.labelled:
        yield f"now:  {_fits(found.fits_now)}"
        yield f"then: {_fits(found.fits_then)}"
    yield f"{len(found.changes)} would change."
    yield from map(_change, found.changes[:most])
    if len(found.changes) > most:
        yield f"  and {len(found.changes) - most} more"


def _fits(fit: "Agreement") -> str:
    return f"{fit.found} of {fit.asked} found at their label or above, {fit.above} of {fit.labelled} above it"


def _change(one: "Change") -> str:
    example = one.example
    name = f" ({example.id})" if example.id else ""
    label = f", labelled {example.label}" if example.label else ""
    by = f" by {', '.join(one.rules)}" if one.rules else ""
    return f"  line {example.line}{name}: {one.now} -> {one.then}{by}{label}"
