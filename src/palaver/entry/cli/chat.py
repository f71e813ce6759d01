"""`palaver chat`: a conversation in the terminal, over the public API; how requests are made stands in `client.py`."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from palaver.core.errors import PalaverError
from palaver.core.permissions import PermissionMode
from palaver.entry.cli.asking import Key, Url
from palaver.entry.cli.deciding import Desk, GoneAway
from palaver.entry.cli.inforce import settings_in_force
from palaver.entry.cli.telling import DIM, PLAIN, Telling
from palaver.entry.cli.waiting import Waiting, how_to_answer, one_line, safe_text, waiting_in

if TYPE_CHECKING:
    from palaver.entry.cli.client import Client, Request

# How a command ends that went well, that did not, and whose run waits for a person who is not there.
WELL, FAILED, WAITS = 0, 1, 3
MOST_SAID = 50  # messages of people from the team that are shown at once, the newest


Session = Annotated[str | None, typer.Option(help="Go on with this session.")]
Model = Annotated[str | None, typer.Option(help="Ask this model: provider/model.")]
Mode = Annotated[PermissionMode | None, typer.Option(help="How freely the agent may act.")]
Allow = Annotated[list[str] | None, typer.Option(help="Calls that need no asking: a rule. May be repeated.")]
Deny = Annotated[list[str] | None, typer.Option(help="Calls that are refused: a rule. May be repeated.")]
Agent = Annotated[str | None, typer.Option(help="Let this stored agent answer.")]
Turns = Annotated[int | None, typer.Option(help="Model calls that a turn may make.")]
Budget = Annotated[float | None, typer.Option(help="US dollars that a turn may cost.")]
Schema = Annotated[Path | None, typer.Option(help="A file with the JSON Schema that answers follow.")]
Servers = Annotated[Path | None, typer.Option(help="A file with MCP servers, by name, for these turns.")]


def chat(
    prompt: Annotated[str | None, typer.Argument(help="Ask this and leave; without it, a conversation begins.")] = None,
    session: Session = None,
    model: Model = None,
    mode: Mode = None,
    allow: Allow = None,
    deny: Deny = None,
    agent: Agent = None,
    max_turns: Turns = None,
    max_budget: Budget = None,
    json_schema: Schema = None,
    mcp_config: Servers = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Talk to a model. Ctrl-C stops an answer and keeps the conversation; Ctrl-D leaves.

    What needs your yes is asked for at the terminal. Where there is none, the command says how to answer, ends with
    exit code 3, and the run waits.
    """
    wishes = {
        "model": model,
        "permission_mode": mode,
        "allowed_tools": allow or None,
        "disallowed_tools": deny or None,
        "agent": agent,
        "max_turns": max_turns,
        "max_budget_usd": max_budget,
        "output_format": {"type": "json_schema", "schema": _json_of(json_schema)} if json_schema else None,
        "mcp_servers": _servers_of(mcp_config) if mcp_config else None,
    }
    _talk(prompt, session, {name: wish for name, wish in wishes.items() if wish is not None}, (url, key))


def _talk(
    prompt: str | None, session: str | None, wishes: Mapping[str, Any], at: tuple[str | None, str | None]
) -> None:
    loaded = settings_in_force()

    from palaver.entry.cli.reach import reach

    with asyncio.Runner() as runner:
        client = runner.run(reach(loaded.settings, *at))
        try:
            talk = Talk(runner, client, session, wishes)
            code = talk.answer(prompt) if prompt is not None else talk.converse()
        finally:
            runner.run(client.close())
    if code:
        raise typer.Exit(code)


def _json_of(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path}: {error}") from None
    if not isinstance(value, dict):
        raise typer.BadParameter(f"{path}: a JSON object is wanted.")
    return cast("dict[str, Any]", value)


def _servers_of(path: Path) -> dict[str, Any]:
    """The servers of a file, which may name them below `mcpServers` as other programs do."""
    found = _json_of(path)
    return found.get("mcpServers", found)


