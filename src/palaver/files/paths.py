"""Which paths from outside are acceptable, and their one spelling; whether something is there it does not know."""

from palaver.core.errors import Invalid

LONGEST_PATH = 1_024  # bytes; far below what systems take, so that a prefix of our own always fits
LONGEST_NAME = 255  # bytes: what Linux and macOS take
PROJECT = "@project"  # the folder of a workspace in which the files of its project are seen
DEEPEST = 64  # folders in each other; every one costs an open file while a tree is walked


def inside(path: str) -> str:
    """The path relative to a workspace, `/` between names, without `.` and doubled slashes; or `Invalid`.

    It names something below the workspace, never the workspace itself.
    """
    names = _names(path)
    if not names:
        raise Invalid("The path is empty: name a file or folder of the workspace.")
    return "/".join(names)


def folder_inside(path: str) -> str:
    """As `inside`, but the workspace itself may be meant too: then it is the empty text."""
    return "/".join(_names(path))


def can_be_said(name: str) -> bool:
    """Whether a name that was found can be told, and asked for again."""
    return name.isprintable() or _problem(name) is None


def _names(path: str) -> tuple[str, ...]:
    problem = _problem(path)
    if problem:
        raise Invalid(problem)
    names = tuple(name for name in path.split("/") if name not in {"", "."})
    if ".." in names:
        raise Invalid("The path goes up with “..”: paths are relative to the workspace and stay inside it.")
    if len(names) > DEEPEST:
        raise Invalid(f"The path is too deep: at most {DEEPEST} names are taken.")
    if any(len(name.encode()) > LONGEST_NAME for name in names):
        raise Invalid(f"A name in the path is too long: at most {LONGEST_NAME} bytes are taken.")
    return names


def _problem(path: str) -> str | None:
    if path.startswith("/"):
        return "The path is absolute: write it relative to the workspace, without “/” at its beginning."
    if any(0xD800 <= ord(sign) <= 0xDFFF for sign in path):
        return "The path is not valid Unicode."
    if any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in path):
        return "The path has control characters in it."
    if "\\" in path:
        return "The path has backslashes in it: write “/” between names."
    if len(path) > 1 and path[1] == ":" and path[0].isascii() and path[0].isalpha():
        return "The path begins with a drive letter: write it relative to the workspace."
    if len(path.encode()) > LONGEST_PATH:
        return f"The path is too long: at most {LONGEST_PATH} bytes are taken."
    return None
