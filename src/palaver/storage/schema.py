"""The one `MetaData` that every feature's `tables.py` adds to; it holds no table itself.

Columns keep to what both engines store alike: text, integers, floats. Times are `kit.clock.stamp` text, JSON is text.
Of which rows an index is, is said here for SQLite alone, because SQLAlchemy loads an engine that is named (2 MB);
migrations, which make the tables, say it for every engine.
"""

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
