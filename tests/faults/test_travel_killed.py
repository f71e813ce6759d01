"""A process that is killed at any step of a travel leaves all as before or as after, and nothing that stays."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from palaver.core.ids import MessageId, SessionId
from palaver.files.incoming import Form
from palaver.sessions import forking, rewinding
from tests.database import whole_database
from tests.faults.dying import run
from tests.faults.dying_travel import ADA, Home, Seen, ada, dying_within, within
from tests.promises import keeps

pytestmark = pytest.mark.timeout(120)

Act = Callable[[Home], Awaitable[object]]


class Start(NamedTuple):
    """A home in which something happened already: one session, a fork of it, and a point to go back to."""

    path: Path
    session_id: SessionId
    fork_id: SessionId
    point: str
    first: MessageId

    def deaths(self, act: Act) -> Iterator[tuple[Seen, Seen, bool]]:
        """What was there before the act, and what each next process finds; every death leaves nothing that stays."""
        before = self._seen(self.path)
        place = self.path.with_name("again")
        for number in range(1, 2_000):
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(self.path, place, symlinks=True)
            ended = run(lambda: dying_within(place, act), number)
            found = self._seen(place)
            yield before, found, ended
            if ended:
                assert number > 5
                return
        raise AssertionError("the act never came to its end")

    def _seen(self, place: Path) -> Seen:
        return within(place, lambda home: home.recovered())


@pytest.fixture
def start(tmp_path: Path) -> Start:
    path = tmp_path / "start"
    path.mkdir()

    async def empty() -> None:
        async with whole_database(path / "palaver.db") as database:
            await database.write(ada())

    async def begin(home: Home) -> Start:
        session_id = (await home.sessions.create(ADA, {})).id
        home.write(session_id, kept="kept", changed="before", folder_gone="gone")
        first = await home.say(session_id, "one")
        home.write(session_id, changed="meanwhile", folder_made="made")
        point = await home.checkpointing.set(ADA, session_id, None)
        await home.say(session_id, "two")
        fork = await home.forking.fork(ADA, forking.Wish(session_id))
        home.write(session_id, changed="after!", folder_gone="", other="other")
        return Start(path, session_id, fork.id, point.id, first)

    asyncio.run(empty())
    return within(path, begin)


def assert_all_or_nothing(deaths: Iterator[tuple[Seen, Seen, bool]]) -> None:
    """Besides what was there, nothing is seen but one state, which is what the act leads to; and both are seen."""
    seen = list(deaths)
    before, after = seen[0][0], seen[-1][1]
    assert before != after
    for _, found, _ in seen:
        assert found in (before, after) or alike(found, after)
    assert seen[0][1] == before


def alike(found: Seen, after: Seen) -> bool:
    """Whether they differ in nothing but ids that each process makes anew."""
    counts = [[len(one) for one in seen.rows] for seen in (found, after)]
    files = [sorted(map(repr, seen.files.values())) for seen in (found, after)]
    return counts[0] == counts[1] and files[0] == files[1]


@keeps("sessions:killed", "files:sweep")
@pytest.mark.parametrize("restore", [("messages",), ("messages", "files")])
def test_a_rewind_is_done_or_not_begun(start: Start, restore: tuple[rewinding.What, ...]) -> None:
    wish = rewinding.Wish(start.session_id, start.point, frozenset(restore))
    assert_all_or_nothing(start.deaths(lambda home: home.rewinding.rewind(ADA, wish)))


@keeps("sessions:killed", "files:sweep")
def test_a_fork_is_there_whole_or_not_at_all(start: Start) -> None:
    assert_all_or_nothing(start.deaths(lambda home: home.forking.fork(ADA, forking.Wish(start.session_id))))


@keeps("sessions:killed", "files:sweep")
def test_a_fork_of_what_was_has_the_files_of_then_or_is_not_there(start: Start) -> None:
    wish = forking.Wish(start.session_id, start.first)
    assert_all_or_nothing(start.deaths(lambda home: home.forking.fork(ADA, wish)))


@keeps("sessions:killed", "files:sweep")
def test_a_checkpoint_is_there_or_not(start: Start) -> None:
    assert_all_or_nothing(start.deaths(lambda home: home.checkpointing.set(ADA, start.session_id, "here")))


@keeps("sessions:killed", "files:sweep", "sessions:delete")
@pytest.mark.parametrize("which", ["session_id", "fork_id"])
def test_a_session_that_is_deleted_is_there_whole_or_gone_with_all_that_only_it_had(start: Start, which: str) -> None:
    gone = getattr(start, which)
    assert_all_or_nothing(start.deaths(lambda home: home.sessions.remove(ADA, gone)))


async def body(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@keeps("sessions:killed", "files:sweep", "files:whole")
def test_a_file_that_is_put_is_there_whole_or_as_before(start: Start) -> None:
    async def put(home: Home) -> None:
        pieces = body(b"piece ", b"by piece")
        await home.files.put(ADA, start.session_id, "changed", body=pieces, on_conflict="replace")

    assert_all_or_nothing(start.deaths(put))


def form(*names: str) -> Form:
    parts = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="%s"\r\n\r\ncontent of %s\r\n' % (one, one)
        for one in map(str.encode, names)
    )
    return Form("multipart/form-data; boundary=x", body(b"".join(parts), b"--x--\r\n"))


@keeps("files:sweep", "files:whole")
def test_every_file_of_a_form_is_there_whole_or_as_before(start: Start) -> None:
    names = ("changed", "new")

    async def put(home: Home) -> None:
        await home.files.put_form(ADA, start.session_id, form(*names), on_conflict="replace")

    for before, found, ended in start.deaths(put):
        files = found.files[start.session_id]
        assert found.rows == before.rows
        assert {one: files[one] for one in files if one not in names} == {
            one: was for one, was in before.files[start.session_id].items() if one not in names
        }
        for one in names:
            brought = (f"content of {one}".encode(), 0o644)
            assert files.get(one) == brought or (
                files.get(one) == before.files[start.session_id].get(one) and not ended
            )


@keeps("sessions:killed", "files:sweep")
def test_uploads_for_messages_are_kept_all_or_leave_nothing(start: Start) -> None:
    assert_all_or_nothing(start.deaths(lambda home: home.files.upload(ADA, form("one", "two"))))
