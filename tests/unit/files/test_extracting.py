"""The text of documents of every kind, each passage with its place; broken and hostile ones say so and harm nothing."""

import io
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.files import apart, extracting
from palaver.files.extracting import BROKEN, LONGEST_TEXT, TEXTLESS, Extracted, decoded, text_of
from palaver.files.passages import LONG, of_markdown, of_text
from palaver.files.readers import reader_of
from tests.unit.files.shelves import open_document, pdf, sheets, slides, word

Read = Callable[[str, bytes | str], Extracted]
Program = Callable[..., None]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def call(name: str, content: bytes | str) -> Extracted:
        path = tmp_path / "document"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with path.open("rb") as file:
            return text_of(file, name)

    return call


def told(found: Extracted) -> list[tuple[str, str]]:
    return [(one.place, one.text) for one in found.passages]


def test_a_pdf_has_pages(read: Read) -> None:
    found = read("a.pdf", pdf("First words", "The rent is 400", "Last"))
    assert told(found) == [("page 1", "First words"), ("page 2", "The rent is 400"), ("page 3", "Last")]
    assert (found.cut, found.missing) == (False, None)
    assert found.text() == "[page 1]\nFirst words\n[page 2]\nThe rent is 400\n[page 3]\nLast"


def test_a_word_document_has_headings_and_rows(read: Read) -> None:
    found = read("a.docx", word("Before", "# Costs", "Miete", ("rent", "400"), "# Ende", "Schluß"))
    assert told(found) == [
        ("the beginning", "Before"),
        ("“Costs”", "Costs\nMiete\nrent | 400"),
        ("“Ende”", "Ende\nSchluß"),
    ]


def test_a_workbook_has_sheets_and_rows(read: Read) -> None:
    rows = [["thing", "cost"], ["rent", 400], ["half", 0.5]]
    found = read("a.xlsx", sheets(Costs=rows, Empty=[], Long=[[f"row{n}"] for n in range(1, 61)]))
    assert told(found)[0] == ("sheet Costs, rows 1 to 3", "thing | cost\nrent | 400\nhalf | 0.5")
    assert [place for place, _ in told(found)[1:]] == [
        "sheet Long, rows 1 to 25",
        "sheet Long, rows 26 to 50",
        "sheet Long, rows 51 to 60",
    ]


def test_slides_are_numbered_as_they_are_shown_and_have_their_notes(read: Read) -> None:
    found = read("a.pptx", slides(("Hello", ""), ("Numbers", "say it slowly")))
    assert told(found) == [("slide 1", "Hello"), ("slide 2", "Numbers"), ("slide 2", "say it slowly")]


def test_open_documents_are_texts_and_slides(read: Read) -> None:
    text = (
        "<text:p>Before<text:tab/>it</text:p><text:h>Costs</text:h><text:p>Rent <text:span>is</text:span> 400</text:p>"
    )
    assert told(read("a.odt", open_document(text))) == [
        ("the beginning", "Before\tit"),
        ("“Costs”", "Costs\nRent is 400"),
    ]
    page = "<draw:page><text:p>{}</text:p></draw:page>"
    assert told(read("a.odp", open_document(page.format("one") + page.format("two")))) == [
        ("slide 1", "one"),
        ("slide 2", "two"),
    ]


def test_a_page_has_headings_and_what_nobody_sees_is_left_out(read: Read) -> None:
    page = (
        "<title>T</title><style>p{}</style><script>evil()</script><h1>Costs <b>now</b></h1><p>Rent <i>is</i>\n400"
        "<table><tr><td>a</td><td>b</td></tr></table><h2>End</h2>bye"
    )
    assert told(read("a.html", page)) == [
        ("the beginning", "T"),
        ("“Costs now”", "Costs now\nRent is 400\na | b"),
        ("“End”", "End\nbye"),
    ]


def test_a_mail_has_a_header_a_message_and_names_of_attachments(read: Read) -> None:
    mail = (
        "From: Ada <ada@example.org>\r\nTo: ben@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
        "Content-Type: text/plain; charset=latin-1\r\n\r\nDer Fl\xfcgel\r\n--x\r\nContent-Type: application/pdf\r\n"
        'Content-Disposition: attachment; filename="bill.pdf"\r\n\r\n%PDF\r\n--x--\r\n'
    )
    assert told(read("a.eml", mail.encode("latin-1"))) == [
        ("the header", "From: Ada <ada@example.org>\nTo: ben@example.org\nSubject: Grüße\nAttached: bill.pdf"),
        ("the message", "Der Flügel"),
    ]


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.json", "a.py", "LICENSE", "a.pdf"])
def test_what_is_text_is_read_as_lines_whatever_it_is_called(read: Read, name: str) -> None:
    assert told(read(name, "\n\nthing,cost\nrent,400\n\n")) == [("lines 3 to 4", "thing,cost\nrent,400")]


