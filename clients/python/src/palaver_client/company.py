"""Who takes part in a session, as the API has it; what they tell each other there is not heard here."""

from typing import Generic, Literal, TypeAlias

from palaver_client.modes import Mode, Resource, asked, told
from palaver_client.scripts import Script, Telling, path_of, said
from palaver_client.shapes import Invited, Member, Session

Role: TypeAlias = Literal["editor", "viewer"]


class Members(Resource[Mode], Generic[Mode]):
    """People in a session, beside its owner."""

    @told
    def list(self, session_id: str) -> Telling[Member]:
        """All of them, the owner first, and what each has read."""
        return self._pages(path_of("sessions", session_id, "members"))

    @asked
    def set(
        self, session_id: str, role: Role, *, user_id: str | None = None, email: str | None = None
    ) -> Script[Member]:
        """Let somebody take part, or in another role: by their id or their e-mail address."""
        return self._post(path_of("sessions", session_id, "members"), said(role=role, user_id=user_id, email=email))

    @asked
    def remove(self, session_id: str, user_id: str) -> Script[None]:
        """Let somebody take part no more: another person, or whoever asks."""
        return self._delete(path_of("sessions", session_id, "members"), user_id=user_id)

    @asked
    def read(self, session_id: str, message_id: str) -> Script[None]:
        """Say up to which message you have read."""
        return self._post(path_of("sessions", session_id, "read"), {"message_id": message_id})


class Invitations(Resource[Mode], Generic[Mode]):
    """Links by which people come into a session."""

    @told
    def list(self, session_id: str) -> Telling[Invited]:
        """Those that hold, without what is secret."""
        return self._pages(path_of("sessions", session_id, "invitations"))

    @asked
    def create(
        self, session_id: str, *, role: Role | None = None, expires_in_hours: int | None = None,
        uses: int | None = None,
    ) -> Script[Invited]:  # fmt: skip
        """A new one; its `token` and `link` are told this once."""
        body = said(role=role, expires_in_hours=expires_in_hours, uses=uses)
        return self._post(path_of("sessions", session_id, "invitations"), body)

    @asked
    def delete(self, session_id: str, invitation_id: str) -> Script[None]:
        """It holds no more."""
        return self._delete(path_of("sessions", session_id, "invitations", invitation_id))

    @asked
    def accept(self, token: str) -> Script[Session]:
        """Come by one; the session that is open from now on."""
        return self._post("/invitations/accept", {"token": token})
