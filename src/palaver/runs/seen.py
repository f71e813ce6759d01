"""What the model of a run saw, as it is kept with the answer; pure: how it is stored is `context.store`'s."""

from collections.abc import Sequence
from typing import Any

from palaver.context import manifest
from palaver.context.manifest import Manifest
from palaver.context.window import Told
from palaver.core.ids import MessageId, RunId, SessionId
from palaver.inference.port import ResolvedModel, ToolSpec
from palaver.runs.live import Live


def seen(live: Live, *, at: str, reported: int | None) -> Manifest | None:
    """What the last model call of this run was based on; None where no model was asked in this process."""
    view, ask = live.view, live.ask
    if view is None or ask is None:
        return None
    settings = manifest.settings_of(ask) | ({"permission_mode": live.run.mode or live.mode} if ask.tools else {})
    return described(
        view,
        live.model or live.asked,
        ask.tools,
        settings,
        session_id=live.session_id,
        guidance=[one for one in live.run.steps.added if one not in live.run.steps.apart],
        before=live.place.depth + 1 - len(live.path or ()),
        reported=reported,
        answer=(live.message_id, live.id, at),
        project_files=live.prompt.recipe.project_files,
    )


def described(
    view: Told,
    model: ResolvedModel,
    specs: Sequence[ToolSpec],
    settings: dict[str, Any],
    *,
    session_id: SessionId,
    guidance: Sequence[str] = (),
    before: int = 0,
    reported: int | None = None,
    answer: tuple[MessageId | None, RunId | None, str | None] = (None, None, None),
    project_files: tuple[str, ...] = (),
) -> Manifest:
    """What is told, as a manifest."""
    files, images = manifest.shown(view)
    return Manifest(
        message_id=answer[0],
        session_id=session_id,
        run_id=answer[1],
        model=model.id,
        provider=model.provider,
        window=model.context_window,
        settings=settings,
        instructions=manifest.hashed(view.system) if view.system else None,
        guidance=tuple(map(manifest.hashed, guidance)),
        messages=manifest.stretch(view.ids),
        shortened=view.shortened_ids,
        left_out=manifest.stretch(view.left_out_ids),
        not_considered=max(0, before),
        steps_left_out=view.steps_left_out,
        summary_id=view.summary_id,
        summarized=view.summarized,
        memories=view.memories,
        files=files,
        project_files=project_files,
        attachments=tuple(one for one in view.attachments if one.message_id in view.ids),
        images=images,
        tools=manifest.offered(specs),
        tokens=manifest.tokens(view.weights, reported),
        at=answer[2],
    )