def test_markdown_has_headings_and_lines(read: Read) -> None:
    text = "Intro\n\n# One\ntext\n```\n# no heading\n```\n\n## Two ##\nmore\n"
    assert told(read("a.md", text)) == [
        ("line 1", "Intro"),
        ("“One”, lines 3 to 7", "# One\ntext\n```\n# no heading\n```"),
        ("“Two”, lines 9 to 10", "## Two ##\nmore"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1251"])
def test_texts_in_other_encodings_are_read(encoding: str) -> None:
    said = {"cp1251": "Привет, это обычный русский текст о погоде и о саде."}
    text = said.get(encoding, "Der Flügel ist weiß, und das Café schließt früh am Sonntag.")
    assert decoded(text.encode(encoding)) == text


def test_a_text_that_is_cut_within_a_sign_is_still_utf_8() -> None:
    assert decoded("aé".encode()[:-1]) == "a\ufffd"


@pytest.mark.parametrize(
    "content", [b"\x7fELF\0\0", b"\x89PNG\r\n\x1a\n\0", b"PK\x03\x04 an archive", bytes(range(32)) * 9]
)
def test_what_has_no_text_says_so(read: Read, content: bytes) -> None:
    assert read("a.bin", content) == Extracted(missing=TEXTLESS)


def bomb() -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as file,
    ):
        for _ in range(300):
            file.write(b" " * 2**20)
    return made.getvalue()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("content.xml", f'<!DOCTYPE x [<!ENTITY e0 "haha">{entities}]><x>&e11;</x>')
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7 and no more"),
        ("a.docx", b"PK\x03\x04 and no more"),
        ("a.docx", bomb()),
        ("a.odt", laughs()),
        ("a.xlsx", word("no sheets")),
        ("a.pptx", word("no slides")),
        ("a.xls", b"\xd0\xcf\x11\xe0 and no more"),
    ],
    ids=["pdf", "zip", "bomb", "laughs", "no sheets", "no slides", "old"],
)
def test_what_is_broken_or_hostile_is_said_to_be(read: Read, name: str, content: bytes) -> None:
    assert read(name, content) == Extracted(missing=BROKEN)


def test_a_locked_pdf_cannot_be_read(read: Read) -> None:
    from fpdf import FPDF

    made = FPDF()
    made.add_page()
    made.set_font("helvetica")
    made.cell(text="secret")
    made.set_encryption(owner_password="owner", user_password="user")
    assert read("a.pdf", bytes(made.output())).missing == BROKEN


def test_a_pdf_of_pictures_has_no_text(read: Read) -> None:
    assert read("a.pdf", pdf("")).missing == "There is no text in it: its pages may be pictures."


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    def use(text: str, patience: float = 10.0) -> None:
        path = tmp_path / "program.py"
        path.write_text(text, "utf-8")
        monkeypatch.setattr(extracting, "PROGRAM", path)
        monkeypatch.setattr(apart, "PATIENCE", patience)

    return use


def test_what_was_read_before_a_document_takes_too_long_remains(read: Read, program: Program) -> None:
    program(
        'print("[\\"page 1\\", \\"early\\"]\\n[\\"page 2\\", \\"cut in the mid", flush=True)\nwhile True: pass', 0.5
    )
    found = read("a.pdf", b"%PDF-")
    assert told(found) == [("page 1", "early")]
    assert found.missing == "It could be read as far as page 1 only."


def test_a_document_that_is_longer_than_is_taken_is_cut(read: Read, program: Program) -> None:
    program('print("[\\"page 1\\", \\"early\\"]\\nfalse")')
    found = read("a.pdf", b"%PDF-")
    assert (found.cut, found.missing) == (True, None)
    text = read("a.txt", "word " * (LONGEST_TEXT // 5 + 10))
    assert text.cut
    assert sum(len(one.text) for one in text.passages) <= LONGEST_TEXT


def test_nothing_is_read_once_it_is_stopped(tmp_path: Path, program: Program) -> None:
    program("while True: pass")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    with (tmp_path / "a.pdf").open("rb") as file:
        assert text_of(file, "a.pdf", stop).missing == BROKEN
    assert time.monotonic() - began < 5


def test_a_program_that_reads_documents_sees_no_environment(
    read: Read, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "s")
    program('import os, json; print(json.dumps(["page 1", " ".join(sorted(os.environ)) or "none"])); print("true")')
    (passage,) = read("a.pdf", b"%PDF-").passages
    assert "SECRET" not in passage.text
    assert "HOME" not in passage.text


def test_passages_are_short_and_lose_nothing() -> None:
    text = "\n".join(f"line {n} " + "word " * (n % 40) for n in range(1, 300)) + "\n" + "x" * 10_000
    passages = list(of_text(text))
    assert max(len(one.text) for one in passages) <= LONG
    assert "".join("".join(one.text for one in passages).split()) == "".join(text.split())
    assert passages[0].place.startswith("lines 1 to ")
    assert passages[-1].place == "line 300"


@given(st.text(max_size=400))
def test_any_text_becomes_passages_whose_places_are_lines_of_it(text: str) -> None:
    lines = text.split("\n")
    for made in (of_text(text), of_markdown(text)):
        for one in made:
            start, _, end = one.place.rpartition("line")[2].removeprefix("s ").strip().partition(" to ")
            said = "\n".join(line.rstrip("\r") for line in lines[int(start) - 1 : int(end or start)])
            assert one.text.strip()
            assert one.text in said


@given(st.text(max_size=20), st.binary(max_size=60))
def test_any_file_has_a_reader_or_none(name: str, head: bytes) -> None:
    assert reader_of(name, head) is None or isinstance(reader_of(name, head), str)
