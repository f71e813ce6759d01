"""Full-text indexes forget words for good: deleting a row only marks them in there; which rows go, features say."""

from sqlalchemy import bindparam, text

from palaver.storage.port import Database
from palaver.storage.script import Script, Statement, first

_PAGES = 200  # merged in one unit of work, so that nobody waits long for the database
_CHANGES = Statement(text("select total_changes()"))


class FullText:
    """One index of SQLite (FTS5), by its name."""

    def __init__(self, name: str) -> None:
        merge = f"insert into {name}({name}, rank) values ('merge', :pages)"  # noqa: S608 - a name of ours
        self._merge = Statement(text(merge).bindparams(bindparam("pages", required=True)))

    async def settle(self, database: Database) -> None:
        """Write the index anew, piece by piece, without what was deleted; what comes meanwhile is left as it is."""
        pages = -_PAGES  # negative: begin, whatever there is
        while await database.write(self._step(pages), durable=False):
            pages = _PAGES

    def _step(self, pages: int) -> Script[bool]:
        before = yield from first(_CHANGES())
        yield self._merge(pages=pages)
        after = yield from first(_CHANGES())
        return before is not None and after is not None and after[0] - before[0] > 1  # fewer: nothing was left to do
