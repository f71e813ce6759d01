"""The output of a response as it grows: its items, and the numbered events that tell of them; it reads no run.

Items are the blocks of the message that the run ends as (`items.py`): what is void makes room for what comes instead.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import msgspec

from palaver.core.events import ToolCalled
from palaver.core.ids import Seq
from palaver.surfaces.openai_responses.items import answer, call, thought, words
from palaver.surfaces.openai_responses.names import item_id

_encode = msgspec.json.Encoder().encode

_SUMMARY: Mapping[str, Any] = {"type": "summary_text", "text": ""}


class Kind(Enum):
    """What a block in words is: how its item is named, and which event tells that it grows."""

    TEXT = ("msg", "response.output_text.delta", "content_index", b',"logprobs":[]}\n\n')
    THOUGHT = ("rs", "response.reasoning_summary_text.delta", "summary_index", b"}\n\n")

    def __init__(self, prefix: str, delta: str, index: str, tail: bytes) -> None:
        self.prefix = prefix
        self.delta = delta
        self.index = index
        self.tail = tail


class _Open:
    """A block that grows."""

    __slots__ = ("head", "index", "kind", "middle", "name", "number", "pieces", "shown", "tail")

    def __init__(self, kind: Kind, number: int) -> None:
        self.kind = kind
        self.number = number
        self.pieces: list[tuple[Seq, bytes]] = []  # pieces of text, as JSON
        self.shown = False
        self.name = ""
        self.index = 0
        self.head = self.middle = b""
        self.tail = kind.tail

    def show(self, name: str, index: int) -> None:
        """It is an item from now on."""
        self.shown, self.name, self.index = True, name, index
        self.head = f'event: {self.kind.delta}\ndata: {{"type":"{self.kind.delta}","sequence_number":'.encode()
        where = f',"item_id":"{name}","output_index":{index},"{self.kind.index}":0,"delta":'
        self.middle = where.encode()

    def text(self) -> msgspec.Raw:
        """All of it, as JSON."""
        return msgspec.Raw(b'"%b"' % b"".join([piece[1:-1] for _, piece in self.pieces]))


class Output:
    """The items of one response. `held` keeps text back until its step is over; events up to `after` have no bytes."""

    def __init__(self, *, held: bool, after: int) -> None:
        self.message_id = ""
        self._held = held
        self._after = after
        self._number = -1  # of the last event
        self._index = 0  # of the next item
        self._begun: list[Seq] = []  # the event that began each block
        self._voided: dict[int, int] = {}  # how often a block was taken back
        self._open: _Open | None = None
        self._finished: list[tuple[Seq, dict[str, Any]]] = []
        self._asked: list[tuple[Seq, ToolCalled]] = []
        self._calls: dict[str, tuple[int, ToolCalled]] = {}
        self._in_line: dict[
            str, bool | None
        ] = {}  # calls of the step: whether they are the client's, once that is known

    @property
    def items(self) -> list[dict[str, Any]]:
        """What stands in the response; items that grow are in it once they are done."""
        return [item for _, item in self._finished]

    def event(self, what: str, fields: Mapping[str, Any]) -> bytes:
        """The next event."""
        self._number += 1
        if self._number <= self._after:
            return b""
        told = _encode({"type": what, "sequence_number": self._number, **fields})
        return b"event: %b\ndata: %b\n\n" % (what.encode(), told)

    def grow(self, kind: Kind, seq: Seq, piece: bytes) -> bytes:
        """A piece of text more, as JSON."""
        block, before = self._open, b""
        if block is not None and block.shown and block.kind is kind:  # nearly always
            block.pieces.append((seq, piece))
            return self._delta(block, piece)
        if piece == b'""':
            return b""
        if block is None or block.kind is not kind:
            before = self.close(whole=True)
            block = self._open = _Open(kind, len(self._begun))
            self._begun.append(seq)
        block.pieces.append((seq, piece))
        if self._held and kind is Kind.TEXT:
            return before
        if not block.shown:
            before += self._show(block)
        return before + self._delta(block, piece)

    def called(self, seq: Seq, asked: ToolCalled) -> None:
        """The model asks for a call; what it says besides in this step stands before it."""
        self._asked.append((seq, asked))

    def step_over(self) -> bytes:
        """What was asked for is being answered: the calls are blocks now."""
        if not self._asked:
            return b""
        told = self.close(whole=True)
        for seq, asked in self._asked:
            self._calls[asked.call_id] = (len(self._begun), asked)
            self._begun.append(seq)
        self._in_line = {asked.call_id: None for _, asked in self._asked}
        self._asked.clear()
        return told

    def settled(self, call_id: str, *, handed: bool) -> bytes:
        """A call is the client's to make, or has its result already; they are told in the order of the calls."""
        told = self.step_over()
        if call_id in self._in_line:
            self._in_line[call_id] = handed
        while self._in_line and (first := next(iter(self._in_line.items())))[1] is not None:
            del self._in_line[first[0]]
            told += self._hand(first[0]) if first[1] else b""
        return told

    def _hand(self, call_id: str) -> bytes:
        number, asked = self._calls[call_id]
        name, index = self._name("fc", number), self._next()
        arguments = _encode(asked.arguments).decode()
        of = {"item_id": name, "output_index": index}
        item = call(name, call_id, asked.name, arguments, status="completed")
        self._finished.append((self._begun[number], item))
        begun = call(name, call_id, asked.name, "", status="in_progress")
        told = self.event("response.output_item.added", {"output_index": index, "item": begun})
        told += self.event("response.function_call_arguments.delta", {**of, "delta": arguments})
        told += self.event("response.function_call_arguments.done", {**of, "arguments": arguments})
        return told + self.event("response.output_item.done", {"output_index": index, "item": item})

    def void(self, since: Seq) -> bytes:
        """What was said from this event on is void."""
        block, told = self._open, b""
        kept: list[tuple[Seq, bytes]] = []
        if block is not None and block.pieces[-1][0] >= since:
            kept = [one for one in block.pieces if one[0] < since]
            told = self._take_back(block)
        for number in range(len(self._begun) - 1, -1, -1):
            if self._begun[number] >= since or (kept and block and number == block.number):
                self._voided[number] = self._voided.get(number, 0) + 1
                del self._begun[number]
        self._finished = [one for one in self._finished if one[0] < since]
        self._asked = [one for one in self._asked if one[0] < since]
        if block is not None:
            told += b"".join([self.grow(block.kind, seq, piece) for seq, piece in kept])
        return told

    def close(self, *, whole: bool) -> bytes:
        """What grew is done; it is `whole` unless the run was cut."""
        block, self._open = self._open, None
        if block is None:
            return b""
        told = b""
        if not block.shown:
            told = self._show(block) + b"".join([self._delta(block, piece) for _, piece in block.pieces])
        text, status = block.text(), "completed" if whole else "incomplete"
        of = {"item_id": block.name, "output_index": block.index, block.kind.index: 0}
        if block.kind is Kind.TEXT:
            item = answer(block.name, text, status)
            told += self.event("response.output_text.done", {**of, "text": text, "logprobs": []})
            told += self.event("response.content_part.done", {**of, "part": words(text)})
        else:
            item = thought(block.name, text, status)
            told += self.event("response.reasoning_summary_text.done", {**of, "text": text})
            told += self.event("response.reasoning_summary_part.done", {**of, "part": {**_SUMMARY, "text": text}})
        self._finished.append((block.pieces[0][0], item))
        return told + self.event("response.output_item.done", {"output_index": block.index, "item": item})

    def _take_back(self, block: _Open) -> bytes:
        """An item that stays incomplete, and does not stand in the response."""
        self._open = None
        if not block.shown:
            return b""
        made = answer if block.kind is Kind.TEXT else thought
        item = made(block.name, block.text(), "incomplete")
        return self.event("response.output_item.done", {"output_index": block.index, "item": item})

    def _show(self, block: _Open) -> bytes:
        block.show(self._name(block.kind.prefix, block.number), self._next())
        of = {"item_id": block.name, "output_index": block.index, block.kind.index: 0}
        item: dict[str, Any]
        if block.kind is Kind.TEXT:
            item = {**answer(block.name, "", "in_progress"), "content": []}
            part, what = words(""), "response.content_part.added"
        else:
            item = {**thought(block.name, "", "in_progress"), "summary": []}
            part, what = _SUMMARY, "response.reasoning_summary_part.added"
        first = self.event("response.output_item.added", {"output_index": block.index, "item": item})
        return first + self.event(what, {**of, "part": part})

    def _delta(self, block: _Open, piece: bytes) -> bytes:
        self._number += 1
        if self._number <= self._after:
            return b""
        return b"%b%d%b%b%b" % (block.head, self._number, block.middle, piece, block.tail)

    def _name(self, prefix: str, number: int) -> str:
        return item_id(prefix, self.message_id, number, self._voided.get(number, 0))

    def _next(self) -> int:
        self._index += 1
        return self._index - 1
