"""Looks at real documents and pictures, at broken ones, and at such as are made to hurt who opens them."""

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from PIL import Image

from tests.journeys.house import House, Person
from tests.journeys.test_files import send
from tests.promises import keeps

pytestmark = pytest.mark.timeout(120)

SECRET = "root:x:0:0"


def pdf(content: bytes, *, kids: bytes = b"[3 0 R]", filters: bytes = b"") -> bytes:
    """A document of one page, as programs write them."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids " + kids + b"/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters, content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(out),
    )


def words(text: str) -> bytes:
    return b"BT /F1 12 Tf 20 200 Td (%s) Tj ET" % text.encode()


def picture(kind: str, *, size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 1).save(out, kind, **more)
    return out.getvalue()


def lying() -> bytes:
    """A photograph that a camera took on its side, and that says where."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of Ada"
    return picture("JPEG", exif=exif)


def png_that_says(width: int, height: int) -> bytes:
    """A picture of a few bytes that claims to be that large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9_000))) + chunk(b"IEND", b"")
    )


def document(text: str) -> bytes:
    out = BytesIO()
    made = docx.Document()
    made.add_paragraph(text)
    made.save(out)
    return out.getvalue()


def document_with(body: bytes) -> bytes:
    """A document whose main part is something else."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(document("x"))) as was, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in was.namelist():
            made.writestr(name, body if name == "word/document.xml" else was.read(name))
    return out.getvalue()


ENTITY = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "lol">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + number, b"&%c;" % (97 + number) * 10) for number in range(9)
)
WORD = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>%s'
    b"</w:t></w:r></w:p></w:body></w:document>"
)

HURTING = {
    "cut.png": picture("PNG", size=(300, 300))[:60],
    "cut.jpg": picture("JPEG", size=(300, 300))[:200],
    "head.gif": b"GIF89a",
    "head.webp": b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    "noise.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20,
    "endless.tif": b"II*\0\x08\0\0\0\0\0\x08\0\0\0",
    "huge.png": png_that_says(60_000, 60_000),
    "large.png": png_that_says(2**31 - 1, 2**31 - 1),
    "wide.gif": picture("GIF", size=(65_000, 1_000), mode="P"),
    "cut.pdf": pdf(words("whole"))[:300],
    "loop.pdf": pdf(words("again"), kids=b"[2 0 R]"),
    "bomb.pdf": pdf(zlib.compress(b" " * 60_000_000, 9), filters=b"/Filter/FlateDecode"),
    "noise.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 50,
    "bomb.docx": document_with(WORD % (b" " * 60_000_000)),
    "entity.docx": document_with(ENTITY + WORD % b"&x;"),
    "laughs.docx": document_with(LAUGHS + b"]>" + WORD % b"&j;"),
    "none.docx": b"PK\x03\x04" + bytes(200),
    "page.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "wide.txt": "grüße".encode("utf-16"),
}


async def looked(owner: Person, name: str, content: bytes) -> tuple[int, Any, Any]:
    session_id = (await owner.post("/sessions", {}))["id"]
    assert (await send(owner, "PUT", f"/sessions/{session_id}/files/{name}", data=content))[0] == 200
    return await send(owner, "GET", f"/sessions/{session_id}/previews/{name}")


@keeps("files:preview")
async def test_a_photograph_is_shown_upright_and_without_what_the_camera_wrote(owner: Person) -> None:
    status, content, headers = await looked(owner, "photo", lying())
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    found = Image.open(BytesIO(content))
    assert found.size == (20, 40)
    assert not found.getexif()
    assert b"Camera of Ada" not in content


async def test_what_one_can_look_through_stays_so(owner: Person) -> None:
    status, content, headers = await looked(owner, "clear.png", picture("PNG", mode="RGBA", size=(2_000, 1_000)))
    assert (status, headers["Content-Type"]) == (200, "image/png")
    found = Image.open(BytesIO(content))
    assert (found.mode, found.size) == ("RGBA", (512, 256))


@pytest.mark.parametrize("name", ["text.pdf", "picture.png"])
async def test_the_text_of_a_pdf_is_shown_whatever_it_is_called(owner: Person, name: str) -> None:
    status, look, _ = await looked(owner, name, pdf(words("Under the palaver tree")))
    assert (status, look["kind"], look["media_type"]) == (200, "text", "application/pdf")
    assert "Under the palaver tree" in look["text"]


async def test_the_text_of_a_word_document_is_shown(owner: Person) -> None:
    status, look, _ = await looked(owner, "letter.docx", document("Dear Ada, grüße 🌳"))
    assert (status, look["kind"]) == (200, "text")
    assert "Dear Ada, grüße 🌳" in look["text"]


@keeps("files:preview")
async def test_what_is_broken_or_made_to_hurt_hurts_nobody(house: House, owner: Person) -> None:
    before = resident(house)
    for name, content in HURTING.items():
        status, look, headers = await looked(owner, name, content)
        assert status in {200, 422}, (name, status, look)
        assert SECRET not in str(look)
        assert headers["Content-Type"].startswith(
            ("application/json", "application/problem+json", "image/jpeg", "image/png")
        )
        assert len(str(look)) < 200_000
    assert "Traceback" not in house.log.read_text()
    assert resident(house) - before < 300 * 2**20


def resident(house: House) -> int:
    """The most memory that the server ever had, in bytes."""
    status = (Path("/proc") / str(house.pid) / "status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
