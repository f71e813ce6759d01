"""Typed names for identifiers; making one is `kit.ids.new_id` with the prefix that stands here."""

from typing import NewType

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
MessageId = NewType("MessageId", str)
RunId = NewType("RunId", str)
KeyId = NewType("KeyId", str)
Seq = NewType("Seq", int)

USER = "usr"
SESSION = "ses"
MESSAGE = "msg"
RUN = "run"
KEY = "key"
