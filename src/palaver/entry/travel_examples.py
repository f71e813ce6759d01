"""What going back in time looks like, for the OpenAPI document; see `examples.py`."""

from typing import Any

import msgspec

from palaver.core.ids import MessageId, RunId, SessionId
from palaver.core.messages import Siblings
from palaver.files.differences import FileChange
from palaver.sessions.checkpointing import CheckpointList
from palaver.sessions.checkpoints import Checkpoint, KeptFiles
from palaver.sessions.comparing import Branch, Comparison
from palaver.sessions.effects_store import Effect
from palaver.sessions.forking import forked
from palaver.sessions.rewind_api import EffectList
from palaver.sessions.rewinding import Moved, RestoredFiles, Rewound, WhatWas
from palaver.sessions.session import Origin, Session
from palaver.sessions.shape import Node, Shape
from palaver.sessions.shown import shown

FORK = SessionId("ses_019aa3c5f0007c1e8a55d3c2b1a09f02")
UNDO = "chk_019aa3c5f0307d2f9b66e4d3c2b1a004"

REQUESTS: dict[str, dict[str, Any]] = {
    "create_checkpoint": {"Here": {}, "With a name": {"label": "Before the storm"}},
    "rewind_session": {
        "Messages and files": {"checkpoint_id": "chk_019aa3c5e0047e3fac77f5e4d3c2b103"},
        "What would be done": {"checkpoint_id": "chk_019aa3c5e0047e3fac77f5e4d3c2b103", "preview": True},
        "Only files": {"checkpoint_id": "chk_019aa3c5f0107d2f9b66e4d3c2b1a002", "restore": ["files"]},
    },
    "fork_session": {
        "At the end": {},
        "At a message": {"message_id": "msg_019aa3c5e0087f40bd88a6f5e4d3c204", "title": "Another way"},
    },
}


def answers(session: Session, answer: MessageId) -> dict[str, Any]:
    """What is answered about this session, whose head is that message."""
    node = Node(
        id=answer,
        parent_id=None,
        role="assistant",
        depth=0,
        siblings=Siblings(),
        words="A palaver tree is where a community sits down",
        shared=False,
        created_at=session.updated_at,
    )
    fork = msgspec.structs.replace(
        forked(session, FORK, now=session.updated_at),
        title="Another way",
        title_source="user",
        parent=Origin(session.id, answer),
        head_message_id=shown(answer, FORK),
        message_count=2,
    )
    return _backward(session, answer) | {
        "fork_session": fork,
        "get_session_tree": Shape(items=[node], head_message_id=answer, branches=1, next_cursor=None),
    }


def _backward(session: Session, answer: MessageId) -> dict[str, Any]:
    set_here = Checkpoint(
        id="chk_019aa3c5f0107d2f9b66e4d3c2b1a002",
        session_id=session.id,
        kind="named",
        label="Before the storm",
        stands="after",
        message_id=answer,
        files=KeptFiles(3, 4_096),
        created_at=session.updated_at,
    )
    effect = Effect(
        id="eff_019aa3c5f0207d2f9b66e4d3c2b1a003",
        session_id=session.id,
        run_id=RunId("run_019aa3c5e0107d2f9b66e4d3c2b1a002"),
        message_id=answer,
        call_id="call_1",
        name="Bash",
        server=None,
        reached="shell",
        lasting=True,
        summary="git push",
        ok=True,
        at=session.updated_at,
    )
    files = RestoredFiles(["lost.md"], ["notes.md"], ["new.md"])
    change = FileChange("notes.md", "changed", diff="--- notes.md\n+++ notes.md\n@@ -1 +1 @@\n-yes\n+no\n")
    return {
        "list_checkpoints": CheckpointList([set_here], None),
        "create_checkpoint": set_here,
        "rewind_session": Rewound(
            restored=WhatWas(Moved(answer, 2), files), checkpoint_id=UNDO, not_undone=[effect], preview=False
        ),
        "list_effects": EffectList([effect], None),
        "compare_session": Comparison(common=2, only_from=Branch([], 0), only_to=Branch([], 0), files=[change]),
    }
