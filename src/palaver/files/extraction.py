"""The program that takes the text out of one document: bytes come in, sections go out as lines of JSON.

It is started by `extracting.py` as a process with limits of its own, opens nothing else, and imports nothing of
Palaver. A section is `[place, text]`, written as soon as it is read: what was read before a limit is reached remains.
The last line is `true` where all was read, `false` where there is more than is taken.
"""

import io
import json
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import islice
from typing import Any
from xml.etree import ElementTree as ET

Sections = Iterator[tuple[str, str]]

_MEMORY = 1 << 30
_SECONDS = 30
_WRITTEN = 64 << 20  # bytes of output
_LONGEST_PART = 64 << 20  # bytes of one part of an archive, unpacked
_LONGEST_TEXT = 8 << 20
_DEEPEST = 32  # elements around a text that are looked at
_ROWS = 25  # of a sheet that stand together
_WIDEST = 200  # cells of a row

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SHOW = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_OPEN = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_PAGE = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}page"
_BREAKS = {
    f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_DRAWING}br": "\n", f"{_DRAWING}tab": "\t",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "form", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "thead", "title", "tr",
    "ul",
}  # fmt: skip
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def pdf(content: bytes) -> Sections:
    """Every page."""
    from pypdf import PdfReader  # noqa: PLC0415 - only where a PDF file is read

    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, 1):
        yield f"page {number}", page.extract_text()


def sheets(content: bytes) -> Sections:
    """Rows of every sheet, the cells of a row in one line."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - as above

    book: Any = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        rows = enumerate(book.get_sheet_by_name(name).iter_rows(), 1)
        while some := list(islice(rows, _ROWS)):
            lines = [" | ".join(_cell(cell) for cell in row[:_WIDEST]).rstrip(" |") for _, row in some]
            yield f"sheet {name}, rows {some[0][0]} to {some[-1][0]}", "\n".join(lines)


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def docx(content: bytes) -> Sections:
    """What stands below each heading; the cells of a row of a table stand in one line."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body = _part(archive, "word/document.xml").find(f"{_WORD}body")
    title, some = "the beginning", list[str]()
    for block in body if body is not None else ():
        style = block.find(f"{_WORD}pPr/{_WORD}pStyle")
        if style is not None and str(style.get(f"{_WORD}val")).lower().startswith(("heading", "title")):
            yield title, "\n".join(some)
            title, some = f"“{_text(block)[:80]}”", []
        some.append(_block(block))
    yield title, "\n".join(some)


def _block(block: ET.Element) -> str:
    if block.tag != f"{_WORD}tbl":
        return _text(block)
    rows = block.iter(f"{_WORD}tr")
    return "\n".join(" | ".join(_text(cell).strip() for cell in row.iter(f"{_WORD}tc")) for row in rows)


def _text(element: ET.Element) -> str:
    named = (f"{_WORD}t", f"{_DRAWING}t")
    return "".join(one.text or "" if one.tag in named else _BREAKS.get(one.tag, "") for one in element.iter())


def pptx(content: bytes) -> Sections:
    """Every slide in the order in which they are shown, with what is noted below it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        related = _relations(archive, "ppt/presentation.xml")
        shown = _part(archive, "ppt/presentation.xml").iter(f"{_SHOW}sldId")
        for number, slide in enumerate(shown, 1):
            name = f"ppt/{related[slide.get(f'{_RELATED}id', '')]}"
            noted = (one for one in _relations(archive, name).values() if "notesSlide" in one)
            for one in (name, *(f"ppt/{note.removeprefix('../')}" for note in noted)):
                yield f"slide {number}", "\n".join(_text(line) for line in _part(archive, one).iter(f"{_DRAWING}p"))


def _relations(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    folder, _, file = name.rpartition("/")
    try:
        found = _part(archive, f"{folder}/_rels/{file}.rels")
    except KeyError:
        return {}
    return {one.get("Id", ""): one.get("Target", "").removeprefix("/ppt/") for one in found}


def odf(content: bytes) -> Sections:
    """What stands below each heading of a text, or on each page of a presentation."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = _part(archive, "content.xml")
    pages = list(root.iter(_PAGE))
    for number, page in enumerate(pages, 1):
        yield f"slide {number}", "\n".join(_said(one) for one in page.iter() if one.tag in {f"{_OPEN}h", f"{_OPEN}p"})
    if not pages:
        yield from _below_headings(root)


