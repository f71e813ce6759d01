"""Under which ids a session shows messages that another one wrote; it reads no database.

A fork shares the rows of the session that it was forked off. So that what is done through the fork cannot be taken for
something done to the other session, these messages have ids of their own there: the id under which they were written,
and which session shows them.
"""

import base64
import binascii
import re

from palaver.core.ids import SESSION, MessageId, SessionId

_MARK = 22  # characters of base64 that a session's 128 bits need
_HEAD = re.compile(rb'\{"id":"([^"]+)","session_id":"[^"]*","parent_id":(?:null|"([^"]+)")')


def shown(message_id: MessageId, session_id: SessionId) -> MessageId:
    """The id of a message in a session that shares it."""
    mark = base64.urlsafe_b64encode(bytes.fromhex(session_id[len(SESSION) + 1 :])).rstrip(b"=").decode()
    return MessageId(f"{written(message_id)[0]}_{mark}")


def written(message_id: MessageId) -> tuple[MessageId, SessionId | None]:
    """The id under which a message was written, and the session that shows it, where that is another one."""
    first, mark = message_id[: -_MARK - 1], message_id[-_MARK:]
    if not first or message_id[-_MARK - 1] != "_":
        return message_id, None
    try:
        number = base64.b64decode(mark + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return message_id, None
    return MessageId(first), SessionId(f"{SESSION}_{number.hex()}")


def as_shown(body: bytes, session_id: SessionId) -> bytes:
    """A message's document as a session has it that shares the message."""
    head = _HEAD.match(body)
    assert head is not None, "a message's document begins with its ids"
    own, above = (_id(one, session_id) if one else None for one in head.groups())
    said = f'"{above}"' if above else "null"
    return f'{{"id":"{own}","session_id":"{session_id}","parent_id":{said}'.encode() + body[head.end() :]


def _id(written_as: bytes, session_id: SessionId) -> MessageId:
    return shown(MessageId(written_as.decode()), session_id)
