"""Every query about what models saw. Scripts (`storage.script`); who may see a message is decided by `sessions`."""

from sqlalchemy import bindparam, insert, select

from palaver.context.manifest import Manifest, manifest_body, manifest_of
from palaver.context.tables import asides, manifests
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.usage import Usage
from palaver.kit.ids import new_id
from palaver.storage.script import Script, Statement, first

_PUT = Statement(insert(manifests))
_PUT_ASIDE = Statement(insert(asides))
_GET = Statement(select(manifests.c.body).where(manifests.c.message_id == bindparam("id")))


def put(message_id: MessageId, manifest: Manifest) -> Script[None]:
    """Write down what an answer was based on, in the unit of work that writes the answer."""
    yield _PUT(message_id=message_id, body=manifest_body(manifest))


def get(message_id: MessageId) -> Script[Manifest | None]:
    """What an answer was based on; None where nothing was asked for it. Only for messages that were found before."""
    row = yield from first(_GET(id=message_id))
    return manifest_of(row[0]) if row else None


def put_aside(
    session_id: SessionId, user_id: UserId, *, kind: str, model: str, usage: Usage, at: str
) -> Script[None]:  # fmt: skip
    """Write down what the house asked a model besides answers, and what that consumed."""
    yield _PUT_ASIDE(
        id=new_id("asd"),
        session_id=session_id,
        user_id=user_id,
        kind=kind,
        model=model,
        created_at=at,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        cost_usd=usage.cost_usd,
    )
