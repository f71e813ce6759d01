"""Small packages, installed in a folder of a test, with entry points; what is in them is the test's business."""

from collections.abc import Mapping
from pathlib import Path


def package(folder: Path, name: str, source: str, points: Mapping[str, Mapping[str, str]]) -> Path:
    """A folder for `PYTHONPATH` in which this package is installed, as installers leave it."""
    site = folder / "site"
    facts = site / f"{name}-1.0.dist-info"
    facts.mkdir(parents=True)
    (site / f"{name}.py").write_text(source)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    groups = [
        "\n".join([f"[{group}]", *(f"{point} = {where}" for point, where in named.items())])
        for group, named in points.items()
    ]
    (facts / "entry_points.txt").write_text("\n\n".join(groups) + "\n")
    return site
