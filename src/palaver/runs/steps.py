"""What a run has said so far, step by step: the parts of its message, its usage, and calls that fail again and again.

Pure: a fold. A step is one answer of the model; it ends with a reply, and with calls that are answered before the next.
"""

from collections.abc import Sequence
from typing import Any, assert_never

import msgspec

from palaver.core.events import (
    InstructionsAdded,
    ModelReplied,
    OutputAccepted,
    OutputRefused,
    Pushed,
    ReasoningGrew,
    ReasoningSealed,
    StepRestarted,
    TextGrew,
    ToolCalled,
    ToolFinished,
)
from palaver.core.ids import UserId
from palaver.core.messages import Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.core.usage import Usage
from palaver.runs.calls import Call

Spoken = TextGrew | ReasoningGrew | ReasoningSealed | ToolCalled
Grown = Spoken | StepRestarted | OutputRefused | OutputAccepted | InstructionsAdded | Pushed

_encode = msgspec.json.Encoder(order="deterministic").encode


class Refusal(msgspec.Struct, frozen=True):
    """An answer that did not follow the format that was asked for, and why."""

    text: str
    problem: str


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """`past` are the parts of finished steps, `said` those of the step under way, `asked` the calls it made.

    `count` is how many replies came, `spent` what they consumed, `context_tokens` what the last one filled of the
    model's window; `uncounted` says that the last reply came without its usage. `failing` is the last call that failed,
    and how often in a row. `busy_ms` is how long models and tools took together, `delegated_usd` what runs below cost.
    `added` is what hooks add to the instructions, `apart` what of it is not because of who asked, `pushes` why hooks
    let it go on after it had ended. `told_by` names who said something to calls of the last step, and did not ask.
    """

    past: tuple[Part, ...] = ()
    said: tuple[Part, ...] = ()
    asked: tuple[ToolCalled, ...] = ()
    count: int = 0
    spent: Usage = Usage()
    context_tokens: int = 0
    uncounted: bool = False
    failing: tuple[bytes, int] = (b"", 0)
    refusals: tuple[Refusal, ...] = ()
    output: Any = None
    busy_ms: float = 0.0
    delegated_usd: float = 0.0
    added: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    told_by: tuple[tuple[str, UserId], ...] = ()
    pushes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What was said in words in the step under way."""
        return "".join(part.text for part in self.said if isinstance(part, TextPart))


def grow(steps: Steps, event: Grown) -> Steps:
    """The steps after the model said more, or after what it said is void, or not enough."""
    match event:
        case TextGrew() | ReasoningGrew() | ReasoningSealed() | ToolCalled():
            return _spoken(steps, event)
        case StepRestarted():
            return msgspec.structs.replace(steps, said=(), asked=())
        case OutputRefused(problem=problem, reply=replied):
            refusal = Refusal(steps.text, problem)
            after = reply(steps, replied)
            return msgspec.structs.replace(after, said=(), asked=(), refusals=(*steps.refusals, refusal))
        case OutputAccepted(value=value):
            return msgspec.structs.replace(steps, output=value)
        case InstructionsAdded(text=text, user_id=user_id):
            apart = (*steps.apart, text) if user_id else steps.apart
            return msgspec.structs.replace(steps, added=(*steps.added, text), apart=apart)
        case Pushed(reason=reason, reply=replied):
            after = reply(steps, replied)
            return msgspec.structs.replace(
                after, past=(*steps.past, *steps.said), said=(), pushes=(*steps.pushes, reason)
            )
        case _:
            assert_never(event)


def _spoken(steps: Steps, event: Spoken) -> Steps:
    match event:
        case TextGrew(content=content):
            return msgspec.structs.replace(steps, said=_with_text(steps.said, content))
        case ReasoningGrew(content=content):
            return msgspec.structs.replace(steps, said=_with_reasoning(steps.said, content))
        case ReasoningSealed(signature=signature):
            return msgspec.structs.replace(steps, said=_sealed(steps.said, signature))
        case ToolCalled():
            return msgspec.structs.replace(steps, asked=(*steps.asked, event))
        case _:
            assert_never(event)


def reply(steps: Steps, event: ModelReplied) -> Steps:
    """The steps after the model ended its answer."""
    usage = event.usage
    return msgspec.structs.replace(
        steps,
        count=steps.count + 1,
        spent=steps.spent.plus(usage) if usage else steps.spent,
        context_tokens=usage.input_tokens + usage.output_tokens if usage else steps.context_tokens,
        uncounted=usage is None,
        busy_ms=steps.busy_ms + event.duration_ms,
    )


def close(steps: Steps, answered: Sequence[Call]) -> Steps:
    """The steps after all calls of the last one were answered."""
    failing = steps.failing
    for call in answered:
        failing = _failing(failing, call)
    return msgspec.structs.replace(
        steps,
        past=(*steps.past, *steps.said, *_called(answered), *_results(answered)),
        said=(),
        asked=(),
        told_by=tuple((call.id, call.told_by) for call in answered if call.told_by),
        failing=failing,
        refusals=(),
        busy_ms=steps.busy_ms + max(call.result.duration_ms for call in answered if call.result),
        delegated_usd=steps.delegated_usd + sum(call.result.cost_usd for call in answered if call.result),
    )


def parts(steps: Steps, open_calls: Sequence[Call]) -> tuple[Part, ...]:
    """Everything that was said, as the parts of one message; calls that nobody answered have no result."""
    if open_calls:
        return (*steps.past, *steps.said, *_called(open_calls), *_results(open_calls))
    asked = [_call_part(called, called.arguments) for called in steps.asked]
    return (*steps.past, *steps.said, *asked)


def _called(calls: Sequence[Call]) -> list[Part]:
    return [_call_part(call.called, call.arguments) for call in calls]


def _call_part(called: ToolCalled, arguments: dict[str, Any]) -> Part:
    return ToolCallPart(call_id=called.call_id, name=called.name, arguments=arguments, server=called.server)


def _results(calls: Sequence[Call]) -> list[Part]:
    return [_result_part(call.result) for call in calls if call.result is not None]


def _result_part(result: ToolFinished) -> Part:
    return ToolResultPart(
        call_id=result.call_id, ok=result.ok, content=result.content, truncated=result.truncated, parts=result.parts
    )


def _failing(before: tuple[bytes, int], call: Call) -> tuple[bytes, int]:
    if call.result is None or call.result.ok:
        return b"", 0
    which = _encode([call.name, call.called.arguments])
    return which, before[1] + 1 if before[0] == which else 1


def _with_text(said: tuple[Part, ...], content: str) -> tuple[Part, ...]:
    if said and isinstance(said[-1], TextPart):
        return (*said[:-1], TextPart(text=said[-1].text + content))
    return (*said, TextPart(text=content))


def _with_reasoning(said: tuple[Part, ...], content: str) -> tuple[Part, ...]:
    if said and isinstance(said[-1], ReasoningPart) and said[-1].signature is None:
        return (*said[:-1], ReasoningPart(text=said[-1].text + content))
    return (*said, ReasoningPart(text=content))


def _sealed(said: tuple[Part, ...], signature: str) -> tuple[Part, ...]:
    if said and isinstance(said[-1], ReasoningPart) and said[-1].signature is None:
        return (*said[:-1], ReasoningPart(text=said[-1].text, signature=signature))
    return (*said, ReasoningPart(text="", signature=signature))
