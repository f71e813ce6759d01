"""Asks hooks: over the network or in this process, with deadlines. What follows from their answers is `merging`'s."""

import asyncio
import inspect
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import msgspec

from palaver.kit.clock import Clock
from palaver.kit.http import AddressRefused, FetchFailed, Guard, Outside
from palaver.kit.ids import new_id
from palaver.tools.hooks.matching import Matcher
from palaver.tools.hooks.merging import Failure, concerned, judged, merged
from palaver.tools.hooks.port import Callback, Fired, Hook, HookAnswer, HookEvent, HookQuestion, HookSource
from palaver.tools.hooks.settings import HookSettings
from palaver.tools.hooks.signing import headers
from palaver.tools.threads import in_thread

_log = logging.getLogger(__name__)
_answers = msgspec.json.Decoder(HookAnswer)
_ORDER: tuple[HookSource, ...] = ("request", "user", "operator")
_NOTHING = Fired()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A hook with the question as it stands when its turn has come."""

    hook: Hook
    question: HookQuestion


class Hooks:
    """Everybody who is asked. Make it inside the running loop, with the installed functions; close it at the end."""

    def __init__(self, settings: HookSettings, clock: Clock, callbacks: Mapping[str, Callback] | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._callbacks = dict(callbacks or {})
        self._operator = operator_hooks(settings)
        self._outside: Outside | None = None

    def anybody(self, hooks: Sequence[Hook], event: HookEvent, tool: str | None = None) -> bool:
        """Whether somebody would be asked."""
        return bool(hooks or self._operator) and bool(concerned((*hooks, *self._operator), event, tool))

    async def fire(self, hooks: Sequence[Hook], question: HookQuestion) -> Fired:
        """Ask all whom it concerns: of these hooks (a user's and a request's), and always of the operator's.

        Those of one source are asked at once, the sources one after the other: each sees the input as the one before
        left it, and none is asked any more once a call is denied. It never raises, except when it is cancelled.
        """
        if not hooks and not self._operator:
            return _NOTHING
        asked = concerned((*hooks, *self._operator), question.hook_event, question.tool_name)
        if not asked:
            return _NOTHING
        together = _NOTHING
        for source in _ORDER:
            if of_source := [hook for hook in asked if hook.source == source]:
                together = merged((together, await self._stage(of_source, question)))
                if together.modified_input is not None:
                    question = msgspec.structs.replace(question, tool_input=together.modified_input)
            if together.decision == "deny":
                break
        return together

    async def close(self) -> None:
        """Close every connection."""
        if self._outside is not None:
            await self._outside.close()

    async def _stage(self, hooks: Sequence[Hook], question: HookQuestion) -> Fired:
        async with asyncio.TaskGroup() as tasks:
            asking = [tasks.create_task(self._judged(hook, question)) for hook in hooks]
        return merged([task.result() for task in asking])

    async def _judged(self, hook: Hook, question: HookQuestion) -> Fired:
        said = await (self._call(hook, question) if hook.callback is not None else self._post(hook, question))
        return judged(name_of(hook), said, question, self._settings.continuations)

    async def _post(self, hook: Hook, question: HookQuestion) -> HookAnswer | Failure:
        body = msgspec.json.encode(question)
        secret = hook.secret.reveal() if hook.secret is not None else None
        signed = headers(secret, new_id("hok"), int(self._clock.now().timestamp()), body)
        try:
            reply = await self._network().send("POST", hook.url or "", headers=signed, body=body, deadline=hook.timeout)
        except AddressRefused:
            return Failure("is at an address that is not allowed")
        except FetchFailed as failed:
            return Failure(f"did not answer: {str(failed).rstrip('.').lower()}")
        if not 200 <= reply.status < 300:
            return Failure(f"answered with status {reply.status}")
        if reply.status == 204 or (not reply.body.strip() and question.hook_event != "PreToolUse"):
            return HookAnswer()
        return _read(reply.body)

    async def _call(self, hook: Hook, question: HookQuestion) -> HookAnswer | Failure:
        callback = self._callbacks.get(hook.callback or "")
        if callback is None:
            return Failure("is not installed")
        try:
            async with asyncio.timeout(hook.timeout):
                answer = await _called(callback, question)
        except TimeoutError:
            return Failure("did not answer: it took too long")
        except Exception:  # noqa: BLE001 - it is somebody else's code, and the turn outlives whatever it raises
            _log.warning("A hook failed.", exc_info=True, extra={"hook": hook.callback})
            return Failure("failed")
        return answer

    def _network(self) -> Outside:
        if self._outside is None:
            self._outside = Outside(guard_of(self._settings), limit=self._settings.answer_bytes)
        return self._outside


def guard_of(settings: HookSettings) -> Guard:
    """Where hooks may be."""
    schemes = frozenset({"https", "http"}) if settings.allow_http else frozenset({"https"})
    return Guard(schemes=schemes, private=settings.allow_private)


def operator_hooks(settings: HookSettings) -> tuple[Hook, ...]:
    """The operator's own, as values."""
    return tuple(
        Hook(
            event=one.event,
            source="operator",
            matcher=Matcher(one.matcher),
            url=one.url,
            callback=one.callback,
            secret=one.secret,
            timeout=settings.timeout if one.timeout is None else one.timeout,
        )
        for one in settings.operator
    )


def name_of(hook: Hook) -> str:
    """What people are told about which hook it is: whose, and its host; the rest of a URL may be a secret."""
    return f"{hook.source}:{hook.callback or urlsplit(hook.url or '').hostname or '?'}"


def _read(body: bytes) -> HookAnswer | Failure:
    try:
        return _answers.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Failure("answered something that is no answer")


async def _called(callback: Callback, question: HookQuestion) -> HookAnswer | Failure:
    waits = inspect.iscoroutinefunction(callback) or inspect.iscoroutinefunction(type(callback).__call__)
    answer = callback(question) if waits else await in_thread(lambda _: callback(question))
    if inspect.isawaitable(answer):
        answer = cast("object", await answer)
    if answer is None or isinstance(answer, HookAnswer):
        return answer or HookAnswer()
    try:
        return msgspec.convert(answer, HookAnswer)
    except msgspec.ValidationError:
        return Failure("answered something that is no answer")