class Talk:
    """One conversation: asks, prints what comes, and remembers the session."""

    def __init__(
        self, runner: asyncio.Runner, client: "Client", session: str | None, wishes: Mapping[str, Any]
    ) -> None:
        self._runner = runner
        self._client = client
        self._session = session
        self._wishes = wishes
        self._last: Mapping[str, Any] = {}  # the newest message that is known here
        self._people = sys.stdin.isatty() and sys.stdout.isatty()
        self._decides = sys.stdin.isatty()

    def converse(self) -> int:
        """Ask line by line until there are no more; an answer that is being written is heard to its end first."""
        code = self._hear_what_is_under_way()
        while code != WAITS and (line := self._read()) is not None:
            if line.strip():
                code = self._answered(line)
            self._hear_people()
        if self._people and self._session:
            print(f"\nGo on later: palaver chat --session {self._session}")
        return code

    def answer(self, prompt: str) -> int:
        """Ask, and print the answer as it comes; how that went."""
        from palaver.entry.cli.client import asking

        where = {"session_id": self._session} if self._session else {}
        return self._runner.run(self._turn(asking({"prompt": prompt, **where, **self._wishes})))

    def _answered(self, prompt: str) -> int:
        """The same; where a person can ask again, what went wrong is told and ends nothing."""
        try:
            return self.answer(prompt)
        except PalaverError as error:
            if not self._people:
                raise
            print(error.detail, file=sys.stderr)
            return FAILED

    def _hear_what_is_under_way(self) -> int:
        from palaver.entry.cli.client import following

        if self._session is None:
            return WELL
        found: dict[str, Any] = self._runner.run(self._client.get(f"/sessions/{self._session}"))
        if self._people:
            print(f"{DIM}{one_line(found.get('title') or self._session)}{PLAIN}")
        run = found.get("active_run_id")
        return self._runner.run(self._turn(following(run))) if run else WELL

    def _hear_people(self) -> None:
        """Print what people from the team said since, and what was said of them, where one of them answers."""
        if self._session is None or self._last.get("provider") != "palaver":
            return
        said: list[Mapping[str, Any]] = self._runner.run(self._said_since(self._session, self._last["id"]))
        for message in said:
            who = f"{one_line(message['author']['name'])}: " if "author" in message else ""
            print(f"{who}{safe_text(message['text'])}", flush=True)
        if self._people:
            print(f"{DIM}(Enter alone shows whether they wrote more.){PLAIN}")

    async def _said_since(self, session: str, known: str) -> list[Mapping[str, Any]]:
        """The messages of people from the team, and about them, behind one that is known, oldest first."""
        said: list[Mapping[str, Any]] = []
        above = (await self._client.get(f"/sessions/{session}"))["head_message_id"]
        self._last = {**self._last, "id": above}
        while above != known and above is not None and len(said) < MOST_SAID:
            message = await self._client.get(f"/messages/{above}")
            said += [message] if message.get("provider") == "palaver" else []
            above = message["parent_id"]
        return said[::-1]

    def _read(self) -> str | None:
        try:
            return input("> " if self._people else "")
        except EOFError:
            return None

    async def _turn(self, request: "Request") -> int:
        """Print one run. The first Ctrl-C stops it, and what is still on its way is heard; the next one leaves."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        telling, desk = Telling(self._people), Desk(self._client)
        left: Waiting | None = None
        loop.add_signal_handler(signal.SIGINT, stop.set)
        try:
            async with asyncio.TaskGroup() as tasks:
                beside = [tasks.create_task(self._stop_when(stop, telling), name="stop on Ctrl-C")]
                if self._decides:
                    beside.append(tasks.create_task(desk.attend(), name="ask the person"))
                left = await self._hear(request, telling, desk)
                for task in beside:
                    task.cancel()
        except ExceptionGroup as group:  # of one: whichever failed has ended the others
            left = _left(group, desk)
        finally:
            loop.remove_signal_handler(signal.SIGINT)
        self._session = telling.session or self._session
        self._last = telling.message or self._last
        return self._waits(left) if left else WELL if telling.well else FAILED

    async def _hear(self, request: "Request", telling: "Telling", desk: Desk) -> Waiting | None:
        """Tell a run to its end; where nobody sits at a terminal, to what waits for somebody."""
        async with aclosing(self._client.turn(request)) as events:
            async for event in events:
                telling.tell(event)
                waiting = waiting_in(event)
                if self._decides:
                    desk.hear(event)
                elif waiting and await self._client.waits(waiting.call_id):
                    return waiting
        return None

    def _waits(self, waiting: Waiting) -> int:
        print(f"\n{how_to_answer(waiting)}", file=sys.stderr)
        print(f"Then go on with: palaver chat --session {self._session}", file=sys.stderr)
        return WAITS

    async def _stop_when(self, stop: asyncio.Event, telling: "Telling") -> None:
        await stop.wait()
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        run = await telling.run
        await self._client.cancel(run)


def _left(group: ExceptionGroup[Exception], desk: Desk) -> Waiting:
    """What the person left unanswered, where that is why the turn is not heard further; else the failure itself."""
    failure: BaseException = group
    while isinstance(failure, BaseExceptionGroup):
        failure = cast("BaseExceptionGroup[BaseException]", failure).exceptions[0]
    if isinstance(failure, GoneAway) and desk.asking:
        return desk.asking
    raise failure from group
