"""What the API has about words of people in danger, and who helps; nothing that is asked here is kept."""

from collections.abc import Sequence
from typing import Generic, Literal, TypeAlias

from palaver_client.modes import Mode, Resource, asked, told
from palaver_client.scripts import Script, Telling, path_of, said
from palaver_client.shapes import (
    Assessed,
    AssessmentsDeleted,
    AssessmentView,
    CareResource,
    Consent,
    Consents,
    CultureAnalysis,
    CultureFoundList,
    FeelingRead,
    ModeratedText,
    Redacted,
    SessionCare,
)

HelpKind: TypeAlias = Literal[
    "crisis_line", "text", "emergency", "domestic_violence", "children", "lgbtq", "directory"
]  # fmt: skip

DataKind: TypeAlias = Literal[
    "name", "phone", "email", "address", "national_id", "account", "card", "iban", "coordinates", "ip", "secret"
]  # fmt: skip
Purpose: TypeAlias = Literal["emotion", "course", "sharing_with_counsellors", "escalation_contact"]
Profile: TypeAlias = Literal["off", "safety", "companion"]


class Care(Resource[Mode], Generic[Mode]):
    """How soon a text asks for an answer, and who helps."""

    @asked
    def assess(self, text: str, *, language: str | None = None, country: str | None = None) -> Script[Assessed]:
        """What in a text says that somebody is in danger, in whatever language, and who helps there."""
        return self._post("/care/assess", {"text": text, **said(language=language, country=country)})

    @asked
    def emotion(self, text: str, *, language: str | None = None) -> Script[FeelingRead]:
        """What feelings a text shows, in English or Swahili, as far as that is known."""
        return self._post("/care/emotion", {"text": text, **said(language=language)})

    @asked
    def redact(self, text: str, *, kinds: Sequence[DataKind] | None = None) -> Script[Redacted]:
        """The text with a token for each piece of personal data, and where those stood; nothing of it is kept."""
        return self._post("/care/redact", {"text": text, **said(kinds=list(kinds) if kinds else None)})

    @asked
    def moderate(self, text: str, direction: Literal["input", "output"]) -> Script[ModeratedText]:
        """Whether a text may be told, and what of it: what a person says, or what a model says."""
        return self._post("/care/moderate", {"text": text, "direction": direction})

    @told
    def resources(
        self, *, country: str | None = None, language: str | None = None, kinds: Sequence[HelpKind] = (),
        limit: int | None = None,
    ) -> Telling[CareResource]:  # fmt: skip
        """Who helps, the best match first; emergency numbers and directories come last, and always."""
        return self._pages("/care/resources", country=country, language=language, kind=list(kinds) or None, limit=limit)

    @asked
    def culture(self, query: str, *, regions: Sequence[str] = (), limit: int | None = None) -> Script[CultureFoundList]:
        """What is known about a people's words and ways."""
        return self._post("/care/culture/search", {"query": query, **said(regions=list(regions) or None, limit=limit)})

    @asked
    def read_culture(self, text: str, *, answer: str | None = None) -> Script[CultureAnalysis]:
        """What a text says in its culture, and what an answer to it gets wrong."""
        return self._post("/care/culture/analyse", {"text": text, **said(answer=answer)})

    @asked
    def profile(self, session_id: str) -> Script[SessionCare]:
        """How much of care there is in a session."""
        return self._get(path_of("sessions", session_id, "care"))

    @asked
    def set_profile(self, session_id: str, profile: Profile | None) -> Script[SessionCare]:
        """Say how much of care there is to be in a session; None lets it follow the server again."""
        return self._put(path_of("sessions", session_id, "care"), {"profile": profile})

    @asked
    def consents(self) -> Script[Consents]:
        """What you agreed to and refused, and the words of each purpose."""
        return self._get("/consents")

    @asked
    def consent(self, purpose: Purpose, *, granted: bool, version: int) -> Script[Consent]:
        """Agree to a purpose in the words of that version, or refuse it."""
        return self._put("/consents", {"purpose": purpose, "granted": granted, "version": version})

    @told
    def assessments(
        self, *, session_id: str | None = None, escalation_id: str | None = None, limit: int | None = None
    ) -> Telling[AssessmentView]:
        """What is kept of how soon your messages asked for an answer, or those of an escalation that you claimed."""
        return self._pages("/care/assessments", session_id=session_id, escalation_id=escalation_id, limit=limit)

    @asked
    def delete_assessments(self, *, session_id: str | None = None) -> Script[AssessmentsDeleted]:
        """Delete what is kept of them, of one session or of all."""
        all_of_them = None if session_id else "true"
        return self._delete("/care/assessments", session_id=session_id, all=all_of_them)
