"""What the bus carries when a run's events are told: their lines, made into frames once for all readers."""

from palaver.core.ids import RunId, Seq, SessionId, UserId
from palaver.kit.frames import text_frame
from palaver.kit.sse import frame
from palaver.runs.confided import as_told_to, meant_for
from palaver.runs.records import kind


def topic_of_run(run_id: RunId) -> str:
    """Where a run's events are told."""
    return f"run:{run_id}"


def topic_of_session(session_id: SessionId) -> str:
    """Where the events of all runs of a session are told."""
    return f"session:{session_id}"


class Address:
    """Which run of which session: what stands in every event beside its own fields."""

    __slots__ = ("run_id", "run_topic", "session_id", "session_topic", "tail")

    def __init__(self, run_id: RunId, session_id: SessionId) -> None:
        self.run_id = run_id
        self.session_id = session_id
        self.run_topic = topic_of_run(run_id)
        self.session_topic = topic_of_session(session_id)
        self.tail = f',"run_id":"{run_id}","session_id":"{session_id}"}}'.encode()


class Told:
    """Adjacent events of one run: `lines` are (number, record), in order; `ends` says that the run is over.

    Where something among them is for one person alone, it says who asked (`asker`): most often that is who.
    """

    __slots__ = ("_frames", "_messages", "_views", "_whose", "address", "asker", "ends", "lines")

    def __init__(
        self, address: Address, lines: list[tuple[Seq, bytes]], *, ends: bool = False, asker: UserId | None = None
    ) -> None:
        self.address = address
        self.lines = lines
        self.ends = ends
        self.asker = asker
        self._views: dict[UserId | None, Told] = {}  # as many as it is for, and one for everybody else
        self._whose: list[UserId | None] | None = None
        self._frames: bytes | None = None
        self._messages: bytes | None = None

    @property
    def first(self) -> Seq:
        """The number of the first event."""
        return self.lines[0][0]

    @property
    def last(self) -> Seq:
        """The number of the last event."""
        return self.lines[-1][0]

    def weight(self) -> int:
        """About how many bytes it is."""
        return sum(map(len, [line for _, line in self.lines])) + 160 * len(self.lines)

    def frames(self) -> bytes:
        """All of them as server-sent events."""
        if self._frames is None:
            tail = self.address.tail
            self._frames = b"".join([frame(seq, kind(line), line[:-1] + tail) for seq, line in self.lines])
        return self._frames

    def messages(self) -> bytes:
        """All of them as messages of a WebSocket, one each, framed."""
        if self._messages is None:
            self._messages = b"".join([text_frame(one) for one in self.objects()])
        return self._messages

    def objects(self) -> list[bytes]:
        """Each of them as a JSON object."""
        return [line[:-1] + self.address.tail for _, line in self.lines]

    def after(self, seq: int) -> "Told | None":
        """What of them a reader who has `seq` does not have."""
        if self.first > seq:
            return self
        rest = [numbered for numbered in self.lines if numbered[0] > seq]
        return Told(self.address, rest, ends=self.ends, asker=self.asker) if rest else None

    def to(self, reader: UserId) -> "Told":
        """The same as `reader` may hear it; made once for all whom nothing among it is for."""
        asker = self.asker
        if asker is None:
            return self
        if self._whose is None:
            self._whose = [meant_for(line, asker) for _, line in self.lines]
        if all(one in (None, reader) for one in self._whose):
            return self
        which = reader if reader in self._whose else None
        if which not in self._views:
            lines = [(seq, as_told_to(reader, seq, line, asker)) for seq, line in self.lines]
            self._views[which] = Told(self.address, lines, ends=self.ends)
        return self._views[which]
