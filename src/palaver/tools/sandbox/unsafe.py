"""Programs that are not kept apart: they have every right of the server; only an operator can allow this.

They start in the workspace, are held to limits and are ended with their children, and nothing else is between.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from palaver.tools.sandbox.order import Order, launch, limits_of
from palaver.tools.sandbox.port import Ended, Program
from palaver.tools.sandbox.supervising import supervise
from palaver.tools.sandbox.surroundings import environment


class Unsafe:
    """Runs programs as the server's own user, in its own surroundings."""

    name = "unsafe"
    lends = False

    def inside(self, root: Path) -> str:
        return str(root)

    async def run(self, program: Program, tell: Callable[[bytes], None]) -> Ended:
        with TemporaryDirectory(prefix="palaver-run-", ignore_cleanup_errors=True) as temporary:
            order = Order(
                argv=program.argv,
                env=environment(program.env, temporary),
                user=None,
                inside=".",
                folder=temporary,
                limits=limits_of(program, own_user=False),
            )
            return await supervise(launch(order, program.root), program, tell)
