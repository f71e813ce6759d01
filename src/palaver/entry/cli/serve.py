"""`palaver serve`: starts the server and prints the link that opens it signed in; it puts nothing together."""

from palaver.entry import memory
from palaver.entry.cli.inforce import settings_in_force


def serve() -> None:
    """Start Palaver. The sign-in link is printed alone on one line; logs go to standard error."""
    memory.begin()
    loaded = settings_in_force()

    from palaver.entry.server import run

    run(loaded)
