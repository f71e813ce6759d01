"""Writes what comes from the code: settings, schemas, types, tables. `make docs` calls it; `--check` only looks."""

import re
import sys
import tempfile
from pathlib import Path

from palaver.entry.reference import as_markdown, as_short_table
from palaver.storage import newest
from palaver.storage.chain import upgrade

ROOT = Path(__file__).parents[2]
_TABLE = re.compile(r"(<!-- settings: .*? -->\n).*?(?=<!-- /settings -->)", re.DOTALL)


def pages() -> dict[Path, str]:
    """What each page of the settings must say."""
    readme = ROOT / "README.md"
    return {
        ROOT / "docs" / "reference" / "settings.md": as_markdown(),
        readme: _TABLE.sub(lambda found: found[1] + as_short_table(), readme.read_text("utf-8")),
    }


def schemas() -> dict[Path, str]:
    """What the schemas, and the clients that are typed by them, must say; no port is opened for it."""
    sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "clients" / "python")]
    from generate import shapes  # noqa: PLC0415 - found where the line above says
    from page_types import page_types  # noqa: PLC0415 - likewise
    from schemas import events_document, openapi_document  # noqa: PLC0415

    openapi, events = openapi_document(), events_document()
    return {
        ROOT / "schema" / "openapi.json": openapi,
        ROOT / "schema" / "events.json": events,
        ROOT / "web" / "src" / "core" / "generated.ts": page_types(openapi),
        ROOT / "clients" / "python" / "src" / "palaver_client" / "shapes.py": shapes(openapi, events),
    }


def tables() -> dict[Path, str]:
    """What makes every table at once must say."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.db"
        upgrade(made)
        return {newest.FILE: newest.told(made)}


def stale(wanted: dict[Path, str], *, looks: bool) -> int:
    """Write what is not as it should be, or only say so; how many that are."""
    those = [page for page, text in wanted.items() if not page.exists() or page.read_text("utf-8") != text]
    for page in those:
        print(  # noqa: T201 - a command
            f"{page.relative_to(ROOT)} {'is not what the code says: run `make docs`' if looks else 'written'}"
        )
        if not looks:
            page.parent.mkdir(exist_ok=True)
            page.write_text(wanted[page], "utf-8")
    return len(those)


def main() -> int:
    """Write them, or only say which are not as they should be; tables first, for a server needs them."""
    looks = "--check" in sys.argv
    count = sum(stale(those(), looks=looks) for those in (tables, pages, schemas))
    return count if looks else 0


if __name__ == "__main__":
    sys.exit(main())
