"""How events are written down and told: one JSON object each, numbered; it writes nothing itself.

A record is the event as clients get it, without the ids of run and session, which stand once beside many records.
Pieces of text of one step are kept together (`cuts` are their lengths), and taken apart with the numbers they had.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from palaver.core.events import ReasoningGrew, RunEvent, Stamped, TextGrew
from palaver.core.ids import Seq
from palaver.runs.machine import UNTOLD

NOTHING: Mapping[Seq, bytes] = {}
GROWTH = (b'{"type":"content",', b'{"type":"reasoning",')  # how lines begin that may have cuts
Growth = TextGrew | ReasoningGrew

_encode = msgspec.json.Encoder().encode
_events: msgspec.json.Decoder[RunEvent] = msgspec.json.Decoder(RunEvent)


class _Numbered(msgspec.Struct, gc=False):
    seq: int = 0


class _Grown(msgspec.Struct, frozen=True):
    """Adjacent pieces of one kind: `seq` is the first one's number, `cuts` their lengths in code points."""

    type: str
    seq: int
    cuts: list[int]
    content: str


_numbers = msgspec.json.Decoder(_Numbered)
_grown = msgspec.json.Decoder(_Grown)


def record(seq: Seq, event: RunEvent) -> bytes:
    """An event with its number, as JSON; a fact that is not told has none."""
    if isinstance(event, TextGrew):
        return b'{"type":"content","seq":%d,"content":%b}' % (seq, _encode(event.content))
    plain = _encode(event)
    if isinstance(event, UNTOLD):
        return plain
    # The tag stands first: {"type":"usage",... becomes {"type":"usage","seq":7,...
    head, comma, rest = plain.partition(b",")
    return b'%b,"seq":%d%b%b' % (head, seq, comma, rest) if comma else b'%b,"seq":%d}' % (plain[:-1], seq)


def kind(line: bytes) -> str:
    """The `type` of a record."""
    return line[9 : line.index(b'"', 9)].decode()


def bundle(events: Sequence[Stamped], known: Mapping[Seq, bytes] = NOTHING) -> bytes:
    """Many records in one: lines of JSON, growth of one kind kept together; `known` are records made before."""
    return b"\n".join(_lines(events, known))


def _lines(events: Sequence[Stamped], known: Mapping[Seq, bytes]) -> Iterator[bytes]:
    at = 0
    while at < len(events):
        event = events[at].event
        if not isinstance(event, TextGrew | ReasoningGrew):
            yield known.get(events[at].seq) or record(events[at].seq, event)
            at += 1
            continue
        pieces = list(_same(events, at, type(event)))
        name = "content" if isinstance(event, TextGrew) else "reasoning"
        yield _encode(_Grown(name, events[at].seq, [len(piece) for piece in pieces], "".join(pieces)))
        at += len(pieces)


def _same(events: Sequence[Stamped], at: int, growth: type[Growth]) -> Iterator[str]:
    for stamped in events[at:]:
        event = stamped.event
        if not isinstance(event, growth):
            return
        yield event.content


def unbundle(lines: bytes) -> Iterator[Stamped]:
    """The events of a bundle, or of single records."""
    for line in lines.splitlines():
        if line.startswith(GROWTH) and b'"cuts":' in line[:60]:
            yield from _apart(_grown.decode(line))
        else:
            yield Stamped(Seq(_numbers.decode(line).seq), _events.decode(line))


def _apart(grown: _Grown) -> Iterator[Stamped]:
    event = TextGrew if grown.type == "content" else ReasoningGrew
    start = 0
    for at, length in enumerate(grown.cuts):
        yield Stamped(Seq(grown.seq + at), event(content=grown.content[start : start + length]))
        start += length


def joined(events: Iterable[RunEvent]) -> list[RunEvent]:
    """The same events with adjacent growth of one kind made one."""
    whole: list[RunEvent] = []
    texts: list[str] = []
    for event in events:
        if not isinstance(event, Growth):
            _finish(whole, texts)
            whole.append(event)
            continue
        if texts and type(whole[-1]) is not type(event):
            _finish(whole, texts)
        if not texts:
            whole.append(event)
        texts.append(event.content)
    _finish(whole, texts)
    return whole


def _finish(whole: list[RunEvent], texts: list[str]) -> None:
    if len(texts) > 1:
        whole[-1] = (TextGrew if isinstance(whole[-1], TextGrew) else ReasoningGrew)(content="".join(texts))
    texts.clear()
