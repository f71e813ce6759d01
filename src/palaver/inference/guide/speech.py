"""Puts the guide's answer together from passages, as Markdown; it reads no file and adds no fact of its own. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from palaver.inference.guide.aims import (
    AskedToCreate,
    AskedToRecall,
    AskedWho,
    Distressed,
    Greeted,
    Sought,
    Thanked,
    Wordless,
    aim_of,
    is_statement,
)
from palaver.inference.guide.comfort import COMFORT, STILL_HERE
from palaver.inference.guide.conversation import (
    Conversation,
    Said,
    carried_text,
    is_question,
    passages_of,
    question_in,
    quote,
)
from palaver.inference.guide.distress import Troubled, distress_in
from palaver.inference.guide.errands import errands_in
from palaver.inference.guide.excerpts import excerpt, with_relatives
from palaver.inference.guide.languages import ENGLISH_ONLY, GREETING, language_of, without_small_words
from palaver.inference.guide.recollection import recollect
from palaver.inference.guide.retrieval import Hit, Index, index, rank

# The least share of a question's weight that a passage must hold to be given as its answer. Of the questions in the
# tests, those that the pages do not answer reach 0.43 at most, and 19 of 20 of those that they do reach more than this.
FLOOR = 0.47
# One word in common may be chance (`windows` to install, `window` of a model): it must be most of the question, or
# stand for the whole of it by a relative, which counts 0.6.
FLOOR_OF_ONE = 0.59
# What people wrote themselves is short and any shared word looks like an answer, so more must fit.
FLOOR_OF_CONVERSATION = 0.6
# Below the floor but not by much, sections may be named (not quoted) as near.
_NEAR = 0.3
# Related sections must also rank near the one shown, so that a single common word does not make a relation.
_NEAR_SCORE = 0.25
# About a screen of text; a reader who wants more has the citation.
_PASSAGE = 1_400
# A second passage is worth showing when it holds at least this much of the question that the first one lacks.
_ADDS = 0.25
_RELATED_SECTIONS = 3

WHO = (
    "I am Palaver's built-in guide: I look things up in Palaver's documentation and in this conversation; "
    "I am not a large language model."
)
_CAN = (
    "I quote what I find and say where it stands, and I say so when I find nothing. I need no network and no account. "
    "Ask me for example *How do I connect Ollama?* or *What was my first question?*, or order something plain: "
    '*write notes.txt with "Buy bread"*, *list the files*.'
)
_CONNECT = (
    "To talk to a language model, connect one: put a provider's key into Palaver's environment (for example "
    "`OPENAI_API_KEY`) or run one on this machine (for example with Ollama), then choose it in the model picker."
)
_UNKNOWN = "I do not know: I found nothing in Palaver's pages or in this conversation that answers this."
_HEARD = (
    "I have nothing to say about that, since I only look things up. It stays in this conversation, and I can quote it "
    "when you ask for it."
)
_HOW_TO_CONNECT = "connecting models"


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits of the pages and of the conversation; the latter with the message that each stands in."""

    pages: Sequence[Hit]
    said: Sequence[tuple[Hit, Said]]


def _connect(pages: Index) -> str:
    see = [f" The page *{hit.passage.trail[0]}* says how." for hit in rank(_HOW_TO_CONNECT, pages, 1)]
    return "".join([_CONNECT, *see])


def _question(conversation: Conversation) -> str:
    question = question_in(conversation.now)
    return without_small_words(question, language_of(question))


def _searched(conversation: Conversation) -> tuple[Said, ...]:
    """What may answer a look-up: what the person told, and what they carried along now; their questions may not."""
    told = tuple(said for said in conversation.by("user") if not is_question(said.text))
    carried = carried_text(conversation.now)
    return (*told, Said("user", len(conversation.by("user")) + 1, carried)) if carried else told


def find(conversation: Conversation, pages: Index) -> Found:
    """Look the present question up in the pages and in what was said."""
    question = _question(conversation)
    passages, origins = passages_of(_searched(conversation))
    said = rank(question, index(passages), 2)
    return Found(rank(question, pages), [(hit, origins[hit.number]) for hit in said])


def answers(hit: Hit) -> bool:
    """Whether a passage of the pages holds enough of the question to be given as its answer."""
    return hit.coverage >= (FLOOR if len(hit.found) > 1 else FLOOR_OF_ONE)


def _passage(hit: Hit) -> str:
    text = excerpt(hit.passage.blocks, with_relatives(hit.found), _PASSAGE)
    return f"From {hit.passage.citation}:\n\n{text}"


def _chosen(hits: Sequence[Hit]) -> list[Hit]:
    """The best hit, and one more where it answers a good part of the question that the best one leaves open."""
    best, *others = hits
    more = (hit for hit in others if hit.coverage >= _ADDS and not hit.found & best.found)
    return [best, *list(more)[:1]] if best.coverage < 1 - _ADDS else [best]


