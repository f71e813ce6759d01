"""Which token stands for what in each session: stable as long as the session is there, over restarts; it finds nothing.

What tokens stand for is sealed in the database and bound to its session. A bounded number of sessions is remembered.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from palaver.care.profiles.profile import Profile
from palaver.care.redaction import store
from palaver.care.redaction.tokens import Label, Piece, parts_of, token_of
from palaver.core.ids import SessionId
from palaver.kit.clock import Clock, stamp
from palaver.privacy.sealing import Sealer
from palaver.storage.port import Database
from palaver.storage.script import Script

SESSIONS = 500  # that are remembered; the longest unused is let go, and read again when it is asked in


@dataclass(slots=True)
class Page:
    """The tokens of one session."""

    tokens: dict[tuple[Label, str], str] = field(default_factory=dict[tuple[Label, str], str])
    values: dict[str, str] = field(default_factory=dict[str, str])
    known: dict[str, Label] = field(default_factory=dict[str, Label])

    def add(self, token: str, value: str) -> None:
        """One more."""
        label, _ = parts_of(token)
        self.tokens[label, value] = token
        self.values[token] = value
        if label != "TEXT":
            self.known[value] = label

    def token(self, piece: Piece) -> str:
        """What is told instead of a piece; it must have been given one."""
        return self.tokens[piece.label, piece.value]

    def new(self, wanted: Iterable[Piece]) -> list[tuple[str, str]]:
        """Tokens for what has none yet, each once."""
        counts: dict[Label, int] = {}
        for token in self.values:
            label, number = parts_of(token)
            counts[label] = max(counts.get(label, 0), number)
        made: list[tuple[str, str]] = []
        asked: dict[tuple[Label, str], None] = {(one.label, one.value): None for one in wanted}
        for label, value in asked:
            if (label, value) not in self.tokens:
                counts[label] = counts.get(label, 0) + 1
                made.append((token_of(label, counts[label]), value))
        return made


class Book:
    """Gives tokens, and knows them again."""

    def __init__(self, database: Database, sealer: Callable[[], Sealer], clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._pages: OrderedDict[SessionId, Page] = OrderedDict()

    async def opened(self, session_id: SessionId, default: Profile) -> tuple[Profile, Page]:
        """The profile of a session, which may change at any time, and its tokens."""
        page = self._pages.get(session_id)

        def read() -> Script[tuple[Profile, store.Kept]]:
            profile = yield from store.profile_here(session_id, default)
            kept = (yield from store.of(session_id)) if page is None and profile != "off" else ()
            return profile, kept

        profile, kept = await self._database.read(read())
        if page is None:
            page = self._page(session_id, kept)
        self._remember(session_id, page)
        return profile, page

    async def give(self, session_id: SessionId, page: Page, wanted: Sequence[Piece]) -> Page:
        """The page with a token for every piece; it is written down before anything is told.

        Whoever gives tokens in the same session at the same moment is seen: who writes looks again first.
        """
        if not page.new(wanted):
            return page
        fresh = Page()

        def sealed(kept: store.Kept) -> list[tuple[str, str]]:
            fresh.__init__()
            self._fill(fresh, session_id, kept)
            made = fresh.new(wanted)
            for token, value in made:
                fresh.add(token, value)
            return [(token, self._sealer().seal(value, _about(session_id, token))) for token, value in made]

        if not await self._database.write(store.keep(session_id, sealed, stamp(self._clock.now())), durable=False):
            return unkept(wanted)
        self._remember(session_id, fresh)
        return fresh

    def _page(self, session_id: SessionId, kept: store.Kept) -> Page:
        page = Page()
        self._fill(page, session_id, kept)
        return page

    def _fill(self, page: Page, session_id: SessionId, kept: store.Kept) -> None:
        for token, value in kept:
            page.add(token, self._sealer().open(value, _about(session_id, token)))

    def _remember(self, session_id: SessionId, page: Page) -> None:
        self._pages[session_id] = page
        self._pages.move_to_end(session_id)
        while len(self._pages) > SESSIONS:
            self._pages.popitem(last=False)


def unkept(wanted: Sequence[Piece]) -> Page:
    """Tokens for one question that belongs to no session, or to one that is gone."""
    page = Page()
    for token, value in page.new(wanted):
        page.add(token, value)
    return page


def _about(session_id: SessionId, token: str) -> str:
    return f"redaction:{session_id}:{token}"
