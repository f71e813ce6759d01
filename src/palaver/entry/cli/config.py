"""`palaver config`: every setting with its value, its source and a sentence; it changes none."""

from palaver.entry.cli.inforce import settings_in_force


def config() -> None:
    """Print every setting: its value, where that comes from, and what it does. Secrets are hidden."""
    loaded = settings_in_force()

    from palaver.entry.reference import as_text

    print(as_text(loaded))
