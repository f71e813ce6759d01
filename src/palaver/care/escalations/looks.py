"""♥ Which looks at the queue the audit log has to know: what somebody was not shown within the hour. No clock.

A data-protection officer asks who was shown whom, and when. A page that reads the queue anew with every event shows the
same people again: that is one look. What is forgotten here is written down once more, never once less.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

ONE_LOOK = timedelta(hours=1)
MOST = 20_000  # pairs of who and what: a hundred counsellors with a queue of two hundred


class Looks:
    """What was shown to whom lately, as far as this process knows."""

    def __init__(self) -> None:
        self._shown: OrderedDict[tuple[str, str], datetime] = OrderedDict()  # the oldest first

    def new(self, who: str, what: Iterable[str], now: datetime) -> list[str]:
        """What of this nobody wrote down within the hour that they were shown."""
        return [one for one in what if self._shown.get((who, one), now - ONE_LOOK) <= now - ONE_LOOK]

    def written(self, who: str, what: Iterable[str], now: datetime) -> None:
        """Somebody wrote it down: not before, so that a look that could not be written down is not forgotten."""
        for one in what:
            self._shown[who, one] = now
            self._shown.move_to_end((who, one))
        while self._shown and (len(self._shown) > MOST or next(iter(self._shown.values())) <= now - ONE_LOOK):
            self._shown.popitem(last=False)

    def __len__(self) -> int:
        return len(self._shown)
