"""The bus of a single process: a dictionary of mailboxes."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from palaver.kit.streams import Closed, Mailbox


class MemoryBus:
    """Tells readers in this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._topics: dict[str, list[Mailbox[Any]]] = {}
        self._closed = False

    def publish(self, topic: str, item: Any, weigh: Callable[[], int]) -> None:
        for mailbox in self._topics.get(topic, ()):
            mailbox.offer(item, weigh)

    def end(self, topic: str) -> None:
        for mailbox in self._topics.get(topic, ()):
            mailbox.end(Closed)

    @contextmanager
    def subscribe(self, *topics: str) -> Generator[Mailbox[Any]]:
        mailbox = self.listen(*topics)
        try:
            yield mailbox
        finally:
            self.leave(mailbox, *topics)

    def listen(self, *topics: str) -> Mailbox[Any]:
        mailbox: Mailbox[Any] = Mailbox(self._most)
        if self._closed:
            mailbox.end(Closed)
        for topic in topics:
            self._topics.setdefault(topic, []).append(mailbox)
        return mailbox

    def leave(self, mailbox: Mailbox[Any], *topics: str) -> None:
        for topic in topics:
            self._leave(topic, mailbox)

    def readers(self, topic: str) -> int:
        return len(self._topics.get(topic, ()))

    def close(self) -> None:
        """Let every reader go; whoever comes later is let go at once."""
        self._closed = True
        for mailboxes in self._topics.values():
            for mailbox in mailboxes:
                mailbox.end(Closed)

    def _leave(self, topic: str, mailbox: Mailbox[Any]) -> None:
        mailboxes = self._topics[topic]
        mailboxes.remove(mailbox)
        if not mailboxes:
            del self._topics[topic]
