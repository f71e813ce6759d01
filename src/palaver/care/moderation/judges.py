"""An operator's moderation service, asked over HTTP: one that speaks as OpenAI's does, or a server of Llama Guard.

What it does not know how to name is left out, and nothing is asked twice.
"""

from typing import Any

import msgspec

from palaver.care.moderation.port import JudgeFailed
from palaver.care.moderation.settings import JudgeKind, ModerationSettings
from palaver.care.moderation.verdict import ModerationCategory, ModerationDirection
from palaver.kit.http import AddressRefused, FetchFailed, Guard, Outside

_OF_OPENAI: dict[str, ModerationCategory] = {
    "self-harm": "self_harm",
    "self-harm/intent": "self_harm",
    "self-harm/instructions": "self_harm",
    "violence": "violence",
    "violence/graphic": "violence",
    "sexual": "sexual",
    "sexual/minors": "minors",
    "hate": "hate",
    "hate/threatening": "hate",
    "harassment": "harassment",
    "harassment/threatening": "harassment",
    "illicit": "illicit",
    "illicit/violent": "illicit",
}
# The hazards of Llama Guard 3 that have a category here; privacy, elections, property and defamation have none.
_OF_LLAMA_GUARD: dict[str, ModerationCategory] = {
    "S1": "violence",
    "S2": "illicit",
    "S3": "sexual",
    "S4": "minors",
    "S6": "medical",
    "S9": "illicit",
    "S10": "hate",
    "S11": "self_harm",
    "S12": "sexual",
}


class _Result(msgspec.Struct):
    categories: dict[str, bool]


class _Results(msgspec.Struct):
    results: list[_Result]


class _Said(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    message: _Said


class _Choices(msgspec.Struct):
    choices: list[_Choice]


_encode = msgspec.json.Encoder().encode


class HttpJudge:
    """Asks the service that `care.moderation.judge_url` names."""

    def __init__(self, settings: ModerationSettings) -> None:
        assert settings.judge_url is not None
        base = settings.judge_url.rstrip("/")
        self._kind: JudgeKind = settings.judge_kind
        self._url = f"{base}/moderations" if self._kind == "openai" else f"{base}/chat/completions"
        self._model = settings.judge_model
        self._headers = {"content-type": "application/json"}
        if settings.judge_key is not None:
            self._headers["authorization"] = f"Bearer {settings.judge_key.get_secret_value()}"
        # the operator named it: it may well stand beside this server
        guard = Guard(schemes=frozenset({"http", "https"}), private=True)
        self._outside = Outside(guard, deadline=settings.judge_deadline)

    @property
    def name(self) -> str:
        """Its kind."""
        return self._kind

    async def judge(self, text: str, direction: ModerationDirection) -> frozenset[ModerationCategory]:
        """What it says, as far as we have a word for it."""
        try:
            answered = await self._outside.send(
                "POST", self._url, headers=self._headers, body=_encode(self._asked(text, direction))
            )
            if answered.status >= 300:
                raise JudgeFailed(f"It answered with status {answered.status}.")
            return _of_openai(answered.body) if self._kind == "openai" else _of_llama_guard(answered.body)
        except (FetchFailed, AddressRefused) as error:
            raise JudgeFailed(str(error)) from error
        except (msgspec.DecodeError, IndexError) as error:
            raise JudgeFailed("Its answer cannot be read.") from error

    async def close(self) -> None:
        """Close its connections."""
        await self._outside.close()

    def _asked(self, text: str, direction: ModerationDirection) -> dict[str, Any]:
        model = {"model": self._model} if self._model else {}
        if self._kind == "openai":
            return {**model, "input": text}
        before = [] if direction == "input" else [{"role": "user", "content": "…"}]  # it judges what was said last
        role = "user" if direction == "input" else "assistant"
        return {**model, "messages": [*before, {"role": role, "content": text}], "temperature": 0, "max_tokens": 50}


def _of_openai(body: bytes) -> frozenset[ModerationCategory]:
    flagged = msgspec.json.decode(body, type=_Results).results[0].categories
    return frozenset(_OF_OPENAI[name] for name, is_so in flagged.items() if is_so and name in _OF_OPENAI)


def _of_llama_guard(body: bytes) -> frozenset[ModerationCategory]:
    said = msgspec.json.decode(body, type=_Choices).choices[0].message.content.strip()
    verdict, _, hazards = said.partition("\n")
    if verdict.strip().lower() not in {"safe", "unsafe"}:
        raise JudgeFailed("It said neither safe nor unsafe.")
    named = {one.strip().upper() for one in hazards.split(",")}
    return frozenset(_OF_LLAMA_GUARD[one] for one in named if one in _OF_LLAMA_GUARD)
