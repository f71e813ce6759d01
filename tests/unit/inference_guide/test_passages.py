"""Splitting Markdown into passages that can be cited."""

from hypothesis import given
from hypothesis import strategies as st

from palaver.inference.guide.passages import is_code, is_table, split

PAGE = """\
---
title: ignored
---
# Boats

Intro.

## Sailing

First paragraph
in two lines.

```sh
# not a heading

sail --now
```

<!-- a note for writers -->

### Knots

| knot | use |
|---|---|
| bowline | loop |

See [the harbour](harbour.md#in) and [a site](https://example.org/x).
"""


def test_each_heading_begins_a_passage_that_knows_where_it_stands() -> None:
    assert [passage.citation for passage in split(PAGE, "boats")] == [
        "*Boats*",
        "*Boats › Sailing*",
        "*Boats › Sailing › Knots*",
    ]


def test_code_stays_whole_even_with_empty_lines_and_signs_of_headings() -> None:
    sailing = split(PAGE, "boats")[1]
    assert sailing.blocks == ("First paragraph\nin two lines.", "```sh\n# not a heading\n\nsail --now\n```")
    assert [is_code(block) for block in sailing.blocks] == [False, True]


def test_tables_are_blocks_and_links_between_pages_become_words() -> None:
    table, links = split(PAGE, "boats")[2].blocks
    assert is_table(table)
    assert links == "See the harbour and [a site](https://example.org/x)."


def test_a_page_without_a_heading_goes_by_its_name() -> None:
    (passage,) = split("Only text.", "notes")
    assert passage.trail == ("notes",)


def test_a_longer_fence_holds_a_shorter_one() -> None:
    (passage,) = split("````\n```\n\n# still code\n```\n````\n", "x")
    assert passage.blocks == ("````\n```\n\n# still code\n```\n````",)


@given(st.text())
def test_any_text_can_be_split_and_blocks_are_never_empty(text: str) -> None:
    assert all(block.strip() for passage in split(text, "x") for block in passage.blocks)
