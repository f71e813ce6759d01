"""What documents say is found with its place to cite, in one's own sessions only, as the files are now."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.core.errors import Invalid, ModelUnavailable
from palaver.core.ids import SessionId, UserId
from palaver.files import index_store, indexing, searching
from palaver.files.extracting import BROKEN
from palaver.files.joined import Joined
from palaver.files.looking import ROOM, shown, terms_of
from palaver.files.nearness import guessed, joined, near, signs_of, unit
from palaver.files.passages import Passage
from palaver.files.searching import Looked, NotRead
from palaver.storage.script import Script
from tests.unit.files.shelves import ADA, BEN, ONE, TWO, Shelves, pdf, sheets, shelves, slides, word
from tests.vendor.vectors import vector


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Shelves]:
    async with shelves(tmp_path) as found:
        yield found


async def test_a_passage_is_found_in_every_kind_of_document_with_the_place_to_cite(made: Shelves) -> None:
    files = made.of()
    files.write("report.pdf", pdf("Nothing", "The heron stands still", "Nothing"))
    files.write("letters/a.docx", word("# Birds", "A heron flew"))
    files.write("list.xlsx", sheets(Birds=[["bird"], ["heron"]]))
    files.write("talk.pptx", slides(("Frogs", ""), ("The heron", "")))
    files.write("notes.md", b"# Pond\n\nheron at dawn\n")
    files.write("code.py", b"\n\nheron = 1\n")
    assert sorted(await made.citations("heron")) == [
        "[code.py, line 3]",
        "[letters/a.docx, “Birds”]",
        "[list.xlsx, sheet Birds, rows 1 to 2]",
        "[notes.md, “Pond”, lines 1 to 3]",
        "[report.pdf, page 2]",
        "[talk.pptx, slide 2]",
    ]


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("The rents were high", "rent"),
        ("The rent was high", "rents"),
        ("Wir trafen uns im Café Flügel", "cafe flugel"),
        ("Nilikula chakula kizuri nyumbani", "chakula"),
        ("Mtoto anasoma kitabu shuleni", "kitabu gani mtoto anasoma"),
        ("The house on the hill", "where is the house"),
        ("Order 4711-B was sent", "4711-B"),
        ("He said yes and left", "“yes”"),
        ("Привет мир", "мир"),
        ("Price: 12.50 per piece", "12.50"),
    ],
)
async def test_words_are_found_as_people_write_them(made: Shelves, said: str, query: str) -> None:
    made.of().write("other.txt", b"Nothing of all that stands here at all.")
    made.of().write("a.txt", said.encode())
    assert await made.citations(query) == ["[a.txt, line 1]"]


async def test_what_holds_more_of_the_words_comes_first(made: Shelves) -> None:
    for name, text in (("a", "The garden."), ("b", "Rain in the garden."), ("c", "Rain."), ("d", "Neither")):
        made.of().write(f"{name}.txt", text.encode())
    assert (await made.citations("rain garden"))[0] == "[b.txt, line 1]"
    assert await made.citations("rain garden", limit=1) == ["[b.txt, line 1]"]


async def test_a_phrase_is_found_as_it_stands_only(made: Shelves) -> None:
    made.of().write("a.txt", b"the red brick house")
    made.of().write("b.txt", b"the house of red brick")
    assert await made.citations('"brick house"') == ["[a.txt, line 1]"]


async def test_words_that_stand_everywhere_find_nothing_beside_others(made: Shelves) -> None:
    made.of().write("a.txt", b"it is in the box")
    assert await made.citations("zebra in the box car") == ["[a.txt, line 1]"]
    assert await made.citations("zebra is in it") == []
    assert await made.citations("in the") == ["[a.txt, line 1]"]


@pytest.mark.parametrize("query", ["", " \n", '""', "…!?", "\0"])
async def test_a_query_needs_a_word(made: Shelves, query: str) -> None:
    with pytest.raises(Invalid):
        await made.find(query)


async def test_a_changed_file_is_read_again_and_a_deleted_one_is_gone(made: Shelves) -> None:
    files = made.of()
    files.write("a.txt", b"apples")
    assert await made.citations("apples") == ["[a.txt, line 1]"]
    files.write("a.txt", b"pears")
    assert await made.citations("apples") == []
    assert await made.citations("pears") == ["[a.txt, line 1]"]
    files.remove("a.txt")
    assert await made.citations("pears") == []
    assert await made.count("document_uses") == 0


async def test_a_file_that_moved_is_cited_where_it_is_now_and_not_read_again(made: Shelves) -> None:
    made.of().write("a.txt", b"apples")
    await made.find("apples")
    (made.of().root / "a.txt").rename(made.of().root / "b.txt")
    assert await made.citations("apples") == ["[b.txt, line 1]"]
    assert await made.count("documents") == 1


async def test_files_of_others_and_of_other_sessions_never_show(made: Shelves) -> None:
    made.of(ONE).write("a.txt", b"apples")
    await made.find("apples")
    assert await made.citations("apples", TWO) == []
    assert await made.citations("apples", TWO, person=BEN) == []
    made.of(TWO).write("mine.txt", b"apples")
    assert await made.citations("apples", TWO, person=BEN) == ["[mine.txt, line 1]"]
    assert await made.citations("apples") == ["[a.txt, line 1]"]
    assert await made.count("documents") == 2  # one each: nobody learns what others have


async def test_the_search_itself_looks_only_where_it_may(made: Shelves) -> None:
    for session in (ONE, TWO):
        made.of(session).write("a.txt", f"apples {session}".encode())
        await made.find("apples", session)
    terms = terms_of("apples")
    assert len(await made.database.scan(index_store.hits(ADA, ONE, terms, 9))) == 1
    assert await made.database.scan(index_store.hits(BEN, ONE, terms, 9)) == []


async def test_a_copy_in_another_session_is_not_read_again(made: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    for session in (ONE, TWO):
        made.of(session).write("a.txt", b"apples")
    await made.find("apples", ONE)
    monkeypatch.setattr(indexing, "text_of", None)
    assert await made.citations("apples", TWO) == ["[a.txt, line 1]"]
    assert await made.count("documents") == 1


async def test_files_that_are_lent_are_searched_with_their_names(made: Shelves) -> None:
    made.of(ONE).write("a.txt", b"apples")
    made.of(TWO).write("b.txt", b"more apples")
    workspace = Joined(made.of(ONE), {"@project": made.of(TWO)})
    found = await made.searching.find(ADA, ONE, workspace, Looked(query="apples"))
    assert sorted(one.citation for one in found.items) == ["[@project/b.txt, line 1]", "[a.txt, line 1]"]


async def test_only_files_that_are_meant_are_told(made: Shelves) -> None:
    for path in ("a/one.txt", "b/one.txt", "a/two.txt"):
        made.of().write(path, b"apples")
    found = await made.find("apples", fits=lambda path: path.startswith("b/"))
    assert [one.path for one in found.items] == ["b/one.txt"]
    assert found.searched == 1


async def test_files_that_are_alike_are_told_as_one(made: Shelves) -> None:
    for path in ("a.txt", "b.txt", "c.txt"):
        made.of().write(path, b"apples")
    (found,) = (await made.find("apples")).items
    assert (found.path, found.also) == ("a.txt", ["b.txt", "c.txt"])
    (found,) = (await made.find("apples", fits=lambda path: path == "b.txt")).items
    assert (found.path, found.also) == ("b.txt", [])


async def test_what_palaver_and_git_keep_is_not_searched(made: Shelves) -> None:
    for path in (".palaver/outputs/x.txt", ".git/config", "sub/.git/config"):
        made.of().write(path, b"apples")
    assert await made.citations("apples") == []


async def test_what_cannot_be_read_is_said(made: Shelves) -> None:
    made.of().write("bad.pdf", b"%PDF-1.7 no")
    made.of().write("picture.png", b"\x89PNG\0")
    made.of().write("a.txt", b"apples")
    found = await made.find("pears")
    assert found.items == []
    assert (found.searched, found.without_text, found.left) == (1, 1, 0)
    assert found.not_read == [NotRead("bad.pdf", BROKEN)]


async def test_nothing_is_searched_where_there_is_nothing(made: Shelves) -> None:
    found = await made.find("apples")
    assert (found.items, found.searched) == ([], 0)
    assert not made.of().root.exists()


async def test_files_that_cannot_be_read_in_time_are_left_for_the_next_search(
    made: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        made.of().write(f"{n}.txt", f"apples {n}".encode())
    real, let = indexing.text_of, threading.Event()

    def slow(file, name, stop):
        if name != "0.txt":
            let.wait(5)
        return real(file, name, stop)

    monkeypatch.setattr(indexing, "text_of", slow)
    monkeypatch.setattr(indexing, "PATIENCE", 0.3)
    found = await made.find("apples", limit=50)
    let.set()
    assert found.left >= 3
    monkeypatch.undo()
    again = await made.find("apples", limit=50)
    assert (again.left, len(again.items)) == (0, 5)


async def test_what_was_indexed_before_the_process_died_is_not_read_again(tmp_path: Path) -> None:
    async with shelves(tmp_path, tmp_path / "palaver.db") as first:
        for n in range(200):
            first.of().write(f"{n:03}.txt", f"apples {n}".encode())
        read = list[str]()
        real, enough = indexing.text_of, asyncio.Event()
        loop = asyncio.get_running_loop()

        def counted(file, name, stop):
            read.append(name)
            if len(read) > 130:
                loop.call_soon_threadsafe(enough.set)
                stop.wait(5)
            return real(file, name, stop)

        indexing.text_of = counted
        try:
            async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
                finding = tasks.create_task(first.find("apples"))
                await enough.wait()
                finding.cancel()
        finally:
            indexing.text_of = real
        kept = await first.count("documents")
        assert 0 < kept < 200
        assert await first.count("passages") == kept
        again = list[str]()
        # A thread of the search that was cut may be on its way to a file still: it has been told to stop.
        indexing.text_of = lambda file, name, stop: stop.is_set() or again.append(name) or real(file, name, stop)
        try:
            found = await first.find("apples")
        finally:
            indexing.text_of = real
        assert (found.searched, found.left) == (200, 0)
        assert len(again) == 200 - kept


async def test_two_searches_at_once_read_a_file_once(made: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    made.of().write("a.txt", b"apples")
    read, real = list[str](), indexing.text_of
    monkeypatch.setattr(indexing, "text_of", lambda file, name, stop: read.append(name) or real(file, name, stop))
    found = await asyncio.gather(*(made.citations("apples") for _ in range(4)))
    assert found == [["[a.txt, line 1]"]] * 4
    assert read == ["a.txt"]


async def test_text_goes_with_the_last_session_that_shows_it(made: Shelves) -> None:
    for session in (ONE, TWO):
        made.of(session).write("a.txt", b"apples")
        await made.find("apples", session)
    made.of(ONE).write("b.txt", b"pears")
    await made.find("pears")
    await made.forget(ONE)
    assert await made.count("documents") == 1
    assert await made.citations("apples", TWO) == ["[a.txt, line 1]"]
    await made.forget(TWO)
    assert [await made.count(one) for one in ("documents", "passages", "document_uses")] == [0, 0, 0]
    assert await made.count("passage_search where passage_search match 'apples OR pears'") == 0


async def test_a_long_document_is_kept_in_steps_and_found_once_it_is_whole(
    made: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.of().write("a.txt", "\n".join(f"needle{n} " + "word " * 230 for n in range(100)).encode())
    real, seen = index_store.grow, list[int]()

    def counted(n: int, person: UserId, more: Sequence[Passage]) -> Script[None]:
        seen.append(len(more))
        found = yield from index_store.find(ADA, [(sha, "1:")])
        assert found == []
        yield from real(n, person, more)

    sha = (await asyncio.to_thread(made.searching._standing.of, made.of()))[0].sha
    monkeypatch.setattr(index_store, "grow", counted)
    assert await made.citations("needle99") == ["[a.txt, line 100]"]
    assert max(seen) <= index_store.AT_ONCE
    assert sum(seen) == 100
    await made.forget(ONE)
    assert [await made.count(one) for one in ("documents", "passages")] == [0, 0]


async def test_a_long_passage_is_cut_around_what_was_looked_for(made: Shelves) -> None:
    made.of().write("a.txt", ("word " * 150 + "The heron stands " + "word " * 60).encode())
    (found,) = (await made.find("heron")).items
    assert "The heron stands" in found.text
    assert len(found.text) <= ROOM + 4
    assert found.text.startswith("… ")


class Meaning:
    """A model, as the fake vendor has one."""

    model = "fake/meaning"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails: Exception | None = None

    async def __call__(self, texts: Sequence[str], user_id: UserId, session_id: SessionId) -> Sequence[Sequence[float]]:
        assert user_id, "somebody pays"
        if self.fails:
            raise self.fails
        self.asked += texts
        return [vector(text) for text in texts]


async def test_a_model_finds_what_is_meant_in_other_words_and_sees_each_passage_once(made: Shelves) -> None:
    made.searching.embed = meaning = Meaning()
    made.of().write("a.txt", b"My automobile")
    made.of().write("b.txt", b"My garden")
    assert (await made.citations("car"))[0] == "[a.txt, line 1]"
    assert (await made.find("car")).notices == []
    assert sorted(meaning.asked) == ["My automobile", "My garden", "car", "car"]
    made.searching.embed = None
    assert await made.citations("car") == []


async def test_words_and_meaning_together_come_before_either(made: Shelves) -> None:
    made.searching.embed = Meaning()
    made.of().write("a.txt", b"automobile")
    made.of().write("b.txt", b"car " + b"something else entirely that stands around " * 3)
    made.of().write("c.txt", b"car automobile")
    found = await made.citations("car", limit=3)
    assert found[0] == "[c.txt, line 1]"
    assert set(found) >= {"[a.txt, line 1]", "[b.txt, line 1]"}


async def test_a_model_that_fails_or_hangs_leaves_the_words(made: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    made.searching.embed = meaning = Meaning()
    made.of().write("a.txt", b"a car")
    meaning.fails = ModelUnavailable("fake could not be reached.")
    found = await made.find("car")
    assert [one.citation for one in found.items] == ["[a.txt, line 1]"]
    assert found.notices == ["Searched by words alone, not by meaning: fake could not be reached."]

    async def hangs(texts: Sequence[str]) -> Sequence[Sequence[float]]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(Meaning, "__call__", lambda self, texts, *payer: hangs(texts))
    monkeypatch.setattr(searching, "_EMBEDDING_PATIENCE", 0.1)
    found = await made.find("car")
    assert [one.citation for one in found.items] == ["[a.txt, line 1]"]
    assert found.notices == ["Searched by words alone, not by meaning: The model took too long."]


async def test_what_a_model_makes_of_a_passage_goes_with_it(made: Shelves) -> None:
    made.searching.embed = Meaning()
    made.of().write("a.txt", b"a car")
    await made.find("car")
    assert await made.count("passage_vectors") == 1
    await made.forget(ONE)
    assert await made.count("passage_vectors") == 0


@given(st.text(max_size=200), st.text(max_size=50), st.integers(20, 100))
def test_what_is_shown_is_a_piece_of_the_text(text: str, query: str, room: int) -> None:
    piece = shown(text, terms_of(query), room).removeprefix("… ").removesuffix(" …")
    assert piece.strip() in text
    assert len(piece) <= max(room, 0)


@given(st.text(max_size=100))
def test_any_query_is_an_expression_that_the_search_takes(query: str) -> None:
    expression = index_store.expression(terms_of(query))
    assert expression.count('"') % 2 == 0


def test_the_nearest_are_found_though_only_some_are_compared() -> None:
    rows = [(n, unit(vector(f"word{n} other{n}"))) for n in range(500)]
    asked = unit(vector("word77 other77"))
    most = guessed(signs_of(asked), [(n, signs_of(one)) for n, one in rows], 20)
    assert len(most) == 20
    assert near(asked, [(n, one.tobytes()) for n, one in rows if n in most], 0.2)[0] == 77
    assert near(asked, [(1, unit([1.0]).tobytes())], 0.0) == []  # of another model's length


def test_what_stands_in_both_rankings_comes_first() -> None:
    assert list(joined([1, 2, 3], [4, 3])) == [3, 1, 4, 2]
