"""The settings in force, for every verb that needs them; bad ones end the command with a line each and exit code 2."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from palaver.entry.settings import Loaded


def settings_in_force() -> "Loaded":
    """What environment and file say; does not return when they say something wrong."""
    from palaver.entry.settings import SettingsRefused, load_settings

    try:
        return load_settings()
    except SettingsRefused as refusal:
        for problem in refusal.problems:
            print(problem, file=sys.stderr)
        sys.exit(2)
