"""Asks the person at the terminal about what waits, one by one, and sends what they say; it prints no events."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from palaver.entry.cli.waiting import (
    YES,
    NotUnderstood,
    Waiting,
    arguments_in,
    asked,
    chosen,
    decided,
    settled_in,
    shown,
    waiting_in,
)

if TYPE_CHECKING:
    from palaver.entry.cli.client import Client

_AT_ONCE = 65_536  # bytes of one line; a terminal hands over no more than 4,096 at a time


class GoneAway(Exception):
    """The person ended their input instead of answering."""


async def typed(prompt: str) -> str:
    """One line from the terminal, waited for in the loop, so that events and Ctrl-C are heard meanwhile."""
    print(prompt, end=" ", file=sys.stderr, flush=True)
    loop, side, line = asyncio.get_running_loop(), sys.stdin.fileno(), b""
    while not line.endswith(b"\n"):
        ready = asyncio.Event()
        loop.add_reader(side, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(side)
        piece = os.read(side, _AT_ONCE)
        if not piece:
            raise GoneAway
        line += piece
    return line.decode("utf-8", "replace").rstrip("\r\n")


class Desk:
    """Where what waits in one turn is decided."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()
        self._settled: set[str] = set()
        self._now: asyncio.Task[None] | None = None
        self.asking: Waiting | None = None

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take in what waits, and what no longer does: it may have been answered elsewhere."""
        if waiting := waiting_in(event):
            self._queue.put_nowait(waiting)
        settled = settled_in(event)
        if settled is None:
            return
        self._settled.add(settled)
        if self._now and self.asking and self.asking.call_id == settled and not self._now.done():
            self._now.cancel()
            print(file=sys.stderr)

    async def attend(self) -> None:
        """Ask about each in turn, as long as the turn lasts."""
        while True:
            waiting = await self._queue.get()
            if waiting.call_id in self._settled or not await self._client.waits(waiting.call_id):
                continue
            async with asyncio.TaskGroup() as tasks:
                self.asking = waiting
                self._now = tasks.create_task(self._ask(waiting), name="ask about a call")
            self._now = self.asking = None

    async def _ask(self, waiting: Waiting) -> None:
        from palaver.entry.cli.client import ServerConflict, ServerRefused

        print(f"\n{shown(waiting)}" if waiting.kind == "approval" else "", file=sys.stderr)
        while True:
            try:
                answer = await (_approval(waiting) if waiting.kind == "approval" else _answers(waiting))
                self.asking = None  # from here on, that it is settled is our own doing
                await self._client.post(f"/runs/{waiting.run_id}/answers", {"call_id": waiting.call_id, **answer})
            except ServerConflict:
                print("(answered before)", file=sys.stderr)
            except (NotUnderstood, ServerRefused) as error:
                print(error.detail, file=sys.stderr)
                self.asking = waiting
                continue
            return


async def _approval(waiting: Waiting) -> dict[str, Any]:
    answer = decided(await typed(f"[{YES}]"))
    if answer["decision"] == "reject" and "message" not in answer:
        why = (await typed("Why? (may be empty)")).strip()
        return {**answer, "message": why} if why else answer
    if "arguments" in answer and answer["arguments"] is None:
        return {**answer, "arguments": await _edited(dict(waiting.arguments))}
    return answer


async def _answers(waiting: Waiting) -> dict[str, Any]:
    given: list[list[str]] = []
    for question in waiting.questions:
        print(asked(question), file=sys.stderr)
        given.append(chosen(question, await typed(">")))
    return {"decision": "answer", "answers": given}


async def _edited(arguments: dict[str, Any]) -> dict[str, Any]:
    """As the person's editor leaves them; an editor that cannot be started is one line less comfortable."""
    import click

    before = json.dumps(arguments, ensure_ascii=False, indent=2)
    try:
        after = await asyncio.to_thread(click.edit, before, extension=".json")
    except click.ClickException:
        after = await typed("The arguments as JSON:")
    if after is None:
        raise NotUnderstood("Nothing was saved, so nothing was sent.")
    return arguments_in(after)
