"""The program that takes the text out of one document: bytes come in, text goes out; it opens nothing else.

It is started by `documents.py` as a process with limits of its own, and imports nothing of Palaver.
"""

import io
import resource
import sys
import zipfile
from xml.etree import ElementTree as ET

_MEMORY = 1 << 30
_SECONDS = 30
_LONGEST_XML = 64 << 20
_LONGEST_TEXT = 8 << 20

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAKS = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n"}


def pdf(content: bytes) -> str:
    """The text of every page, with its number above it."""
    from pypdf import PdfReader  # noqa: PLC0415 - only where a PDF file is read; it may not be installed

    pages: list[str] = []
    length = 0
    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, 1):
        pages.append(f"--- Page {number} ---\n{page.extract_text().strip()}")
        length += len(pages[-1])
        if length > _LONGEST_TEXT:
            break
    return "\n\n".join(pages)


def docx(content: bytes) -> str:
    """The paragraphs of a document; the cells of a row of a table stand in one line."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("word/document.xml") as file:
        body = ET.fromstring(file.read(_LONGEST_XML)).find(f"{_WORD}body")  # noqa: S314 - see above
    return "\n".join(_block(block) for block in body) if body is not None else ""


def _block(block: ET.Element) -> str:
    if block.tag != f"{_WORD}tbl":
        return _text(block)
    rows = block.iter(f"{_WORD}tr")
    return "\n".join(" | ".join(_text(cell).strip() for cell in row.iter(f"{_WORD}tc")) for row in rows)


def _text(element: ET.Element) -> str:
    pieces = [piece.text or "" if piece.tag == f"{_WORD}t" else _BREAKS.get(piece.tag, "") for piece in element.iter()]
    return "".join(pieces)


def main() -> None:
    """Read the document from standard input, write its text to standard output."""
    for limit, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (most, most))
    text = {"pdf": pdf, "docx": docx}[sys.argv[1]](sys.stdin.buffer.read())
    sys.stdout.buffer.write(text[:_LONGEST_TEXT].encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