def _related(hits: Sequence[Hit], shown: Sequence[Hit]) -> str:
    """Other sections about the same, named only."""
    cited = {hit.passage.citation for hit in shown}
    names = dict.fromkeys(
        hit.passage.citation
        for hit in hits
        if hit.passage.citation not in cited and hit.coverage >= _NEAR and hit.score >= _NEAR_SCORE * hits[0].score
    )
    return f"Related: {', '.join(list(names)[:_RELATED_SECTIONS])}." if names else ""


def _from_pages(found: Found) -> str:
    chosen = _chosen(found.pages)
    return _joined(*(_passage(hit) for hit in chosen), _related(found.pages, chosen))


def _from_conversation(found: Found) -> str:
    hit, said = found.said[0]
    return quote(Said(said.whose, said.number, hit.passage.blocks[0]), hit.found)


def _unknown(conversation: Conversation, pages: Index, found: Found) -> str:
    near = [hit for hit in found.pages if hit.coverage >= _NEAR][:_RELATED_SECTIONS]
    return _joined(
        ENGLISH_ONLY[language_of(conversation.now)],
        _HEARD if is_statement(conversation.now) else _UNKNOWN,
        f"The nearest sections I have: {', '.join(hit.passage.citation for hit in near)}." if near else "",
        _connect(pages),
    )


def _looked_up(conversation: Conversation, pages: Index) -> str:
    if not _question(conversation):
        return _joined(
            "That is a long text. Ask me something about it, and I will look for the passage.", _connect(pages)
        )
    found = find(conversation, pages)
    is_on_page = bool(found.pages) and answers(found.pages[0])
    page = found.pages[0].coverage if is_on_page else 0.0
    said = found.said[0][0].coverage if found.said else 0.0
    is_said = said >= FLOOR_OF_CONVERSATION and said > page
    if not is_on_page and not is_said:
        return _unknown(conversation, pages, found)
    return _joined(
        ENGLISH_ONLY[language_of(conversation.now)] if is_on_page else "",
        _from_conversation(found) if is_said else "",
        _from_pages(found) if is_on_page else "",
    )


def _refused(conversation: Conversation, pages: Index) -> str:
    # One shared word ("write") is no matter that both are about.
    near = [hit for hit in rank(_question(conversation), pages, 2) if answers(hit) and len(hit.found) > 1]
    return _joined(
        ENGLISH_ONLY[language_of(conversation.now)],
        "I cannot do that: I only look things up and carry out plain orders; composing, translating, reasoning or "
        "playing a part takes a language model, which I am not.",
        _connect(pages),
        f"What my pages have on the matter: {', '.join(hit.passage.citation for hit in near)}." if near else "",
    )


# So many turns after words of distress, small talk and "I do not know" would be the wrong answer.
_HEED = 3


def _still_troubled(conversation: Conversation) -> Troubled | None:
    for said in reversed(conversation.by("user")[-_HEED:]):
        language = distress_in(said.text)
        if language:
            return language
    return None


def is_troubled(conversation: Conversation) -> bool:
    """Whether words of distress were said shortly before."""
    return _still_troubled(conversation) is not None


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _is_question_for_pages(conversation: Conversation, pages: Index) -> bool:
    """Whether the pages answer it; an order is no question, though their examples may look like it."""
    if errands_in(conversation.now) is not None:
        return False
    hits = rank(_question(conversation), pages, 1)
    return bool(hits) and answers(hits[0])


def answer(conversation: Conversation, pages: Index) -> str:
    """The whole answer to what was said last. The same conversation and pages always give the same answer."""
    aim = aim_of(conversation.now)
    if isinstance(aim, Distressed):
        return COMFORT[aim.language]
    troubled = _still_troubled(conversation)
    if troubled and not (isinstance(aim, Sought) and _is_question_for_pages(conversation, pages)):
        return STILL_HERE[troubled]
    introduction = "" if conversation.by("assistant") or isinstance(aim, AskedWho | Greeted) else f"*{WHO}*"
    return _joined(introduction, _spoken(aim, conversation, pages))


def _spoken(
    aim: Wordless | Greeted | Thanked | AskedWho | AskedToRecall | AskedToCreate | Sought,
    conversation: Conversation,
    pages: Index,
) -> str:
    match aim:
        case Wordless():
            return "I found no words to look up in that. " + _CAN
        case Greeted(language):
            return _joined(f"{GREETING[language]} {WHO}", _CAN, ENGLISH_ONLY[language])
        case Thanked():
            return "All right. Ask whenever you want something looked up."
        case AskedWho():
            return _joined(WHO, _CAN, ENGLISH_ONLY[language_of(conversation.now)], _connect(pages))
        case AskedToRecall():
            return recollect(aim, conversation)
        case AskedToCreate():
            return _refused(conversation, pages)
        case Sought():
            return _looked_up(conversation, pages)
        case _:
            assert_never(aim)
