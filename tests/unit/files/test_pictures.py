"""Pictures made smaller for models."""

from io import BytesIO

import pytest

from palaver.core.errors import Invalid
from palaver.files import pictures
from palaver.files.pictures import for_model, pixels

Image = pytest.importorskip("PIL.Image")


def drawn(width: int, height: int, kind: str = "PNG", mode: str = "RGB", **more: object) -> BytesIO:
    out = BytesIO()
    Image.new(mode, (width, height), "red").save(out, kind, **more)
    out.seek(0)
    return out


def noise(width: int, height: int, kind: str) -> BytesIO:
    out = BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(out, kind)
    out.seek(0)
    return out


def test_a_picture_is_no_longer_than_its_side_and_small_ones_keep_their_size() -> None:
    assert for_model(drawn(4_000, 1_000), 1_000, "image/png")[2:] == (1_000, 250)
    assert for_model(drawn(40, 10), 1_000, "image/png")[2:] == (40, 10)


def test_a_lossless_picture_stays_one_unless_it_is_large() -> None:
    assert for_model(drawn(400, 400), 1_000, "image/png").media_type == "image/png"
    large = for_model(noise(1_500, 1_500, "PNG"), 1_500, "image/png")
    assert large.media_type == "image/jpeg"
    assert len(large.content) < 2_000_000


def test_what_is_behind_a_large_clear_picture_is_white() -> None:
    out = BytesIO()
    found = Image.effect_noise((1_500, 1_500), 80).convert("RGB").convert("RGBA")
    found.putalpha(Image.effect_noise((1_500, 1_500), 80))
    found.paste((0, 0, 0, 0), (0, 0, 40, 40))
    found.save(out, "PNG")
    shown = for_model(out, 1_500, "image/png")
    assert shown.media_type == "image/jpeg"
    assert min(Image.open(BytesIO(shown.content)).getpixel((10, 10))) > 240


def test_what_cameras_write_into_a_picture_is_left_out_and_heeded() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # it lies on its side
    exif[0x010E] = "where I live"
    lying = drawn(60, 20, "JPEG", exif=exif)
    assert pixels(lying, "image/jpeg") == (20, 60)
    lying.seek(0)
    shown = for_model(lying, 1_000, "image/jpeg")
    assert shown[2:] == (20, 60)
    assert b"where I live" not in shown.content


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_half_a_picture_is_none(kind: str) -> None:
    whole = noise(600, 600, kind).getvalue()
    for looked in (lambda file: pixels(file, "image/x"), lambda file: for_model(file, 300, "image/x")):
        with pytest.raises(Invalid, match="damaged"):
            looked(BytesIO(whole[: len(whole) // 2]))


def test_a_picture_that_says_it_is_enormous_is_not_opened() -> None:
    for side in (8_000, 20_000):
        with pytest.raises(Invalid, match="50,000,000 pixels"):
            pixels(drawn(side, side, mode="1"), "image/png")


def test_without_the_extra_small_pictures_are_shown_as_they_are_and_others_are_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "can_scale", lambda: False)
    small = drawn(40, 10)
    assert for_model(small, 5, "image/png") == (small.getvalue(), "image/png", None, None)
    assert pixels(drawn(4, 4), "image/png") is None
    for file, kind in ((noise(1_500, 1_500, "PNG"), "image/png"), (drawn(4, 4, "TIFF"), "image/tiff")):
        with pytest.raises(Invalid, match="extra `images`"):
            pixels(file, kind)
