"""Every query about what models saw. Scripts (`storage.script`); who may see a message is decided by `sessions`."""

from sqlalchemy import bindparam, insert, select

from palaver.context.manifest import Manifest, manifest_body, manifest_of
from palaver.context.tables import manifests
from palaver.core.ids import MessageId
from palaver.storage.script import Script, Statement, first

_PUT = Statement(insert(manifests))
_GET = Statement(select(manifests.c.body).where(manifests.c.message_id == bindparam("id")))


def put(message_id: MessageId, manifest: Manifest) -> Script[None]:
    """Write down what an answer was based on, in the unit of work that writes the answer."""
    yield _PUT(message_id=message_id, body=manifest_body(manifest))


def get(message_id: MessageId) -> Script[Manifest | None]:
    """What an answer was based on; None where nothing was asked for it. Only for messages that were found before."""
    row = yield from first(_GET(id=message_id))
    return manifest_of(row[0]) if row else None
