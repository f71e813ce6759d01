"""What runs reserved and nobody settles any more; what budgets are is not known here."""

from sqlalchemy import delete, select

from palaver.identity.budgets.tables import budget_holds
from palaver.runs.tables import runs
from palaver.storage.script import Script, Statement, changed

_open = select(runs.c.id).where(runs.c.state != "over")
_LET_GO = Statement(delete(budget_holds).where(budget_holds.c.until.is_(None), budget_holds.c.holder.not_in(_open)))


def let_go_of_ended() -> Script[int]:
    """Let go of what is reserved for runs that are over, or gone with their session; how much was."""
    return (yield from changed(_LET_GO()))
