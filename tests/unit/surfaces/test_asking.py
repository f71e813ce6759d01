"""Where many ask at once from one beginning, whoever finds its session taken at the last moment goes on in a fork."""

from typing import Any, cast

import pytest

from palaver.core.errors import SessionBusy
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.principal import Principal
from palaver.runs.prompt import Prompt
from palaver.surfaces.asking import Asking
from palaver.surfaces.store import Thread

ASKER = cast("Principal", type("Somebody", (), {"user_id": UserId("usr_1")})())
FORK = Thread(SessionId("ses_2"), MessageId("msg_2"))


class Forks:
    """Threads that only fork."""

    async def aside(self, user_id: UserId, thread: Thread) -> Thread:
        assert (user_id, thread) == ("usr_1", Thread(SessionId("ses_1"), MessageId("msg_1")))
        return FORK


async def begun(prompt: Prompt) -> list[tuple[str | None, str]]:
    """Where a turn was tried, in a house whose session ses_1 is taken."""
    tried: list[tuple[str | None, str]] = []

    async def begin(prompt: Prompt) -> None:
        tried.append((prompt.session_id, prompt.below))
        if prompt.session_id == "ses_1":
            raise SessionBusy

    forks: Any = Forks()
    unused: Any = None
    await Asking(unused, unused, forks, unused).begun(ASKER, prompt, begin)
    return tried


async def test_a_turn_below_an_answer_goes_on_in_a_fork_where_another_was_faster() -> None:
    prompt = Prompt(session_id=SessionId("ses_1"), below=MessageId("msg_1"))
    assert await begun(prompt) == [("ses_1", "msg_1"), ("ses_2", "msg_2")]


@pytest.mark.parametrize("below", ["head", "root"])
async def test_a_session_that_was_named_is_one_conversation_and_stays_busy(below: Any) -> None:
    with pytest.raises(SessionBusy):
        await begun(Prompt(session_id=SessionId("ses_1"), below=below))
