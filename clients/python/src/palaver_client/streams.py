"""A run that is listened to: its events, its text, its message, and answers to what it asks; it starts nothing."""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import Any, Generic

from palaver_client.errors import PalaverError
from palaver_client.following import Heard, Spoken, answered, told
from palaver_client.modes import Async, AsyncClosing, Closing, Mode, Resource, Runner, Sync, asked
from palaver_client.patience import Patience
from palaver_client.running import approved, cancelled, decided
from palaver_client.scripts import Request, Script, said
from palaver_client.sessions import Answers, Remember, spoken
from palaver_client.shapes import ApprovalView, Event, Message, RunView


class Run(Resource[Mode], Generic[Mode]):
    """One run, as far as it was heard."""

    def __init__(self, runner: Runner, patience: Patience, asking: Request, heard: Heard | None = None) -> None:
        super().__init__(runner, patience)
        self._asking = asking
        self._heard = heard or Heard()

    @property
    def run_id(self) -> str:
        """The run; there once its first event came."""
        if self._heard.run_id is None:
            raise PalaverError("Nothing was heard of the run yet.")
        return self._heard.run_id

    @property
    def session_id(self) -> str | None:
        """The session; there once the first event came."""
        return self._heard.session_id

    @property
    def seq(self) -> int:
        """The number of the last event: `client.follow(run_id, after=seq)` goes on from here, in any process."""
        return self._heard.seq

    @property
    def text(self) -> str:
        """The answer so far, without what became void."""
        return self._heard.text

    @property
    def message(self) -> Message | None:
        """The finished message, once it came."""
        return self._heard.message

    @property
    def waiting(self) -> tuple[str, ...]:
        """The calls that wait for a person, those of subagents too."""
        return tuple(self._heard.waiting)

    @asked
    def approve(
        self, call_id: str, *, arguments: dict[str, Any] | None = None, remember: Remember | None = None
    ) -> Script[ApprovalView]:
        """Let a call be made, with other arguments if there are some."""
        return approved(
            self._run_of(call_id), self._patience, said(call_id=call_id, arguments=arguments, remember=remember)
        )

    @asked
    def reject(self, call_id: str, message: str | None = None) -> Script[ApprovalView]:
        """Refuse a call, and say why if there is something to say."""
        return decided(
            self._run_of(call_id), self._patience, decision="reject", **said(call_id=call_id, message=message)
        )

    @asked
    def answer(self, call_id: str, answers: Answers) -> Script[ApprovalView]:
        """Answer questions: words for one question, or for each question a list of labels or words."""
        return decided(self._run_of(call_id), self._patience, decision="answer", call_id=call_id, **spoken(answers))

    @asked
    def cancel(self) -> Script[RunView]:
        """End the run; what was said stays, and its last events still come."""
        return cancelled(self.run_id, self._patience)

    def _run_of(self, call_id: str) -> str:
        return self._heard.waiting.get(call_id, self.run_id)

    def _events(self) -> Any:
        return self._tell(told(self._heard, self._asking, self._patience))

    def _rest(self) -> Any:
        return self._run(answered(self._heard, self._asking, self._patience))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._heard.run_id or 'not begun'}, {self._heard.seq} events>"


class RunStream(Run[Sync], Closing):
    """A run to iterate over: `for event in stream`."""

    _open: Generator[Event] | None = None

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        self._open = self._open or self._events()
        assert self._open is not None
        return next(self._open)

    @property
    def text_stream(self) -> Iterator[str]:
        """The answer as it grows."""
        spoken = Spoken()
        return (text for event in self if (text := spoken.take(event)))

    def final_message(self) -> Message:
        """Hear the run to its end, and give its message; raises what it failed with, or `Waiting`."""
        self.close()
        return self._rest()

    def close(self) -> None:
        """Stop listening; the run goes on."""
        if self._open is not None:
            self._open.close()
            self._open = None


class AsyncRunStream(Run[Async], AsyncClosing):
    """A run to iterate over: `async for event in stream`."""

    _open: AsyncGenerator[Event] | None = None

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        self._open = self._open or self._events()
        assert self._open is not None
        return await anext(self._open)

    @property
    def text_stream(self) -> AsyncIterator[str]:
        """The answer as it grows."""
        spoken = Spoken()
        return (text async for event in self if (text := spoken.take(event)))

    async def final_message(self) -> Message:
        """Hear the run to its end, and give its message; raises what it failed with, or `Waiting`."""
        await self.close()
        return await self._rest()

    async def close(self) -> None:
        """Stop listening; the run goes on."""
        if self._open is not None:
            await self._open.aclose()
            self._open = None
