"""Where the calls of a test happen; nobody is asked there."""

from collections.abc import Sequence
from pathlib import Path

from palaver.core.ids import RunId, SessionId, UserId
from palaver.core.questions import Answers, Question
from palaver.files.settings import FileSettings
from palaver.files.workspace import Workspace
from palaver.tools.port import Scene


class Told:
    """A scene, and what was told in it."""

    def __init__(self, root: Path, call_id: str = "call_1", settings: FileSettings | None = None) -> None:
        self.lines: list[str] = []
        self.workspace = Workspace(root, settings)
        self.scene = Scene(
            user_id=UserId("usr_1"),
            session_id=SessionId("ses_1"),
            run_id=RunId("run_1"),
            call_id=call_id,
            workspace=self.workspace,
            progress=self.lines.append,
            ask=self._ask,
        )

    async def _ask(self, questions: Sequence[Question]) -> Answers:
        return Answers(None)
