"""What can be seen of contents, and how often it is made."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from palaver.core.errors import Invalid
from palaver.core.ids import UserId
from palaver.files import pictures
from palaver.files.blobs import Blobs
from palaver.files.showing import Showing
from palaver.files.store import Upload

Image = pytest.importorskip("PIL.Image")


def kept(blobs: Blobs, name: str, content: bytes, kind: str = "text/plain") -> Upload:
    blob = blobs.put(content)
    return Upload(f"fil_{name}", UserId("usr"), name, kind, blob.size, blob.sha, "")


def drawn() -> bytes:
    out = BytesIO()
    Image.new("RGB", (400, 200)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sides for which a picture was scaled."""
    sides: list[int] = []
    scale = pictures.for_model

    def counted(file: Any, side: int, kind: str) -> pictures.Shown:
        sides.append(side)
        return scale(file, side, kind)

    monkeypatch.setattr(pictures, "for_model", counted)
    return sides


async def test_a_picture_is_scaled_once_for_each_side_and_whoever_asks(tmp_path: Path, made: list[int]) -> None:
    blobs = Blobs(tmp_path)
    showing = Showing(blobs, 10_000_000)
    one, other = kept(blobs, "a.png", drawn(), "image/png"), kept(blobs, "b.png", drawn(), "image/png")
    for upload, side in ((one, 100), (other, 100), (one, 50), (one, 100)):
        assert (await showing.image(upload, side)).width == side
    assert made == [100, 50]


async def test_what_does_not_fit_into_memory_is_made_again(tmp_path: Path, made: list[int]) -> None:
    blobs = Blobs(tmp_path)
    showing = Showing(blobs, 10)
    one = kept(blobs, "a.png", drawn(), "image/png")
    assert (await showing.image(one, 100)).width == (await showing.image(one, 100)).width
    assert made == [100, 100]


async def test_what_cannot_be_read_is_not_tried_again(tmp_path: Path, made: list[int]) -> None:
    blobs = Blobs(tmp_path)
    showing = Showing(blobs, 10_000)
    broken = kept(blobs, "a.png", drawn()[:60], "image/png")
    for _ in range(3):
        with pytest.raises(Invalid):
            await showing.image(broken, 100)
    assert made == [100]


async def test_the_beginning_of_a_text_is_told_and_whether_that_is_all(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    showing = Showing(blobs, 10_000)
    text = kept(blobs, "a.txt", "Bäume ".encode() * 10)
    assert await showing.text(text, 1_000) == ("Bäume " * 10, True)
    assert await showing.text(text, 5) == ("Bäume", False)
    assert await showing.text(text, 60) == ("Bäume " * 10, True)
    with pytest.raises(Invalid):
        await showing.text(kept(blobs, "a.bin", bytes(range(256)) * 4), 100)


async def test_a_picture_that_is_written_out_is_left_to_the_vendor_where_it_cannot_be_read(tmp_path: Path) -> None:
    showing = Showing(Blobs(tmp_path), 10_000)
    assert await showing.written_out("data:image/png;base64,AAAA", 100) is None
    assert await showing.written_out("data:image/png;base64,!", 100) is None
    assert await showing.written_out("https://example.org/a.png", 100) is None
