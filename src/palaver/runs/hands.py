"""Does what a run wants, each want in its own file; it decides neither when nor whether."""

from collections.abc import Coroutine, Sequence

from palaver.core.events import RunEvent
from palaver.runs.acting import Acting
from palaver.runs.asking import Asking
from palaver.runs.concluding import Concluding
from palaver.runs.live import Live
from palaver.runs.machine import AskModel, AskPerson, AwaitChild, Conclude, Rest, UseTool, Want


class RunHands:
    """The hands of all runs of this process."""

    def __init__(self, asking: Asking, acting: Acting, concluding: Concluding) -> None:
        self._asking = asking
        self._acting = acting
        self._concluding = concluding

    def perform(self, live: Live, want: Want) -> Coroutine[None, None, Sequence[RunEvent] | None]:
        """One want, done; whatever goes wrong becomes an event."""
        match want:
            case AskModel():
                return self._asking.ask(live)
            case UseTool(call_id=call_id):
                return self._acting.use(live, call_id)
            case Conclude():
                return self._concluding.conclude(live)
            case Rest():
                return self._concluding.rest(live)
            case AskPerson() | AwaitChild():
                raise AssertionError("what waits for somebody is no work of ours")
