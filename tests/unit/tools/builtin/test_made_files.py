"""What is told of the files that a program made."""

from pathlib import Path

from palaver.core.messages import FilePart, ImagePart
from palaver.files.workspace import Workspace
from palaver.tools.builtin.made_files import files_of, made_since

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20


def test_new_and_changed_files_are_told_and_others_are_not(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.write("old.txt", b"old")
    workspace.write("changed.csv", b"a")
    before = files_of(workspace)
    workspace.write("changed.csv", b"a,b\n1,2\n")
    workspace.write("folder/new.bin", b"\0\1")
    workspace.write(".palaver/outputs/x.txt", b"own")
    made = made_since(before, workspace)
    assert made.parts == (
        FilePart(path="changed.csv", name="changed.csv", media_type="text/csv", size=8),
        FilePart(path="folder/new.bin", name="new.bin", media_type="application/octet-stream", size=2),
    )
    assert made.text == (
        "Files written:\n- changed.csv (text/csv, 8 bytes):\n    a,b\n    1,2\n"
        "- folder/new.bin (application/octet-stream, 2 bytes)"
    )


def test_where_nothing_was_made_nothing_is_told(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert made_since(files_of(workspace), workspace).text == ""


def test_an_image_comes_as_what_it_is_whatever_its_name_says(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.write("plot.dat", PNG)
    workspace.write("fake.png", b"no image")
    parts = made_since({}, workspace).parts
    images = [part for part in parts if isinstance(part, ImagePart)]
    assert [image.media_type for image in images] == ["image/png"]
    assert images[0].url is not None
    assert images[0].url.startswith("data:image/png;base64,iVBOR")
    assert [part.path for part in parts if isinstance(part, FilePart)] == ["fake.png", "plot.dat"]


def test_images_have_a_number_and_a_size_they_may_have(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for number in range(6):
        workspace.write(f"{number}.png", PNG)
    workspace.write("huge.png", PNG + b"x" * 1_500_000)
    parts = made_since({}, workspace).parts
    assert sum(isinstance(part, ImagePart) for part in parts) == 4
    assert sum(isinstance(part, FilePart) for part in parts) == 7


def test_many_files_are_counted_and_not_listed(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for number in range(25):
        (tmp_path / f"{number:02}").touch()
    made = made_since({}, workspace)
    assert len(made.parts) == 20
    assert made.text.endswith("… and 5 more")


def test_a_link_to_a_file_outside_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("treasure")
    root = tmp_path / "root"
    root.mkdir()
    (root / "soft").symlink_to(tmp_path / "secret")
    (root / "hard").hardlink_to(tmp_path / "secret")
    made = made_since({}, Workspace(root))
    assert "treasure" not in made.text
