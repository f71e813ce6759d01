"""Measures how many harmful answers are stopped, and how many harmless ones are changed; it trains nothing.

The lists in `training/care/answers/unseen` are not learnt from. `make care-quality` runs it; it prints numbers.
"""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

from palaver.care.moderation.service import Moderation
from palaver.care.moderation.settings import ModerationSettings

UNSEEN = Path(__file__).parents[1] / "training" / "care" / "answers" / "unseen"


async def measured() -> None:
    """A line for each list, language and kind."""
    moderation = Moderation(ModerationSettings.model_validate({}))
    for file in sorted(UNSEEN.glob("*.jsonl")):
        many, changed = Counter[str](), Counter[str]()
        for row in map(json.loads, file.read_text("utf-8").splitlines()):
            other = (await moderation.output(row["text"])).text != row["text"]
            for group in (row["language"], row.get("kind") or row["category"], "all"):
                many[group] += 1
                changed[group] += other
        for group in sorted(many):
            print(f"{file.stem}, {group}: {changed[group]} of {many[group]} not told as they are")


def main() -> int:
    """All lists."""
    asyncio.run(measured())
    return 0


if __name__ == "__main__":
    sys.exit(main())
