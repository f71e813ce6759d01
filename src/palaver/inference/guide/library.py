"""Palaver's own pages as packaged, read once at first use; it neither searches them nor watches for changes."""

from functools import cache
from importlib.resources import files

from palaver.inference.guide.passages import split
from palaver.inference.guide.retrieval import Index, index

_FOLDER = "guides"


@cache
def pages() -> Index:
    """Every packaged page, split and indexed, in the order of their file names."""
    folder = files("palaver") / _FOLDER
    found = sorted((page for page in folder.iterdir() if page.name.endswith(".md")), key=lambda page: page.name)
    return index([passage for page in found for passage in split(page.read_text("utf-8"), page.name[:-3])])