def _below_headings(root: ET.Element) -> Sections:
    title, some = "the beginning", list[str]()
    for one in root.iter():
        if one.tag == f"{_OPEN}h":
            yield title, "\n".join(some)
            title, some = f"“{_said(one)[:80]}”", []
        if one.tag in {f"{_OPEN}h", f"{_OPEN}p"}:
            some.append(_said(one))
    yield title, "\n".join(some)


def _said(element: ET.Element) -> str:
    text = element.text or ""
    for one in element:
        name = one.tag.removeprefix(_OPEN)
        text += {"tab": "\t", "line-break": "\n", "s": " "}.get(name) or _said(one)
        text += one.tail or ""
    return text


def html(content: bytes) -> Sections:
    """What stands below each heading of a page."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only where it is needed

    tree = LexborHTMLParser(content)
    for node in tree.css("script, style, noscript, template, svg"):
        node.decompose()
    title, some, within = "the beginning", list[str](), 0
    for node in tree.root.traverse(include_text=True) if tree.root else ():
        tag = node.tag or ""
        if tag in _HEADINGS:
            yield title, _lines(some)
            title, some = f"“{' '.join(node.text().split())[:80]}”", []
        if tag == "-text":
            before, within = within, _block_of(node)
            some += ["\n"] if within != before else []
            some.append(" ".join(f"|{node.text(deep=False)}|".split())[1:-1])
        else:
            some.append("\n" if tag in _BLOCKS else " | " if tag in {"td", "th"} else "")
    yield title, _lines(some)


def _block_of(node: Any) -> int:
    """Which block a text stands in; of one that lies very deep, some element around it."""
    for _ in range(_DEEPEST):
        if node.parent is None or node.tag in _BLOCKS or node.tag in _HEADINGS or node.tag == "tr":
            break
        node = node.parent
    return node.mem_id


def _lines(pieces: list[str]) -> str:
    lines = (line.strip(" |") for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def mail(content: bytes) -> Sections:
    """Who wrote whom and when, what, and the names of what is attached."""
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    told = [f"{name}: {message[name]}" for name in ("From", "To", "Cc", "Date", "Subject") if message[name]]
    attached = [name for one in message.iter_attachments() if (name := one.get_filename())]
    yield "the header", "\n".join([*told, *(f"Attached: {name}" for name in attached)])
    body = message.get_body(("plain", "html"))
    if body is None:
        return
    if body.get_content_subtype() == "html":
        for _, text in html(body.get_content().encode()):
            yield "the message", text
    else:
        yield "the message", body.get_content()


def _part(archive: zipfile.ZipFile, name: str) -> ET.Element:
    with archive.open(name) as file:
        return ET.fromstring(file.read(_LONGEST_PART))  # noqa: S314 - this process has limits, and expat has its own


READERS: dict[str, Callable[[bytes], Sections]] = {
    "pdf": pdf, "sheets": sheets, "docx": docx, "pptx": pptx, "odf": odf, "html": html, "mail": mail,
}  # fmt: skip


def main() -> None:
    """Read the document from standard input, write its sections to standard output."""
    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, _WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    left, whole = _LONGEST_TEXT, True
    for place, text in READERS[sys.argv[1]](sys.stdin.buffer.read()):
        whole = len(text) <= left
        sys.stdout.write(json.dumps([place, text[:left]]) + "\n")
        sys.stdout.flush()
        left -= len(text)
        if left <= 0:
            break
    sys.stdout.write(json.dumps(whole and left > 0) + "\n")


if __name__ == "__main__":
    main()
