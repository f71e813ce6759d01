"""The newest schema as one file of SQL, for databases with nothing in them; it knows no way there for older ones."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

FILE = Path(__file__).parents[1] / "migrations" / "newest.sql"

_REVISION = re.compile(r"^insert into alembic_version .*'(\w+)'", re.MULTILINE)
_ORDER = ("table", "view", "index", "trigger")


def revision() -> str | None:
    """Which revision the file is of: a migration that was written since is not in it."""
    found = _REVISION.search(FILE.read_text("utf-8"))
    return found[1] if found else None


def nothing_in(path: Path) -> bool:
    """Whether the file is a database without any table, or no database yet."""
    with closing(sqlite3.connect(path, timeout=5)) as link:
        return link.execute("select 1 from sqlite_master").fetchone() is None


def lay(path: Path) -> None:
    """Make everything, in one transaction."""
    with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as link:
        link.executescript(f"begin immediate;\n{FILE.read_text('utf-8')}\ncommit;")


def told(path: Path) -> str:
    """What this file must say, by a database that the chain made of nothing."""
    with closing(sqlite3.connect(path)) as link:
        shadows = {row[0] for row in link.execute("select name from pragma_table_list where type = 'shadow'")}
        named = "select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'"
        made = link.execute(f"{named} order by rowid").fetchall()  # SQLite makes its own, as it does shadows
        (version,) = link.execute("select version_num from alembic_version").fetchone()
    those = sorted((one for one in made if one[1] not in shadows), key=lambda one: _ORDER.index(one[0]))
    head = "-- What the chain of migrations makes of an empty database. `make docs` writes it."
    said = "\n\n".join(f"{sql};" for _, _, sql in those)
    return f"{head}\n\n{said}\n\ninsert into alembic_version (version_num) values ('{version}');\n"
