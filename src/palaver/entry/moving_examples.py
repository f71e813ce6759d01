"""What is brought, found and grouped, for the OpenAPI document; it serves nothing."""

from typing import Any

from palaver.core.ids import MessageId, SessionId
from palaver.sessions.finding import Found, FoundList
from palaver.sessions.importing import Imported, ImportedSession
from palaver.sessions.project import Project
from palaver.sessions.projects import ProjectList

PROJECT = "prj_019aa3c5e01c7c73ebbbd9c8b7a6f509"
_SAYS = "Speak as a sailor: short words, and knots for speed."

REQUESTS: dict[str, dict[str, Any]] = {
    "import_sessions": {
        "What Claude exported": [
            {
                "uuid": "4f9c1a",
                "name": "Under the tree",
                "chat_messages": [
                    {"uuid": "8b1d20", "sender": "human", "text": "What is a palaver?"},
                    {"uuid": "8b1d21", "sender": "assistant", "text": "A long talk, often under a tree."},
                ],
            }
        ]
    },
    "create_project": {
        "With instructions": {"name": "Boats", "instructions": _SAYS},
        "A name alone": {"name": "Boats"},
    },
    "change_project": {"Say something else": {"instructions": "Speak as a pilot."}},
}


def answers(session: SessionId, message: MessageId, at: str) -> dict[str, Any]:
    """Operation → answer."""
    project = Project(id=PROJECT, name="Boats", instructions=_SAYS, created_at=at, updated_at=at)
    brought = ImportedSession(session, "4f9c1a", "Under the tree", "claude", 2)
    snippet = "What is a palaver?"
    found = Found(message, session, "Under the tree", "user", snippet, [(10, 17)], at)
    return {
        "import_sessions": Imported(1, 2, 0, [brought], []),
        "search_messages": FoundList([found], None),
        "list_projects": ProjectList([project], None),
        **dict.fromkeys(("create_project", "get_project", "change_project"), project),
    }
