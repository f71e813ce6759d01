import base64
import io
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, NameObject

from palaver.core.messages import ImagePart
from palaver.files import apart, extracting
from palaver.files.extracting import BROKEN
from palaver.tools.builtin.read import LONGEST_LINE, read_tool
from palaver.tools.port import Outcome
from palaver.tools.settings import ToolSettings
from palaver.tools.using import use
from tests.unit.tools.scenes import Told

SETTINGS = ToolSettings(output_characters=5_000, image_bytes=1_000)
READ = read_tool(SETTINGS)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)

Call = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "w")


@pytest.fixture
def read(told: Told) -> Call:
    async def made(content: bytes, name: str = "a.txt", **arguments: Any) -> Outcome:
        told.workspace.write(name, content)
        return await use(READ, {"path": name, **arguments}, told.scene, SETTINGS)

    return made


async def test_lines_have_their_numbers(read: Call) -> None:
    assert (await read(b"one\ntwo\n\nfour")).content == "     1\tone\n     2\ttwo\n     3\t\n     4\tfour"


async def test_a_piece_says_where_to_go_on(read: Call) -> None:
    outcome = await read(b"1\n2\n3\n4\n5\n", offset=2, limit=2)
    assert outcome.content == "     2\t2\n     3\t3\n[Lines 2 to 3; there is more: go on with offset 4.]"
    assert (await read(b"1\n2\n3\n4\n5\n", offset=4, limit=2)).content == "     4\t4\n     5\t5"


@pytest.mark.parametrize(
    ("content", "offset", "says"),
    [
        (b"", 1, "The file is empty."),
        (b"a\nb\n", 9, "The file has only 2 lines."),
        (b"a\nb", 9, "The file has only 2 lines."),
        (b"a\nb\n", 3, "The file has only 2 lines."),
        (b"a\nb", 3, "The file has only 2 lines."),
    ],
)
async def test_there_may_be_nothing_to_read(read: Call, content: bytes, offset: int, says: str) -> None:
    assert await read(content, offset=offset) == Outcome(says)


async def test_a_long_file_is_read_in_pieces_that_fit_and_none_is_lost(read: Call) -> None:
    content = "".join(f"line {number} {'x' * 50}\n" for number in range(1, 301))
    offset, lines = 1, list[str]()
    while True:
        outcome = await read(content.encode(), offset=offset)
        assert not outcome.truncated
        assert len(outcome.content) <= SETTINGS.output_characters
        *rows, last = outcome.content.split("\n")
        lines += [row.split("\t")[1] for row in rows]
        if not last.startswith("["):
            lines.append(last.split("\t")[1])
            break
        offset = int(last.rstrip(".]").split()[-1])
    assert "\n".join(lines) + "\n" == content


async def test_a_very_long_line_is_cut_and_the_next_one_is_the_next_one(read: Call) -> None:
    outcome = await read(b"x" * (LONGEST_LINE * 3 + 7) + b"\nnext\n")
    first, second = outcome.content.split("\n")
    assert first == "     1\t" + "x" * LONGEST_LINE + " […]"
    assert second == "     2\tnext"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
async def test_unicode_in_any_dress_is_read(read: Call, encoding: str) -> None:
    assert (await read("grüße 語 🙂\nzwei".encode(encoding))).content == "     1\tgrüße 語 🙂\n     2\tzwei"


async def test_what_is_not_unicode_is_read_as_latin_1_and_that_is_said(read: Call) -> None:
    outcome = await read("grüße".encode("latin-1"))
    assert outcome.content == "a.txt is not UTF-8; it was read as Latin-1.\n     1\tgrüße"


async def test_windows_line_ends_are_line_ends(read: Call) -> None:
    assert (await read(b"a\r\nb\r\n")).content == "     1\ta\n     2\tb"


@pytest.mark.parametrize("content", [b"\x7fELF\x02\0\0\0", bytes(range(256)) * 40, b"a\0b"])
async def test_what_is_not_text_is_refused_with_a_sentence(read: Call, content: bytes) -> None:
    outcome = await read(content)
    assert not outcome.ok
    assert outcome.content == f"a.txt is a binary file of {len(content):,} bytes and cannot be read as text."


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF0000WEBP", "image/webp"),
    ],
)
async def test_an_image_is_shown_whatever_it_is_called(read: Call, content: bytes, media_type: str) -> None:
    outcome = await read(content)
    url = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    assert outcome.parts == (ImagePart(url=url, media_type=media_type),)


async def test_an_image_has_a_largest_size(read: Call) -> None:
    assert (await read(PNG + bytes(1_000 - len(PNG)))).parts != ()
    outcome = await read(PNG + bytes(1_001 - len(PNG)))
    assert (outcome.ok, outcome.parts) == (False, ())


def pdf(text: str) -> bytes:
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    font = pypdf.generic.DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = pypdf.generic.DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = pypdf.generic.DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = stream
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def docx(body: str) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
    return buffer.getvalue()


async def test_the_text_of_a_pdf_is_read_with_its_pages(read: Call) -> None:
    outcome = await read(pdf("Hello from a page"), "a.PDF")
    assert outcome.content == "Text of a.PDF.\n     1\t[page 1]\n     2\tHello from a page"


async def test_the_text_of_a_docx_is_read_and_a_row_of_a_table_is_a_line(read: Call) -> None:
    def paragraph(text: str) -> str:
        return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"

    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("a", "b"))
    outcome = await read(docx(paragraph("Hällo") + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"), "a.docx")
    assert outcome.content == "Text of a.docx.\n     1\t[the beginning]\n     2\tHällo\n     3\ta | b"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7 and no more"),
        ("a.docx", b"PK\x03\x04 and no more"),
        ("a.docx", docx("<w:p>")),
        ("a.docx", docx("<w:p><w:r><w:t>" + "x" * 70_000_000 + "</w:t></w:r></w:p>")),
    ],
    ids=["pdf", "zip", "xml", "bomb"],
)
async def test_a_document_that_is_damaged_or_too_demanding_is_refused(read: Call, name: str, content: bytes) -> None:
    outcome = await read(content, name)
    assert outcome == Outcome(f"The document cannot be read. {BROKEN}", ok=False)


async def test_a_document_that_keeps_its_reader_busy_is_given_up(
    read: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "busy.py"
    program.write_text("import sys\nsys.stdin.buffer.read()\nwhile True: pass\n", "utf-8")
    monkeypatch.setattr(extracting, "PROGRAM", program)
    monkeypatch.setattr(apart, "PATIENCE", 0.2)
    assert not (await read(pdf("x"), "a.pdf")).ok
