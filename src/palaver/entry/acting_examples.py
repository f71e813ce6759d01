"""What is said about calls, tools, files and servers of agents, for the OpenAPI document; it serves nothing.

`examples.py` puts these beside all others, by the name of the operation.
"""

from typing import Any

from palaver.core.ids import RunId, SessionId
from palaver.core.questions import Option, Question
from palaver.files.api import FileInfo, FileList
from palaver.runs.approvals_api import ApprovalList, ApprovalView, GrantList, GrantView
from palaver.tools.api import ToolInfo, ToolList
from palaver.tools.mcp.api import ServerOffer, SignInAt
from palaver.tools.mcp.catalog import OfferedPrompt, OfferedResource
from palaver.tools.mcp.service import ServerStatus

NOON, LATER = "2026-11-21T12:00:00.000000Z", "2026-11-21T12:00:05.000000Z"
TOMORROW = "2026-11-22T12:00:00.000000Z"
GRANT = "grt_019aa3c5e0187b62dfaac8b7a6f5e409"
CALL, ASKED = "call_1", "call_2"


def _approval(run: RunId, session: SessionId, *, over: bool = False) -> ApprovalView:
    return ApprovalView(
        run_id=run,
        session_id=session,
        session_title="Release notes",
        call_id=CALL,
        kind="approval",
        name="Write",
        arguments={"path": "notes.md", "content": "# What is new\n"},
        reason="Write changes files.",
        questions=(),
        state="approved" if over else "pending",
        created_at=NOON,
        expires_at=TOMORROW,
        resolved_at=LATER if over else None,
    )


def _question(run: RunId, session: SessionId) -> ApprovalView:
    question = Question(header="Version", question="Which version is it?", options=(Option("2.0"), Option("1.9")))
    return ApprovalView(
        run_id=run,
        session_id=session,
        session_title="Release notes",
        call_id=ASKED,
        kind="question",
        name="AskUserQuestion",
        arguments={},
        reason="",
        questions=(question,),
        state="pending",
        created_at=NOON,
        expires_at=TOMORROW,
        resolved_at=None,
    )


_READ = ToolInfo(
    name="Read",
    description="Read a file.",
    parameters={"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
    effect="reads",
    server=None,
    offered=True,
)
_OFFER = ServerOffer(
    ServerStatus("issues", "user", "http", "ready", ("search", "create")),
    [OfferedResource("issues", "issue://17", "Issue 17")],
    [OfferedPrompt("issues", "triage", "mcp__issues__triage", "Sort what is new.")],
    [],
)
_REMEMBERED = {"decision": "approve", "remember": "session"}
_EDITED = {"decision": "approve", "arguments": {"path": "notes.md", "content": "# News\n"}}
_REFUSED = {"decision": "reject", "message": "Not in this folder."}
_ANSWERED = {"decision": "answer", "answers": [["2.0"]]}

# Operation → title → body.
REQUESTS: dict[str, dict[str, Any]] = {
    "answer_run": {
        "Yes": {"call_id": CALL, "decision": "approve"},
        "Yes, and the same call later": {"call_id": CALL, **_REMEMBERED},
        "Yes, with other arguments": {"call_id": CALL, **_EDITED},
        "No": {"call_id": CALL, **_REFUSED},
        "An answer to a question": {"call_id": ASKED, **_ANSWERED},
    },
    "answer_in_session": {"Yes, where one call waits": {"decision": "approve"}, "No": _REFUSED, "An answer": _ANSWERED},
    "control_session": {"Plan first": {"permission_mode": "plan"}, "Another model": {"model": "builtin/guide"}},
}


def answers(run: RunId, session: SessionId) -> dict[str, Any]:
    """Operation → the answer when all goes well."""
    return {
        "list_approvals": ApprovalList([_approval(run, session), _question(run, session)], None),
        "answer_run": _approval(run, session, over=True),
        "answer_in_session": _approval(run, session, over=True),
        "list_grants": GrantList([GrantView(GRANT, session, "Write(notes.md)", LATER)], None),
        "list_files": FileList([FileInfo("notes.md", 14, "text/markdown", LATER)], None),
        "list_tools": ToolList([_READ]),
        "get_mcp_server_offer": _OFFER,
        "authorize_mcp_server": SignInAt("https://mcp.example.org/authorize?client_id=…"),
    }
