"""`palaver approvals`: what waits for this person, and their answers to it, from any terminal at any time."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from palaver.entry.cli.asking import Key, Url, with_server
from palaver.entry.cli.waiting import NotUnderstood, arguments_in, asked, chosen, one_line, shown, waiting_of

if TYPE_CHECKING:
    from palaver.entry.cli.client import Client

app = typer.Typer(invoke_without_command=True, help="List what waits for your yes or your answer, and answer it.")

Run = Annotated[str, typer.Argument(help="The run that waits.")]
Call = Annotated[str, typer.Argument(help="The call of it that waits.")]


@app.callback()
def list_(context: typer.Context, url: Url = None, key: Key = None) -> None:
    """List all that waits."""
    if context.invoked_subcommand is not None:
        return
    for item in with_server(url, key, lambda client: client.items("/approvals")):
        waiting = waiting_of(item)
        print(f"{waiting.run_id} {waiting.call_id}  {one_line(item.get('session_title') or item['session_id'], 60)}")
        told = shown(waiting) if waiting.kind == "approval" else "\n".join(asked(one) for one in waiting.questions)
        print("\n".join(f"  {line}" for line in told.splitlines()))
        print(f"  until {item['expires_at']}\n" if item.get("expires_at") else "")


@app.command()
def approve(
    run: Run,
    call: Call,
    arguments: Annotated[str | None, typer.Option(help="Run it with these arguments instead: JSON.")] = None,
    remember: Annotated[
        Literal["session", "tool"] | None, typer.Option(help="Say yes also to what is alike, from now on.")
    ] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Let a call be made."""
    edited = {"arguments": arguments_in(arguments)} if arguments is not None else {}
    kept = {"remember": remember} if remember else {}
    _send(url, key, run, {"call_id": call, "decision": "approve", **edited, **kept})


@app.command()
def reject(
    run: Run,
    call: Call,
    message: Annotated[str | None, typer.Option(help="Tell the agent why, or what to do instead.")] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Refuse a call."""
    said = {"message": message} if message else {}
    _send(url, key, run, {"call_id": call, "decision": "reject", **said})


@app.command()
def answer(
    run: Run,
    call: Call,
    answers: Annotated[list[str], typer.Argument(help="One for each question: a number, several, or own words.")],
    url: Url = None,
    key: Key = None,
) -> None:
    """Answer questions."""

    async def send(client: "Client") -> None:
        questions = await _questions(client, call)
        if len(questions) != len(answers):
            raise NotUnderstood(f"{len(questions)} answers are wanted, one for each question.")
        given = [chosen(question, typed) for question, typed in zip(questions, answers, strict=True)]
        await client.post(f"/runs/{run}/answers", {"call_id": call, "decision": "answer", "answers": given})

    with_server(url, key, send)


async def _questions(client: "Client", call: str) -> list[dict[str, Any]]:
    found = [item for item in await client.items("/approvals") if item["call_id"] == call]
    if not found:
        raise NotUnderstood("No such question waits for you.")
    return found[0].get("questions") or []


def _send(url: str | None, key: str | None, run: str, body: dict[str, Any]) -> None:
    with_server(url, key, lambda client: client.post(f"/runs/{run}/answers", body))
