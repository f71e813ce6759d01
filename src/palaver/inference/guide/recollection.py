"""Answers questions about the conversation itself by quoting it; it sums nothing up in words of its own. Pure."""

from collections.abc import Sequence

from palaver.inference.guide.aims import AskedToRecall
from palaver.inference.guide.conversation import FROM_CONVERSATION, Conversation, Said, is_question, passages_of, quote
from palaver.inference.guide.excerpts import LEFT_OUT, sentences_of
from palaver.inference.guide.retrieval import index, rank

# A matter counts as found when a message holds at least this share of its weight: of two words, the rarer one.
_FLOOR = 0.5
_MOST_QUOTES = 3
# An extract is the first sentence, cut to about a line; of a long conversation, its beginning and its latest part.
_LINE = 160
_FIRST, _LATEST = 4, 8

_NO_SUMMARY = (
    "I cannot sum up, which takes a language model, but I can quote. What you wrote, each message by its beginning:"
)


_WHOSE = {"user": "you wrote", "assistant": "was answered"}


def _nothing_yet(whose: str) -> str:
    return f"There is nothing in what {_WHOSE[whose]} before this."


def _line(said: Said) -> str:
    first = next(sentences_of(said.text), "")
    if len(first) > _LINE:
        return f"{first[:_LINE].rsplit(' ', 1)[0]} {LEFT_OUT}"
    return first if first == said.text.strip() else f"{first} {LEFT_OUT}"


def _extracts(said: Sequence[Said]) -> str:
    left_out = len(said) - _FIRST - _LATEST
    if left_out <= 0:
        return "\n".join(f"{one.number}. {_line(one)}" for one in said)
    lines = [f"{one.number}. {_line(one)}" for one in said[:_FIRST]]
    rest = [f"{one.number}. {_line(one)}" for one in said[-_LATEST:]]
    return "\n".join([*lines, f"\n({left_out} messages are left out here.)\n", *rest])


def _everything(conversation: Conversation) -> str:
    said = conversation.by("user")
    if not said:
        return _nothing_yet("user")
    return f"{_NO_SUMMARY}\n\n{_extracts(said)}"


def _number(conversation: Conversation) -> str:
    count = len(conversation.by("user"))
    return f"Before this one you have written {count} message{'' if count == 1 else 's'} in this conversation."


def _by_place(aim: AskedToRecall, conversation: Conversation) -> str:
    said = conversation.by(aim.whose)
    if not said:
        return _nothing_yet(aim.whose)
    if aim.place >= len(said):
        return f"There {'is' if len(said) == 1 else 'are'} only {len(said)} before this."
    return quote(said[aim.place], frozenset())


def _may_answer(said: Said) -> bool:
    """Whether quoting a message tells something: not where it asks, nor where it only repeats the conversation."""
    return not (
        is_question(said.text) if said.whose == "user" else said.text.startswith((_NO_SUMMARY, FROM_CONVERSATION))
    )


def _about(aim: AskedToRecall, conversation: Conversation) -> str:
    """The messages about a matter, best first; questions only where there is nothing else."""
    said = conversation.by(aim.whose)
    telling = [one for one in said if _may_answer(one)]
    quotes = _quotes(aim.matter, telling) or _quotes(aim.matter, said)
    return "\n\n".join(quotes) or f"I found nothing about that in what {_WHOSE[aim.whose]} here."


def _quotes(matter: str, said: Sequence[Said]) -> list[str]:
    passages, origins = passages_of(said)
    quotes: dict[Said, str] = {}
    for hit in rank(matter, index(passages)):
        origin = origins[hit.number]
        if hit.coverage >= _FLOOR and origin not in quotes:
            quotes[origin] = quote(Said(origin.whose, origin.number, hit.passage.blocks[0]), hit.found)
    return list(quotes.values())[:_MOST_QUOTES]


def recollect(aim: AskedToRecall, conversation: Conversation) -> str:
    """What was asked for of the conversation, quoted, or a plain word that it is not there."""
    match aim.what:
        case "all":
            return _everything(conversation)
        case "count":
            return _number(conversation)
        case "place":
            return _by_place(aim, conversation)
        case "matter":
            return _about(aim, conversation)
