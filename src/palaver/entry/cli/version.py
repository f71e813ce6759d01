"""`palaver version`: which version this is, and nothing that would take time to find out."""

from palaver import __version__


def version() -> None:
    """Print the version."""
    print(__version__)
