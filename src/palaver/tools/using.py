"""One call of a tool, from arguments a model wrote to an outcome it can be told; whether it may be is `policy.py`'s."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from palaver.core.errors import PalaverError
from palaver.core.messages import ImagePart
from palaver.core.questions import Answers, Question
from palaver.files.workspaces import output_path
from palaver.tools.checking import problem
from palaver.tools.port import Outcome, Scene, Tool
from palaver.tools.settings import ToolSettings
from palaver.tools.threads import in_thread

log = logging.getLogger(__name__)

_PARTS = 32  # images and files that come with one outcome
_BEGINNING = 0.7  # of what is told of a long output; its end is told too: commands say there what went wrong


async def use(tool: Tool, arguments: dict[str, Any], scene: Scene, settings: ToolSettings) -> Outcome:
    """Call it within its deadline. Whatever goes wrong is an outcome; only being cancelled is raised."""
    outcome = await _called(tool, arguments, scene, min(tool.spec.deadline, settings.longest_call))
    return await _cut(_lightened(outcome, settings.image_bytes), scene, settings.output_characters)


async def _cut(outcome: Outcome, scene: Scene, most: int) -> Outcome:
    """The outcome with at most about `most` characters; the whole is then a file, which the last line names."""
    content = _clean(outcome.content)
    if len(content) <= most:
        return Outcome(content, outcome.ok, outcome.parts, outcome.truncated)
    path = output_path(scene.call_id)
    try:
        await in_thread(lambda _: scene.workspace.write(path, content.encode()))
        where = f"the whole is in {path}"
    except PalaverError as error:
        where = f"the whole could not be kept: {error.detail}"
    head, tail = int(most * _BEGINNING), most - int(most * _BEGINNING)
    left_out = len(content) - most
    told = (
        f"{content[:head]}\n[… {left_out:,} characters are left out here …]\n{content[-tail:]}\n"
        f"[This output was cut: {most:,} of {len(content):,} characters; {where}.]"
    )
    return Outcome(told, outcome.ok, outcome.parts, truncated=True)


def _lightened(outcome: Outcome, most: int) -> Outcome:
    """The outcome without images that no event should carry: too large, or too many."""
    kept = tuple(part for part in outcome.parts if not (isinstance(part, ImagePart) and _weight(part) > most))
    kept = kept[:_PARTS]
    left_out = len(outcome.parts) - len(kept)
    if not left_out:
        return outcome
    told = (
        f"{outcome.content}\n[{left_out} of {len(outcome.parts)} images or files are left out: too large, or too many.]"
    )
    return Outcome(told, outcome.ok, kept, outcome.truncated)


def _weight(image: ImagePart) -> int:
    """Bytes of an image that stands in its own address, which is base64."""
    _, comma, encoded = (image.url or "").partition(",")
    return (len(encoded) - encoded.count("=", -2)) * 3 // 4 if comma else 0


async def _called(tool: Tool, arguments: dict[str, Any], scene: Scene, seconds: float) -> Outcome:
    name = tool.spec.name
    deadline = asyncio.timeout(seconds)
    try:
        wrong = problem(tool.spec.parameters, arguments)
        if wrong:
            return Outcome(f"The call does not fit the schema of {name}. {wrong}", ok=False)
        async with deadline:
            return await tool.use(arguments, _patient(scene, deadline))
    except PalaverError as error:
        return Outcome(error.detail, ok=False)
    except Exception as error:  # tools are anybody's code; the turn goes on, and the log has the cause
        if isinstance(error, TimeoutError) and deadline.expired():
            return Outcome(f"{name} was stopped: it took longer than {seconds:g} seconds.", ok=False)
        log.exception("A tool failed", extra={"tool": name, "run_id": scene.run_id, "call_id": scene.call_id})
        return Outcome(f"{name} failed; the server's log says why.", ok=False)


def _patient(scene: Scene, deadline: asyncio.Timeout) -> Scene:
    """The scene of a call whose time stands still while a person is asked."""

    async def ask(questions: Sequence[Question]) -> Answers:
        loop, until = asyncio.get_running_loop(), deadline.when()
        left = None if until is None else until - loop.time()
        deadline.reschedule(None)
        try:
            return await scene.ask(questions)
        finally:
            deadline.reschedule(None if left is None else loop.time() + left)

    return replace(scene, ask=ask)


def _clean(text: str) -> str:
    """Text that every database and every client takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
