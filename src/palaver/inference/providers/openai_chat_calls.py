"""Puts the pieces of tool calls together that chat completion servers send in many ways; it reads no bytes.

What differs: no index, or the same index for every call; no id, an id that repeats, or one that an earlier answer had;
a name that comes late or in every piece; whole calls at once; one call in the older `function_call` field.
"""

import msgspec

from palaver.core.messages import FinishReason
from palaver.inference.port import Piece, ReasoningSealPiece, ToolCallPiece
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.openai_chat_wire import CallDelta, Delta, Function
from palaver.inference.providers.seals import Seal, sealed

KIND = "openai_chat"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class _OpenCall:
    __slots__ = ("arguments", "call_id", "index", "name", "told_id")

    def __init__(self, index: int, call_id: str, told_id: str | None) -> None:
        self.index = index
        self.call_id = call_id
        self.told_id = told_id
        self.name = ""
        self.arguments = ""

    @property
    def whole(self) -> bool:
        """Whether the arguments are a whole object, to which nothing can be added."""
        try:
            _decode(self.arguments)
        except msgspec.DecodeError:
            return False
        return True


class Calls:
    """The calls of one answer. Made when the first one comes, since most answers have none."""

    def __init__(self, provider: str, model: str, ids: FreshIds) -> None:
        self._provider = provider
        self._model = model
        self._ids = ids
        self._calls: list[_OpenCall] = []
        self._latest: dict[int, _OpenCall] = {}

    def take(self, delta: Delta) -> list[Piece]:
        """The pieces of one delta."""
        pieces: list[Piece] = []
        for call in delta.tool_calls or ():
            pieces += self._take(call)
        if delta.function_call is not None and not delta.tool_calls:
            pieces += self._take(CallDelta(index=0, function=delta.function_call))
        return pieces

    def end(self) -> list[Piece]:
        """Calls whose name never came, so that the model hears of its mistake."""
        return [ToolCallPiece(call.index, call.call_id, "", call.arguments) for call in self._calls if not call.name]

    def reason(self, told: FinishReason) -> FinishReason:
        """Why an answer with calls ended: for them, whatever the server says."""
        return "tool_calls" if told == "stop" and self._calls else told

    def _take(self, delta: CallDelta) -> list[Piece]:
        function = delta.function or Function()
        call = self._known(delta, function)
        pieces: list[Piece] = []
        if call is None:
            call = _OpenCall(len(self._calls), self._ids.of(delta.id), delta.id)
            self._calls.append(call)
            if delta.extra_content is not None:
                pieces.append(self._seal(call, delta.extra_content))
        if delta.index is not None:
            self._latest[delta.index] = call
        given = function.arguments
        arguments = given if isinstance(given, str) else _encode(given).decode() if given is not None else ""
        held = "" if call.name else call.arguments  # what came before the name is told with it
        call.name = call.name or function.name or ""
        call.arguments += arguments
        if call.name:
            pieces.append(ToolCallPiece(call.index, call.call_id, call.name, held + arguments))
        return pieces

    def _known(self, delta: CallDelta, function: Function) -> _OpenCall | None:
        """The call that a delta goes on with, or None if it begins one."""
        if not self._calls:
            return None

        def begins(call: _OpenCall) -> bool:
            return bool(function.arguments) and call.whole

        if delta.id:
            same = next((call for call in reversed(self._calls) if call.told_id == delta.id), None)
            elsewhere = delta.index is not None and self._latest.get(delta.index) is not same
            return None if same is None or (function.name and (elsewhere or begins(same))) else same
        if delta.index is not None:
            latest = self._latest.get(delta.index)
            return None if latest is not None and function.name and latest.name and begins(latest) else latest
        last = self._calls[-1]
        return None if function.name and last.name else last

    def _seal(self, call: _OpenCall, extra: object) -> Piece:
        """What Gemini's endpoint wants back with a call."""
        secret = _encode(extra).decode()
        return ReasoningSealPiece(sealed(KIND, Seal(self._provider, self._model, secret, call.call_id)))
