"""The one `MetaData` that every feature's `tables.py` adds to; it holds no table itself.

Columns keep to what both engines store alike: text, integers, floats. Times are `kit.clock.stamp` text, JSON is text.
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
