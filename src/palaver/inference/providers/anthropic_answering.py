"""A streamed message of Anthropic's, from bytes to pieces: pure, so that any cutting gives the same answer."""

from typing import Literal

import msgspec

from palaver.core.errors import PalaverError
from palaver.core.messages import FinishReason
from palaver.inference import failures
from palaver.inference.port import Finished, Piece, ReasoningPiece, ReasoningSealPiece, TextPiece, ToolCallPiece
from palaver.inference.providers.anthropic_wire import UNREADABLE, Block, Event, Sums, decode, decode_reply
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.events import Events, TooLong
from palaver.inference.providers.seals import Seal, sealed

KIND = "anthropic_messages"
# what stands in a seal for a thought that the vendor hides altogether
HIDDEN = "redacted"

REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
}

_encode = msgspec.json.Encoder().encode


class _Open:
    """A block that is being told."""

    __slots__ = ("call_id", "index", "input", "kind", "name", "secret")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.secret = ""
        self.index = 0
        self.call_id = ""
        self.name = ""
        self.input: object = None


class Answer:
    """Takes the bytes of one reply and gives its pieces (see `streaming.Answering`)."""

    cut: Literal[False] = False

    def __init__(self, provider: str, model: str, ids: FreshIds) -> None:
        self.done = False
        self.failure: PalaverError | None = None
        self._provider = provider
        self._asked = model
        self._ids = ids
        self._events = Events()
        self._open: dict[int, _Open] = {}
        self._calls = 0
        self._started = False
        self._reason: FinishReason | None = None
        self._sums = Sums()
        self._model: str | None = None
        self._skipped = 0

    @property
    def complete(self) -> bool:
        return self._reason is not None

    def feed(self, data: bytes) -> list[Piece]:
        pieces: list[Piece] = []
        if self.done or self.failure is not None:
            return pieces
        try:
            for event in self._events.feed(data):
                self._read(event, pieces)
                if self.done:
                    break
        except TooLong:
            self.failure = failures.NotUnderstood(f"{self._provider} sent an event that is too long.")
        except PalaverError as failure:
            self.failure = failure
        return pieces

    def whole(self, body: bytes) -> list[Piece]:
        pieces: list[Piece] = []
        try:
            reply, failed = decode_reply(body), decode(body)
        except UNREADABLE:
            return self.feed(body) if b"data:" in body[:1_000] else pieces  # a stream under the wrong name
        try:
            if failed.error:
                raise failures.of_complaint(self._provider, failed.error)
            for index, block in enumerate(reply.content or ()):
                self._begin(index, block, pieces)
                self._close(index, pieces)
            self._model = reply.model
            self._sums.take(reply.usage)
            self._finish(reply.stop_reason)
        except PalaverError as failure:
            self.failure = failure
        return pieces

    def end(self) -> list[Piece]:
        pieces = self.feed(b"\n\n")
        if self.failure is not None:
            return pieces
        if self._reason is None and not self.done:
            self.failure = self._broke_off()
            return pieces
        reason = self._reason or "stop"
        if reason == "stop" and self._calls:
            reason = "tool_calls"
        pieces.append(Finished(reason, self._sums.usage(), self._model, self._skipped))
        return pieces

    def _read(self, data: bytes, pieces: list[Piece]) -> None:
        try:
            event = decode(data)
        except UNREADABLE:
            self._skipped += data != b"[DONE]"
            return
        delta = event.delta
        if delta is not None and delta.type == "text_delta" and delta.text and event.error is None:
            self._started = True
            _say(delta.text, pieces)
        else:
            self._take(event, pieces)

    def _take(self, event: Event, pieces: list[Piece]) -> None:
        if event.error or event.type == "error":
            raise failures.of_complaint(self._provider, event.error)
        index = event.index or 0
        match event.type:
            case "message_start" if event.message is not None:
                self._model = event.message.model
                self._sums.take(event.message.usage)
            case "content_block_start" if event.content_block is not None:
                self._begin(index, event.content_block, pieces)
            case "content_block_delta":
                self._grow(index, event, pieces)
            case "content_block_stop":
                self._close(index, pieces)
            case "message_delta":
                self._sums.take(event.usage)
                self._finish(event.delta.stop_reason if event.delta else None)
            case "message_stop":
                self.done = True
            case _:
                pass  # pings, and kinds of events to come

    def _begin(self, index: int, block: Block, pieces: list[Piece]) -> None:
        self._started = True
        self._open[index] = made = _Open(block.type or "")
        match block.type:
            case "text":
                _say(block.text or "", pieces)
            case "thinking":
                made.secret = block.signature or ""
                _think(block.thinking or "", pieces)
            case "redacted_thinking":
                made.secret = block.data or ""
            case "tool_use":
                made.index, made.call_id, made.name = self._calls, self._ids.of(block.id), block.name or ""
                made.input = block.input
                self._calls += 1
                pieces.append(ToolCallPiece(made.index, made.call_id, made.name, ""))
            case _:
                pass

    def _grow(self, index: int, event: Event, pieces: list[Piece]) -> None:
        delta, block = event.delta, self._open.get(index)
        if delta is None or block is None:
            return
        if delta.thinking:
            _think(delta.thinking, pieces)
        if delta.signature:
            block.secret += delta.signature
        if delta.partial_json and block.kind == "tool_use":
            block.input = None
            pieces.append(ToolCallPiece(block.index, block.call_id, block.name, delta.partial_json))

    def _close(self, index: int, pieces: list[Piece]) -> None:
        block = self._open.pop(index, None)
        if block is None:
            return
        if block.kind == "tool_use" and block.input:  # the arguments came whole, as some servers send them
            pieces.append(ToolCallPiece(block.index, block.call_id, block.name, _encode(block.input).decode()))
        if block.kind in ("thinking", "redacted_thinking") and block.secret:
            thing = HIDDEN if block.kind == "redacted_thinking" else ""
            seal = Seal(self._provider, self._asked, block.secret, thing)
            pieces.append(ReasoningSealPiece(sealed(KIND, seal)))

    def _finish(self, told: str | None) -> None:
        if told == "refusal":
            raise failures.AnswerWithheld(f"{self._provider} declined to answer.")
        if told is not None:
            self._reason = REASONS.get(told, "stop")

    def _broke_off(self) -> PalaverError:
        if self._started:
            return failures.ModelBrokeOff(f"{self._provider} broke off in the middle of the answer.")
        if self._skipped or self._model is None:
            return failures.NotUnderstood(
                f"{self._provider} did not answer as such a server does; check its base_url and kind."
            )
        return failures.ModelBrokeOff(f"{self._provider} said nothing.")


def _say(text: str, pieces: list[Piece]) -> None:
    last = pieces[-1] if pieces else None
    if isinstance(last, TextPiece):
        pieces[-1] = TextPiece(last.text + text)
    elif text:
        pieces.append(TextPiece(text))


def _think(text: str, pieces: list[Piece]) -> None:
    last = pieces[-1] if pieces else None
    if isinstance(last, ReasoningPiece):
        pieces[-1] = ReasoningPiece(last.text + text)
    elif text:
        pieces.append(ReasoningPiece(text))
