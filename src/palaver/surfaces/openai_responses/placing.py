"""Finds where a request for a response goes on: after a response, in a conversation, or where its history is known."""

from collections.abc import Sequence

from palaver.core.errors import NotFound
from palaver.core.principal import Principal
from palaver.runs.prompt import Prompt
from palaver.runs.store import Kept
from palaver.surfaces.asking import Asking
from palaver.surfaces.history import Said, as_given_back, marks
from palaver.surfaces.openai_responses.asked import ResponseRequest, Standing, prompt_of
from palaver.surfaces.openai_responses.input_items import Instruction, Item, Reference, said_by
from palaver.surfaces.openai_responses.items import said_of
from palaver.surfaces.openai_responses.looking_up import Records
from palaver.surfaces.openai_responses.names import session_of
from palaver.surfaces.refusing import refused
from palaver.surfaces.store import Thread
from palaver.surfaces.threads import After


class Placing:
    """Makes prompts of requests."""

    def __init__(self, asking: Asking, records: Records) -> None:
        self._asking = asking
        self.records = records

    async def prompt(self, principal: Principal, asked: ResponseRequest, named: str | None) -> Prompt:
        """The request as a prompt, in its session; `named` is the session that the client names in a header."""
        before = await self._before(principal, asked, named)
        instructions, history = await self.said(principal, asked.input, "input")
        earlier: Sequence[str] = before.prompt.echo.get("standing", ()) if before else ()
        prompt = prompt_of(asked, Standing(earlier, instructions))
        if before is not None:
            return await self._after(principal, prompt, history, before)
        if asked.conversation_id is None:
            return await self._asking.placed(principal, prompt, history, _session(named or asked.session_id))
        if named or asked.session_id:
            raise refused("conversation", "It says where to go on: leave out the session.")
        if instructions:
            raise refused("input", "Instructions for a conversation stand in `instructions`, with each request.")
        session = await self.records.session(principal, asked.conversation_id)
        return await self._asking.placed_within(principal, prompt, history, session.id)

    async def said(self, principal: Principal, items: Sequence[Item], where: str) -> tuple[list[str], list[Said]]:
        """What items say: instructions, and the conversation; those that are only named are looked up."""
        instructions: list[str] = []
        history: list[Said] = []
        for one in said_by(items, where):
            match one:
                case Instruction(text=text):
                    instructions.append(text)
                case Reference(id=name):
                    history.append(await self._named_item(principal, name, where))
                case _:
                    history.append(one)
        return instructions, history

    async def _named_item(self, principal: Principal, name: str, where: str) -> Said:
        try:
            found = await self.records.item(principal, name)
        except NotFound as error:
            raise refused(where, error.detail, "not_found") from None
        return said_of(found.message, found.block)

    async def _before(self, principal: Principal, asked: ResponseRequest, named: str | None) -> Kept | None:
        name = asked.previous_response_id
        if name is None:
            return None
        if asked.conversation is not None or asked.session_id or named:
            raise refused("previous_response_id", "It says where to go on: leave out the conversation, or the session.")
        try:
            before = await self.records.run(principal, name)
        except NotFound as error:
            raise refused("previous_response_id", error.detail, "previous_response_not_found") from None
        if before.state != "over":
            raise refused("previous_response_id", "This response is not finished.", "unfinished")
        return before

    async def _after(self, principal: Principal, prompt: Prompt, history: Sequence[Said], before: Kept) -> Prompt:
        thread = Thread(before.session_id, before.message_id)
        mark = None
        if before.prompt.thread is not None:  # then who sends everything again is found as well
            answer = await self.records.message(principal, before.message_id)
            mark = marks([as_given_back(answer)], before.prompt.thread)[-1]
        return await self._asking.placed_below(principal, prompt, history, After(thread, mark))


def _session(name: str | None) -> str | None:
    """A session may be named as a conversation as well."""
    return (session_of(name) or name) if name else None
