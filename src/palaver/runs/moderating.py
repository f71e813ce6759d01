"""What moderation says in runs: what it acted on waits for an administrator; it decides nothing else."""

from palaver.care.crisis.finding import Finding, Level
from palaver.care.models.port import Unsafe
from palaver.care.moderation.reviewing import About, Reviewing
from palaver.care.moderation.service import Moderation
from palaver.care.moderation.verdict import ModerationDirection, ModerationHit, Verdict
from palaver.core.ids import UserId
from palaver.runs.judging import Judging
from palaver.runs.live import Live
from palaver.runs.withholding import Withholding


class Moderating:
    """For the runs of this process."""

    def __init__(self, moderation: Moderation, reviewing: Reviewing) -> None:
        self._moderation = moderation
        self._reviewing = reviewing

    async def asked(
        self, live: Live, text: str, found: Finding | None, unsafe: frozenset[Unsafe] = frozenset(), *, by: UserId
    ) -> str | None:
        """Judge what somebody wrote; what they are told instead of an answer, where policy blocks it.

        What trained readers are `unsafe` about, who read it for danger anyway, is looked at by somebody as well.
        Who may need help is answered whatever they wrote: nobody is shown out for saying it.
        """
        verdict = await self._moderation.input(text, unsafe)
        self._reviewing.queue(_about(live, "input", by), verdict, text)
        helped = found is None or Level[found.urgency] >= Level.low
        return verdict.says if verdict.stops and not helped else None

    def unread(self, live: Live, text: str, by: UserId) -> None:
        """What somebody wrote could not be read for danger: somebody should look at it."""
        hit = ModerationHit("unread", "self_harm", "flag", 0, len(text), "")
        self._reviewing.queue(_about(live, "input", by), Verdict("flag", (hit,)), text)

    def answered(self, live: Live, withholding: Withholding) -> None:
        """A step of a model is over: what was withheld of it, thoughts as well, is looked at by somebody."""
        for verdict, text in withholding.found:
            self._reviewing.queue(_about(live, "output", live.user_id), verdict, text)

    def window(self) -> Withholding:
        """What looks at one step."""
        judging = Judging(self._moderation.sentence) if self._moderation.judges_output else None
        return Withholding(self._moderation.window, judging)


def _about(live: Live, direction: ModerationDirection, user_id: UserId) -> About:
    return About(user_id, live.session_id, live.id, direction)
