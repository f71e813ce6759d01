"""The command line's one entrance; which verbs there are stands in `verbs.py`."""

import sys

from palaver.core.errors import PalaverError


def main() -> None:
    """Run the verb; what a person can do something about is told in a line, without a trace."""
    try:
        _run(sys.argv[1:])
    except PalaverError as error:
        print(error.detail, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _run(words: list[str]) -> None:
    if words == ["serve"]:  # a server lives for months: it does without the 4 MB of all verbs
        from palaver.entry.cli.serve import serve

        serve()
    else:
        from palaver.entry.cli.verbs import app

        app()
