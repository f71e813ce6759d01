"""A streamed answer of OpenAI's responses, from bytes to pieces: pure, so that any cutting gives the same answer."""

from palaver.core.errors import PalaverError
from palaver.core.messages import FinishReason
from palaver.inference import failures
from palaver.inference.port import Finished, Piece, ReasoningPiece, ReasoningSealPiece, TextPiece, ToolCallPiece
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.events import Events, TooLong
from palaver.inference.providers.fields import group
from palaver.inference.providers.responses_wire import (
    UNREADABLE,
    Event,
    Item,
    Response,
    decode,
    decode_response,
    text_in,
    usage_of,
)
from palaver.inference.providers.seals import Seal, sealed
from palaver.inference.providers.stopping import Stops

KIND = "openai_responses"
BETWEEN_SUMMARIES = "\n\n"


class _Open:
    """An item that is being told; `told` says whether anything of it was."""

    __slots__ = ("call_id", "index", "name", "told")

    def __init__(self) -> None:
        self.told = False
        self.index = -1
        self.call_id = ""
        self.name = ""


class Answer:
    """Takes the bytes of one reply and gives its pieces (see `streaming.Answering`)."""

    def __init__(self, provider: str, model: str, ids: FreshIds, stops: Stops) -> None:
        self.done = False
        self.failure: PalaverError | None = None
        self._provider = provider
        self._asked = model
        self._ids = ids
        self._stops = stops
        self._events = Events()
        self._open: dict[int, _Open] = {}
        self._calls = 0
        self._started = False
        self._reason: FinishReason | None = None
        self._over: Response | None = None
        self._model: str | None = None
        self._skipped = 0

    @property
    def complete(self) -> bool:
        return self._over is not None

    @property
    def cut(self) -> bool:
        return self._stops.stopped

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
            response = decode_response(body)
        except UNREADABLE:
            return self.feed(body) if b"data:" in body[:1_000] else pieces  # a stream under the wrong name
        try:
            for index, item in enumerate(response.output or ()):
                self._end_item(index, item, pieces)
            if response.status or response.output is not None or response.error:
                self._end(response)
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
        if rest := self._stops.rest():
            pieces.append(TextPiece(rest))
        reason = self._reason or "stop"
        if reason == "stop" and self._calls and not self.cut:
            reason = "tool_calls"
        usage = usage_of(self._over.usage) if self._over else None
        pieces.append(Finished(reason, usage, self._model, self._skipped))
        return pieces

    def _read(self, data: bytes, pieces: list[Piece]) -> None:
        try:
            event = decode(data)
        except UNREADABLE:
            self._skipped += data != b"[DONE]"
            return
        if event.type in ("response.output_text.delta", "response.refusal.delta"):
            self._item(event).told = True
            self._say(event.delta, pieces)
        else:
            self._take(event, pieces)

    def _take(self, event: Event, pieces: list[Piece]) -> None:
        match event.type:
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                self._item(event).told = True
                _think(event.delta, pieces)
            case "response.reasoning_summary_part.added" if event.summary_index:
                _think(BETWEEN_SUMMARIES, pieces)
            case "response.output_item.added" if event.item is not None:
                self._begin(event, event.item, pieces)
            case "response.function_call_arguments.delta":
                self._grow(self._item(event), event.delta, pieces)
            case "response.output_item.done" if event.item is not None:
                self._end_item(event.output_index or 0, event.item, pieces)
            case "response.created" if event.response is not None:
                self._model = event.response.model
            case "response.completed" | "response.incomplete" | "response.failed" if event.response is not None:
                self._end(event.response)
            case "error" | None:
                self._complain(event)
            case _:
                pass  # what is repeated elsewhere, and kinds of events to come

    def _item(self, event: Event) -> _Open:
        index = event.output_index or 0
        known = self._open.get(index)
        if known is None:
            known = self._open[index] = _Open()
        return known

    def _begin(self, event: Event, item: Item, pieces: list[Piece]) -> None:
        self._started = True
        if item.type == "function_call":
            self._call(self._item(event), item, pieces)

    def _call(self, known: _Open, item: Item, pieces: list[Piece]) -> None:
        known.index, known.call_id, known.name = self._calls, self._ids.of(item.call_id), item.name or ""
        self._calls += 1
        pieces.append(ToolCallPiece(known.index, known.call_id, known.name, item.arguments or ""))
        known.told = bool(item.arguments)

    def _grow(self, known: _Open, delta: object, pieces: list[Piece]) -> None:
        if isinstance(delta, str) and delta and known.index >= 0:
            known.told = True
            pieces.append(ToolCallPiece(known.index, known.call_id, known.name, delta))

    def _end_item(self, index: int, item: Item, pieces: list[Piece]) -> None:
        """An item is whole. What was told of it in pieces is not told again."""
        self._started = True
        known = self._open.setdefault(index, _Open())
        match item.type:
            case "function_call":
                if known.index < 0:
                    self._call(known, item, pieces)
                elif not known.told:
                    self._grow(known, item.arguments, pieces)
            case "message" if not known.told:
                self._say(text_in(item.content), pieces)
            case "reasoning":
                if not known.told:
                    _think(text_in(item.summary), pieces)
                if item.encrypted_content:
                    seal = Seal(self._provider, self._asked, item.encrypted_content, item.id or "")
                    pieces.append(ReasoningSealPiece(sealed(KIND, seal)))
            case _:
                pass

    def _end(self, response: Response) -> None:
        if response.error or response.status == "failed":
            raise failures.of_complaint(self._provider, response.error)
        self._model = response.model or self._model
        self._over = response
        self._reason = "stop"
        if response.status == "incomplete":
            why = group({"it": response.incomplete_details}, "it").get("reason")
            if why == "content_filter":
                raise failures.AnswerWithheld(f"{self._provider}'s content filter ended the answer.")
            self._reason = "length"
        self.done = True

    def _complain(self, event: Event) -> None:
        if event.error:
            raise failures.of_complaint(self._provider, event.error)
        if event.type == "error":
            raise failures.of_complaint(self._provider, {"code": event.code, "message": event.message})
        self._skipped += 1

    def _say(self, text: object, pieces: list[Piece]) -> None:
        if not isinstance(text, str):
            return
        told = self._stops.piece(text)
        last = pieces[-1] if pieces else None
        if isinstance(last, TextPiece):
            pieces[-1] = TextPiece(last.text + told)
        elif told:
            pieces.append(TextPiece(told))
        if self._stops.stopped:
            self._reason, self.done = "stop", True

    def _broke_off(self) -> PalaverError:
        if self._started:
            return failures.ModelBrokeOff(f"{self._provider} broke off in the middle of the answer.")
        if self._skipped or self._model is None:
            return failures.NotUnderstood(
                f"{self._provider} did not answer as such a server does; check its base_url and kind."
            )
        return failures.ModelBrokeOff(f"{self._provider} said nothing.")


def _think(text: object, pieces: list[Piece]) -> None:
    last = pieces[-1] if pieces else None
    if not isinstance(text, str) or not text:
        return
    if isinstance(last, ReasoningPiece):
        pieces[-1] = ReasoningPiece(last.text + text)
    else:
        pieces.append(ReasoningPiece(text))
