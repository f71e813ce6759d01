"""A streamed chat completion, from bytes to pieces: pure, so that any cutting of the bytes gives the same answer.

Servers differ more than their documentation does; what is taken here: lines that end with or without a carriage
return, events without a blank line between them, `data:` with and without a space, an event in several `data:` lines,
comments, a missing `[DONE]`, unlabelled JSON lines, and fields that are absent, null or of another type.
"""

from typing import Any, cast

from palaver.core.errors import PalaverError
from palaver.core.messages import FinishReason
from palaver.core.usage import Usage
from palaver.inference import failures
from palaver.inference.port import Finished, Piece, ReasoningPiece, TextPiece
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.openai_chat_calls import Calls
from palaver.inference.providers.openai_chat_wire import (
    UNREADABLE,
    Choice,
    Chunk,
    decode,
    decode_loosely,
    usage_of,
)

LONGEST_LINE = 4 * 1_048_576

REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
WITHHELD = frozenset({"content_filter", "safety", "recitation", "prohibited_content"})


class Answer:
    """Takes the bytes of one reply and gives its pieces.

    `done` says that the reply told its end; `failure` is what went wrong after the pieces that were given.
    """

    __slots__ = (
        "_asked",
        "_calls",
        "_held",
        "_ids",
        "_model",
        "_provider",
        "_reason",
        "_skipped",
        "_started",
        "_tail",
        "_usage",
        "done",
        "failure",
    )

    def __init__(self, provider: str, model: str, ids: FreshIds) -> None:
        self.done = False
        self.failure: PalaverError | None = None
        self._provider = provider
        self._asked = model
        self._ids = ids
        self._tail = b""
        self._held = b""
        self._calls: Calls | None = None
        self._reason: FinishReason | None = None
        self._usage: Usage | None = None
        self._model: str | None = None
        self._skipped = 0
        self._started = False

    @property
    def complete(self) -> bool:
        """Whether the model has said why it ended; only usage and the end mark can follow."""
        return self._reason is not None

    @property
    def cut(self) -> bool:
        """Never: the server keeps to the stop sequences."""
        return False

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that these bytes complete; adjacent text comes as one piece. See `failure` afterwards."""
        if self.done or self.failure is not None:
            return []
        if self._tail:
            data = self._tail + data
        lines = data.split(b"\n")
        self._tail = lines.pop()
        pieces: list[Piece] = []
        texts: list[str] = []
        try:
            if len(data) > LONGEST_LINE:
                self._check_length(lines)
            self._read(lines, texts, pieces)
        except PalaverError as failure:
            self.failure = failure
        _join(texts, pieces)
        return pieces

    def _read(self, lines: list[bytes], texts: list[str], pieces: list[Piece]) -> None:
        """Line by line. The common case stands here, apart from the rest: one choice with text and nothing more."""
        for line in lines:
            if len(line) < 2:
                if self._held:
                    self._give_up()
                continue
            if self._held or not line.startswith(b"data:"):
                self._other(line, texts, pieces)
                if self.done:
                    return
                continue
            try:
                chunk = decode(line[5:])
            except UNREADABLE:
                self._odd_data(line, texts, pieces)
                if self.done:
                    return
                continue
            choices = chunk.choices
            if self._started and choices and chunk.usage is None and chunk.error is None:
                choice = choices[0]
                delta = choice.delta
                if (
                    delta is not None
                    and type(delta.content) is str
                    and choice.finish_reason is None
                    and delta.reasoning_content is None
                    and delta.reasoning is None
                    and delta.tool_calls is None
                    and delta.function_call is None
                    and delta.refusal is None
                    and not choice.index
                ):
                    texts.append(delta.content)
                    continue
            self._take(chunk, texts, pieces)

    def whole(self, body: bytes) -> list[Piece]:
        """The pieces of a reply that came as one JSON document instead of a stream."""
        pieces: list[Piece] = []
        texts: list[str] = []
        chunk = decode_loosely(body)
        if chunk is None and b"data:" in body[:1_000]:
            return self.feed(body)  # a stream after all, under the wrong name
        try:
            if chunk is None:
                raise self._not_understood()
            self._take(chunk, texts, pieces)
        except PalaverError as failure:
            self.failure = failure
        _join(texts, pieces)
        return pieces

    def end(self) -> list[Piece]:
        """The last pieces, `Finished` at their end; none and `failure` if the answer is not whole."""
        pieces = self.feed(b"\n\n") if self._tail or self._held else []
        if self.failure is not None:
            return pieces
        if self._reason is None and not self.done:
            self.failure = self._broke_off()
            return pieces
        reason: FinishReason = self._reason or "stop"
        if self._calls is not None:
            pieces += self._calls.end()
            reason = self._calls.reason(reason)
        pieces.append(Finished(reason, self._usage, self._model, self._skipped))
        return pieces

    def _check_length(self, lines: list[bytes]) -> None:
        if len(self._tail) > LONGEST_LINE or any(len(line) > LONGEST_LINE for line in lines):
            raise failures.NotUnderstood(f"{self._provider} sent a line of more than {LONGEST_LINE} bytes.")

    def _give_up(self) -> None:
        """The event is over; what could not be read until here will not become readable."""
        self._held = b""
        self._skipped += 1

    def _odd_data(self, line: bytes, texts: list[str], pieces: list[Piece]) -> None:
        """A `data:` line that is no chunk: the end mark, one of several lines of an event, or garbage."""
        data = line[5:].strip()
        if data == b"[DONE]":
            if self._held:
                self._give_up()
            self.done = True
        elif not self._held:
            loose = decode_loosely(data)
            if loose is not None:
                self._take(loose, texts, pieces)
            else:
                self._held = data
        else:
            self._several(data, texts, pieces)

    def _several(self, data: bytes, texts: list[str], pieces: list[Piece]) -> None:
        for candidate in (self._held + b"\n" + data, data):
            loose = decode_loosely(candidate)
            if loose is not None:
                self._skipped += candidate is data
                self._held = b""
                self._take(loose, texts, pieces)
                return
        self._held += b"\n" + data
        if len(self._held) > LONGEST_LINE:
            raise failures.NotUnderstood(f"{self._provider} sent an event of more than {LONGEST_LINE} bytes.")

    def _other(self, line: bytes, texts: list[str], pieces: list[Piece]) -> None:
        """A line without `data:` in front, or one that follows an unreadable one."""
        if line.startswith(b"\xef\xbb\xbf"):
            line = line[3:]
        if line.startswith(b"data:"):
            self._odd_data(line, texts, pieces)
        elif line.startswith(b"{"):
            loose = decode_loosely(line)
            if loose is not None:
                self._take(loose, texts, pieces)
            else:
                self._skipped += 1
        elif not line.startswith((b":", b"event:", b"id:", b"retry:")) and line.strip():
            self._skipped += 1

    def _take(self, chunk: Chunk, texts: list[str], pieces: list[Piece]) -> None:
        if chunk.error:
            raise failures.of_complaint(self._provider, chunk.error)
        if chunk.model and self._model is None:
            self._model = chunk.model
        if chunk.usage is not None:
            self._usage = usage_of(chunk.usage) or self._usage
        for choice in chunk.choices or ():
            if not choice.index:
                self._started = True
                self._take_choice(choice, texts, pieces)

    def _take_choice(self, choice: Choice, texts: list[str], pieces: list[Piece]) -> None:
        delta = choice.delta or choice.message
        if delta is not None:
            thought = delta.reasoning_content or delta.reasoning
            if thought:
                _join(texts, pieces)
                _think(thought, pieces)
            if isinstance(delta.content, str):
                texts.append(delta.content)
            elif delta.content:
                _parts(delta.content, texts, pieces)
            if delta.refusal:
                texts.append(delta.refusal)
            if delta.tool_calls or delta.function_call is not None:
                _join(texts, pieces)
                self._calls = self._calls or Calls(self._provider, self._asked, self._ids)
                pieces += self._calls.take(delta)
        if choice.finish_reason:
            self._finish(choice.finish_reason.lower())

    def _finish(self, told: str) -> None:
        if told in WITHHELD:
            raise failures.AnswerWithheld(f"{self._provider}'s content filter ended the answer.")
        if told == "error":
            raise failures.ModelFailed(f"{self._provider} reported an error while answering.")
        self._reason = REASONS.get(told, "stop")

    def _broke_off(self) -> PalaverError:
        if self._started:
            return failures.ModelBrokeOff(f"{self._provider} broke off in the middle of the answer.")
        return self._not_understood() if self._skipped else failures.ModelBrokeOff(f"{self._provider} said nothing.")

    def _not_understood(self) -> PalaverError:
        return failures.NotUnderstood(f"{self._provider} did not answer as such a server does; check its base_url.")


def _join(texts: list[str], pieces: list[Piece]) -> None:
    if texts:
        text = "".join(texts)
        texts.clear()
        if text:
            pieces.append(TextPiece(text))


def _think(text: str, pieces: list[Piece]) -> None:
    last = pieces[-1] if pieces else None
    if isinstance(last, ReasoningPiece):
        pieces[-1] = ReasoningPiece(last.text + text)
    else:
        pieces.append(ReasoningPiece(text))


def _parts(parts: list[Any], texts: list[str], pieces: list[Piece]) -> None:
    """Content as a list, which Mistral's thinking models send: texts, and thoughts that hold texts."""
    for part in parts:
        if not isinstance(part, dict):
            continue
        fields = cast("dict[str, Any]", part)
        thought = fields.get("thinking")
        if isinstance(thought, list):
            _join(texts, pieces)
            _think(_inner_text(cast("list[Any]", thought)), pieces)
        elif isinstance(fields.get("text"), str):
            texts.append(fields["text"])


def _inner_text(parts: list[Any]) -> str:
    inner = [cast("dict[str, Any]", part).get("text") for part in parts if isinstance(part, dict)]
    return "".join(text for text in inner if isinstance(text, str))
