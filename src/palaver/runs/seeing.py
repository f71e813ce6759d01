"""What models saw and what the next one would see, for people to look at; nobody is asked for it."""

import msgspec

from palaver.context import store
from palaver.context.manifest import Manifest
from palaver.context.memory.fact import Wish
from palaver.context.memory.recalling import NOTHING
from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, RunId, SessionId
from palaver.core.messages import Message
from palaver.core.principal import Principal
from palaver.runs import speaking
from palaver.runs.asking import Boxes
from palaver.runs.conveying import Conveying
from palaver.runs.live import Live
from palaver.runs.parts import Resolve
from palaver.runs.past import considered
from palaver.runs.prompt import Prompt
from palaver.runs.recalling import Recall, unfailing
from palaver.runs.seen import described
from palaver.runs.service import Settle
from palaver.runs.viewing import view_of
from palaver.sessions import store as session_store
from palaver.sessions import tree
from palaver.sessions.shown import written
from palaver.storage.port import Database
from palaver.storage.script import Script


class Seeing:
    """Answers what stands behind answers; `history` is how many messages are considered."""

    def __init__(
        self, database: Database, resolve: Resolve, settle: Settle, boxes: Boxes, *, conveying: Conveying, history: int,
        recall: Recall | None = None,
    ) -> None:  # fmt: skip
        self._database = database
        self._resolve = resolve
        self._settle = settle
        self._boxes = boxes
        self._conveying = conveying
        self._history = history
        self._recall = recall

    async def behind(self, principal: Principal, message_id: MessageId) -> Manifest:
        """What an answer was based on."""

        def read() -> Script[Manifest | None]:
            message = yield from session_store.message(message_id, principal.user_id)
            seen = yield from store.get(written(message_id)[0])
            if seen is None or message.user_id == principal.user_id:
                return seen
            return msgspec.structs.replace(seen, guidance=())  # what was added for who asked is theirs

        found = await self._database.read(read())
        if found is None:
            raise NotFound("No model was asked for this message, or it is older than this record.")
        return found

    async def summaries(self, principal: Principal, session_id: SessionId) -> list[Message]:
        """The summaries on the branch that the session shows, oldest first; those taken back among them."""

        def read() -> Script[list[Message]]:
            kept = yield from session_store.find(session_id, principal.user_id)
            found: list[Message] = []
            for reach in tree.path(kept.tree, kept.head):
                found += [one.message() for one in (yield from session_store.summaries(reach, session_id))]
            return found

        return await self._database.read(read())

    async def next(self, principal: Principal, session_id: SessionId, question: str = "") -> Manifest:
        """What the next model call of a session would see, but for the question; no model and no hook is asked.

        Of what is remembered that is what is always told, and what this question would recall.
        """
        prompt = await self._settle(principal, Prompt(session_id=session_id))
        live = Live(RunId(""), session_id, principal.user_id, epoch=0)
        live.prompt = prompt
        kept = await self._database.read(session_store.find(session_id, principal.user_id))
        session = kept.session
        live.model = await self._resolve(prompt.recipe.model or session.model, principal)
        live.system, live.mode = session.system_prompt, session.permission_mode
        live.reaches = tree.path(kept.tree, kept.head)
        depth = kept.head.depth + 1 if kept.head else 0
        path = await self._database.read(considered(session_id, live.reaches, depth, self._history, room=kept.room))
        box = await self._boxes.of(live)
        wish = Wish(prompt.recipe.memory, prompt.recipe.project_id)
        recalled = await unfailing(self._recall, principal.user_id, wish, question) or NOTHING
        conveyed = await self._conveying.convey(principal.user_id, path, live.asked)
        view = await view_of(
            conveyed, live.asked, system=speaking.system(live, box, form=None), tools=box.specs, going_on=None,
            answer=None,
            recalled=recalled,
        )  # fmt: skip
        settings = {"permission_mode": live.mode} if box.specs else {}
        return described(
            view, live.asked, box.specs, settings, session_id=session_id, before=depth - len(path),
            project_files=prompt.recipe.project_files,
        )  # fmt: skip
