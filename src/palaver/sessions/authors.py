"""Who wrote the messages of a session in which more than one takes part; in all others nobody asks."""

from collections.abc import Iterable, Mapping

from palaver.core.ids import UserId
from palaver.core.messages import Author, Message
from palaver.sessions import members_store
from palaver.sessions.store import Found
from palaver.storage.script import Script

By = Mapping[UserId, Author]

NOBODY: By = {}
_BY_PEOPLE = (b'"role":"user"', b'"role":"tool"')  # nothing before the role in a document is anybody's own words


def of(room: bool, found: Iterable[Found]) -> Script[By]:
    """The authors of these messages of a session, as they are called now; nobody where it is no room."""
    if not room:
        return NOBODY
    return (yield from members_store.authors(one.user_id for one in found if _by_a_person(one)))


def who(found: Found, by: By) -> Author | None:
    """Who wrote a message, where its document does not say that itself."""
    if not by or not _by_a_person(found) or found.brought:
        return None
    return by.get(found.user_id)


def messages(room: bool, found: Iterable[Found]) -> Script[list[Message]]:
    """These messages as values, with their authors."""
    listed = list(found)
    by = yield from of(room, listed)
    return [one.message(None, who(one, by)) for one in listed]


def _by_a_person(found: Found) -> bool:
    return any(role in found.body[:_HEAD] for role in _BY_PEOPLE)


_HEAD = 320  # bytes in which a document's ids and its role stand
