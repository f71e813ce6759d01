"""Runs as the API has them, and what waits for a person in them; how a run is listened to stands in `streams.py`."""

from typing import Any, Generic

from palaver_client.modes import Mode, Resource, asked, told
from palaver_client.patience import Patience
from palaver_client.scripts import Request, Script, Telling, path_of, said, whole
from palaver_client.sessions import Answers, Remember, spoken
from palaver_client.shapes import ApprovalView, RunView


class Runs(Resource[Mode], Generic[Mode]):
    """Answers that are under way, or were. `client.follow` listens to one."""

    @asked
    def get(self, run_id: str) -> Script[RunView]:
        """One of them."""
        return self._get(path_of("runs", run_id))

    @asked
    def cancel(self, run_id: str) -> Script[RunView]:
        """End it; what was said stays."""
        return cancelled(run_id, self._patience)

    @asked
    def approve(
        self, run_id: str, call_id: str, *, arguments: dict[str, Any] | None = None, remember: Remember | None = None
    ) -> Script[ApprovalView]:
        """Let a call be made, with other arguments if there are some."""
        return approved(run_id, self._patience, said(call_id=call_id, arguments=arguments, remember=remember))

    @asked
    def reject(self, run_id: str, call_id: str, message: str | None = None) -> Script[ApprovalView]:
        """Refuse a call, and say why if there is something to say."""
        return decided(run_id, self._patience, decision="reject", **said(call_id=call_id, message=message))

    @asked
    def answer(self, run_id: str, call_id: str, answers: Answers) -> Script[ApprovalView]:
        """Answer questions: words for one question, or for each question a list of labels or words."""
        return decided(run_id, self._patience, decision="answer", call_id=call_id, **spoken(answers))


class Approvals(Resource[Mode], Generic[Mode]):
    """What waits for a person."""

    @told
    def list(self) -> Telling[ApprovalView]:
        """All that waits for whoever asks; `client.runs` answers it."""
        return self._pages("/approvals")


def approved(run_id: str, patience: Patience, body: dict[str, Any]) -> Script[ApprovalView]:
    """A yes."""
    return decided(run_id, patience, decision="approve", **body)


def decided(run_id: str, patience: Patience, **body: Any) -> Script[ApprovalView]:
    """What a person says about a call of a run."""
    return whole(Request("POST", path_of("runs", run_id, "answers"), json=body), patience)


def cancelled(run_id: str, patience: Patience) -> Script[RunView]:
    """The end of a run; ended twice it is ended."""
    return whole(Request("POST", path_of("runs", run_id, "cancel"), again=True), patience)
