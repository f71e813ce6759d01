"""A conversation that is brought has the tree it had: the same siblings, the same newest branches."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.core.care import HelpShown
from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Message, TextPart
from palaver.sessions import tree
from palaver.sessions.formats import ours
from palaver.sessions.formats.brought import Broken, Brought, plant
from palaver.sessions.session import Session
from palaver.sessions.tree import Place, Tree

NOW = "2026-11-21T12:00:00.000000Z"
NEW = SessionId("ses_new")


def session(head: str | None = None) -> Session:
    return Session(
        id=SessionId("ses_old"), head_message_id=MessageId(head) if head else None, created_at=NOW, updated_at=NOW
    )


def said(name: str, parent: str | None) -> Message:
    return Message(
        id=MessageId(name),
        session_id=SessionId("ses_old"),
        parent_id=MessageId(parent) if parent else None,
        role="user",
        parts=(TextPart(text=name),),
        created_at=NOW,
    )


def test_a_document_brings_no_help_for_nobody_here_has_looked_at_its_numbers() -> None:
    forged = msgspec.structs.replace(said("m1", None), help=HelpShown(resources=(), message="Call me."))
    whole = {"format": ours.FORMAT, "session": session("m1"), "messages": [forged]}
    [read] = ours.brought(msgspec.json.encode(whole)).messages
    assert (read.text, read.help) == (forged.text, msgspec.UNSET)


def grown(choices: list[int]) -> tuple[Tree, dict[str, Place], dict[str, str | None]]:
    """A tree as turns make it: each message below the one that was chosen, or at the root."""
    shape, places, parents = tree.seed("ses_old"), dict[str, Place](), dict[str, str | None]()
    for number, choice in enumerate(choices):
        parent = None if choice % (number + 1) == number else f"m{choice % (number + 1)}"
        name = f"m{number}"
        shape, places[name] = tree.append(shape, places[parent] if parent else None, name)
        parents[name] = parent
    return shape, places, parents


@given(some.lists(some.integers(0, 1_000), max_size=25), some.integers(0, 24))
def test_a_tree_that_is_told_by_its_lines_is_the_same_tree(choices: list[int], head: int) -> None:
    shape, places, parents = grown(choices)
    at = {place: name for name, place in places.items()}
    branch = tree.path(shape, places.get(f"m{head}"))
    shown = [at[Place(reach.line, depth)] for reach in branch for depth in range(reach.start, reach.end)]
    beside = [name for line in shape.lines for depth in range(line.start, line.end)
              if (name := at[Place(line.id, depth)]) not in shown]  # fmt: skip
    lines = tuple(MessageId(at[Place(line.id, line.start)]) for line in shape.lines if line.end > line.start)
    brought = Brought(
        session=session(shown[-1] if shown else None),
        messages=tuple(said(name, parents[name]) for name in (*shown, *beside)),
        lines=lines,
    )
    count = itertools.count()
    made = plant(brought, NEW, lambda: f"n{next(count)}")
    renamed = {message.text: place for message, place in made.messages}
    back = {place: name for name, place in renamed.items()}
    for name, place in places.items():
        family = [at[one] for one in tree.siblings(shape, place)]
        assert [back[one] for one in tree.siblings(made.tree, renamed[name])] == family
        assert back[tree.leaf(made.tree, renamed[name])] == at[tree.leaf(shape, place)]
    assert made.head == (renamed[shown[-1]] if shown else None)
    assert {message.session_id for message, _ in made.messages} <= {NEW}


@pytest.mark.parametrize(
    ("brought", "says"),
    [
        (Brought(session=session(), messages=(said("a", "b"),)), "message 1 names a parent"),
        (Brought(session=session(), messages=(said("a", None), said("a", None))), "message 2 has the id"),
        (Brought(session=session("b"), messages=(said("a", None),)), "names a message that is not there"),
        (Brought(session=session(), messages=(), lines=(MessageId("b"),)), "names a message that is not there"),
    ],
)
def test_messages_that_are_no_tree_are_refused(brought: Brought, says: str) -> None:
    with pytest.raises(Broken, match=says):
        plant(brought, NEW, lambda: "n")
