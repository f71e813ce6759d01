"""`palaver chat`: a conversation in the terminal, over the public API; how requests are made stands in `client.py`."""

import asyncio
import signal
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palaver.entry.cli.inforce import settings_in_force

if TYPE_CHECKING:
    from palaver.entry.cli.client import Client, Event, Request

DIM, PLAIN = "\x1b[2m", "\x1b[0m"


def chat(
    prompt: Annotated[str | None, typer.Argument(help="Ask this and leave; without it, a conversation begins.")] = None,
    session: Annotated[str | None, typer.Option(help="Go on with this session.")] = None,
    model: Annotated[str | None, typer.Option(help="Ask this model: provider/model.")] = None,
    url: Annotated[
        str | None, typer.Option(help="The server. Default: PALAVER_URL, else the one of this home.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="An API key. Better set PALAVER_KEY, which no one sees.")] = None,
) -> None:
    """Talk to a model. Ctrl-C stops an answer and keeps the conversation; Ctrl-D leaves."""
    loaded = settings_in_force()

    from palaver.entry.cli.reach import reach

    with asyncio.Runner() as runner:
        client = runner.run(reach(loaded.settings, url, key))
        try:
            talk = Talk(runner, client, session, model)
            went_well = talk.answer(prompt) if prompt is not None else talk.converse()
        finally:
            runner.run(client.close())
    if not went_well:
        raise typer.Exit(1)


class Talk:
    """One conversation: asks, prints what comes, and remembers the session."""

    def __init__(self, runner: asyncio.Runner, client: "Client", session: str | None, model: str | None) -> None:
        self._runner = runner
        self._client = client
        self._session = session
        self._model = model
        self._people = sys.stdin.isatty() and sys.stdout.isatty()

    def converse(self) -> bool:
        """Ask line by line until there are no more; an answer that is being written is heard to its end first."""
        well = self._hear_what_is_under_way()
        while (line := self._read()) is not None:
            if line.strip():
                well = self.answer(line)
        if self._people and self._session:
            print(f"\nGo on later: palaver chat --session {self._session}")
        return well

    def answer(self, prompt: str) -> bool:
        """Ask, and print the answer as it comes; whether it came without an error."""
        from palaver.entry.cli.client import asking

        body = {"prompt": prompt, "session_id": self._session, "model": self._model}
        return self._runner.run(self._turn(asking({name: value for name, value in body.items() if value is not None})))

    def _hear_what_is_under_way(self) -> bool:
        from palaver.entry.cli.client import following

        if self._session is None:
            return True
        found: dict[str, Any] = self._runner.run(self._client.get(f"/sessions/{self._session}"))
        if self._people:
            print(f"{DIM}{found.get('title') or self._session}{PLAIN}")
        run = found.get("active_run_id")
        return self._runner.run(self._turn(following(run, "0"))) if run else True

    def _read(self) -> str | None:
        try:
            return input("> " if self._people else "")
        except EOFError:
            return None

    async def _turn(self, request: "Request") -> bool:
        """Print one run. The first Ctrl-C stops it, and what is still on its way is heard; the next one leaves."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        telling = Telling(self._people)
        loop.add_signal_handler(signal.SIGINT, stop.set)
        try:
            async with asyncio.TaskGroup() as tasks:
                stopping = tasks.create_task(self._stop_when(stop, telling), name="stop on Ctrl-C")
                async with aclosing(self._client.turn(request)) as events:
                    async for event in events:
                        telling.tell(event)
                stopping.cancel()
        except ExceptionGroup as group:  # of one: whichever failed has ended the other
            raise group.exceptions[0] from group
        finally:
            loop.remove_signal_handler(signal.SIGINT)
        self._session = telling.session or self._session
        return telling.well

    async def _stop_when(self, stop: asyncio.Event, telling: "Telling") -> None:
        await stop.wait()
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        run = await telling.run
        await self._client.post(f"/runs/{run}/cancel")


class Telling:
    """Prints the events of one run, and keeps what the next turn needs."""

    def __init__(self, people: bool) -> None:
        self._people = people
        self.run: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.session: str | None = None
        self.well = True

    def tell(self, event: "Event") -> None:
        """Print one event: the answer on standard output, everything about it on standard error."""
        if not self.run.done():
            self.run.set_result(event["run_id"])
            self.session = event["session_id"]
        match event["type"]:
            case "content":
                print(event["content"], end="", flush=True)
            case "reasoning" if self._people:
                print(f"{DIM}{event['content']}{PLAIN}", end="", file=sys.stderr, flush=True)
            case "step_restarted":
                print("\n(the answer begins again)", file=sys.stderr)
            case "error":
                self.well = False
                print(f"\n{event['message']}", file=sys.stderr)
            case "done":
                self._end(event["finish_reason"])
            case _:
                pass

    def _end(self, finish_reason: str) -> None:
        print(flush=True)
        if finish_reason in ("interrupted", "length"):
            why = "stopped" if finish_reason == "interrupted" else "the answer reached its longest"
            print(f"({why})", file=sys.stderr)
