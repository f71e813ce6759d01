"""What a client may say about how a session begins, and nowhere else; what it begins with is laid out by `files`."""

from typing import Annotated, Protocol

from msgspec import UNSET
from pydantic import Field

from palaver.core.ids import SessionId
from palaver.files.templates import Wish

TemplateName = Annotated[str, Field(min_length=1, max_length=64)]
TEMPLATE = Field(
    None,
    description="The template whose files a new session begins with; left out, the default one; null, no files.",
)


class Begins(Protocol):
    """Lets a session that is about to be made begin with files; raises `core.errors.Invalid` for unknown wishes."""

    async def __call__(self, session_id: SessionId, wish: Wish = UNSET) -> object: ...
