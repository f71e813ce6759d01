"""Use cases of escalations, one unit of work each; whom an alarm reaches is the jobs' business."""

from collections.abc import Callable


class Escalations:
    """The front door of escalations."""

    def __init__(self) -> None:
        self.woken: Callable[[], None] = _nobody

    def wake(self) -> None:
        """Something may be due: to be called once what `store.begin` wrote is committed. It never waits."""
        self.woken()


def _nobody() -> None:
    """Where nothing is done by itself."""
