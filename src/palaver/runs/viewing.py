"""What the model of one run is told in its next step: it counts and fits; the words come from `speaking.py`."""

from collections.abc import Sequence
from functools import partial

import msgspec

from palaver.context import budget
from palaver.context.budget import Measure
from palaver.context.counting import cautious, count_all, encoding_of
from palaver.context.memory.recalling import NOTHING, Recalled
from palaver.context.window import UNKNOWN_WINDOW, Told, countable, told
from palaver.core.messages import Message
from palaver.inference.failures import ContextTooLong
from palaver.inference.port import ResolvedModel, ToolSpec, Turn
from palaver.runs.conveying import Conveyed

BYTES_PER_CAUTIOUS = 3  # a token is at least one byte, and `cautious` counts at least one for every three


async def view_of(
    conveyed: Conveyed,
    model: ResolvedModel,
    *,
    system: str | None,
    tools: Sequence[ToolSpec],
    going_on: Message | None,
    answer: int | None,
    besides: tuple[Turn, ...] = (),
    recalled: Recalled = NOTHING,
) -> Told:
    """What fits the model's window. Raises `ContextTooLong` where even the instructions and the question do not."""
    path, window = conveyed.path, model.context_window
    fitting = partial(
        told, path, model=model.id, system=system, window=window, going_on=going_on, tools=tools, answer=answer,
        besides=besides, recalled=recalled,
    )  # fmt: skip
    view = fitting(measure=cautious)
    if window is None:
        return msgspec.structs.replace(view, attachments=conveyed.attachments)
    if encoding_of(model.id) is not None and not _surely_fits(view, window, answer or model.max_output):
        texts = countable(
            path, model=model.id, system=system, going_on=going_on, tools=tools, besides=besides, recalled=recalled
        )  # fmt: skip
        view = fitting(measure=await _counted(list(texts), model.id), exact=True)
    if view.over:
        raise ContextTooLong(
            f"The instructions, the tools and the last message take about {view.weights.total} tokens; "
            f"the window of {model.id} has {window}."
        )
    return msgspec.structs.replace(view, attachments=conveyed.attachments)


async def _counted(texts: list[str], model: str) -> Measure:
    known = dict(zip(texts, await count_all(texts, model), strict=True))

    def exactly(text: str) -> float:
        found = known.get(text)  # what is cut anew has not been counted: it has no more tokens than bytes
        return len(text.encode("utf-8", "replace")) if found is None else found

    return exactly


def limit_of(model: ResolvedModel, *, told: bool = False) -> int:
    """The tokens of a model's window; `told`: those of them that can be told before something has to give way."""
    window = model.context_window or UNKNOWN_WINDOW
    exact = encoding_of(model.id) is not None
    return int(budget.room(window, answer=None, exact=exact)) if told else window


async def weight_of(
    path: Sequence[Message], model: ResolvedModel, *, system: str | None, tools: Sequence[ToolSpec]
) -> int:
    """How many tokens all of a path would be, whether or not that fits."""
    endless = partial(
        told, path, model=model.id, system=system, window=1 << 50, going_on=None, tools=tools, answer=None
    )  # fmt: skip
    if encoding_of(model.id) is None:
        return endless(measure=cautious).weights.total
    texts = countable(path, model=model.id, system=system, going_on=None, tools=tools, besides=())
    return endless(measure=await _counted(list(texts), model.id), exact=True).weights.total


def most_output(view: Told, model: ResolvedModel, wanted: int | None) -> int | None:
    """How long the answer may get, so that it fits behind what is told."""
    window = model.context_window
    if window is None:
        return wanted
    return budget.answer_room(window, view.weights.total, wanted=wanted, most=model.max_output)


def _surely_fits(view: Told, window: int, answer: int | None) -> bool:
    """Whether no vocabulary whatever could make more of it than there is room for."""
    whole = not (view.left_out_ids or view.shortened_ids or view.steps_left_out or view.over)
    most = view.weights.total * BYTES_PER_CAUTIOUS
    return whole and most <= min(budget.room(window, answer=answer, exact=True), window - (answer or 0))
