"""Writes the pages that come from the code: the settings, and their short table in the README. `make docs` calls it."""

import re
from pathlib import Path

from palaver.entry.reference import as_markdown, as_short_table

ROOT = Path(__file__).parents[2]
_TABLE = re.compile(r"(<!-- settings: .*? -->\n).*?(?=<!-- /settings -->)", re.DOTALL)


def pages() -> dict[Path, str]:
    """What each page must say."""
    readme = ROOT / "README.md"
    return {
        ROOT / "docs" / "reference" / "settings.md": as_markdown(),
        readme: _TABLE.sub(lambda found: found[1] + as_short_table(), readme.read_text("utf-8")),
    }


def main() -> None:
    """Write them."""
    for page, text in pages().items():
        page.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
