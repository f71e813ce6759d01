"""Decides what a person is after: a greeting, who speaks, the conversation itself, a creation, or a look-up. Pure.

It decides by the form of the sentence alone, so it is cautious: what fits no form is a question to look up.
"""

import re
from dataclasses import dataclass
from typing import Literal

from palaver.inference.guide.distress import Troubled, distress_in
from palaver.inference.guide.forms import forms
from palaver.inference.guide.languages import Language, greeting_in
from palaver.inference.guide.words import fold


@dataclass(frozen=True, slots=True)
class Distressed:
    """Somebody may want to die or be hurt; nothing else in the message counts then."""

    language: Troubled


@dataclass(frozen=True, slots=True)
class Wordless:
    """Nothing that could be looked up: empty, or signs only."""


@dataclass(frozen=True, slots=True)
class Greeted:
    """A greeting and nothing else."""

    language: Language


@dataclass(frozen=True, slots=True)
class Thanked:
    """Thanks, agreement or a farewell; nothing is asked."""


@dataclass(frozen=True, slots=True)
class AskedWho:
    """Who or what speaks here, or what it can do."""


@dataclass(frozen=True, slots=True)
class AskedToRecall:
    """Something of the conversation itself: a message by its place, all, their number, or those about a matter."""

    what: Literal["place", "all", "count", "matter"]
    whose: Literal["user", "assistant"] = "user"
    place: int = 0
    matter: str = ""


@dataclass(frozen=True, slots=True)
class AskedToCreate:
    """What only a language model can do: write, translate, calculate, play a role."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A question to look up."""


Aim = Distressed | Wordless | Greeted | Thanked | AskedWho | AskedToRecall | AskedToCreate | Sought

_POLITE = {
    "please": r"^(?:(?:please|pls|hey|hi|hello|ok|okay|so|and|now|but|well|palaver|then|/)[ ,!]*(?!\w))*\s*",
    "could": r"(?:(?:can|could|would|will) (?:you|u) (?:please )?|i (?:want|need|would like|'d like) you to |let's )?",
}

_THANKS = forms(
    r"^(?:<word>(?: <more>)*[ ,.!]*)+$",
    {
        "word": """
            ok|okay|great|cool|nice|perfect|awesome|good|wonderful|got it|i see|understood|yes|no|all right|alright
            thanks?|thank you|many thanks|thx|ty|cheers|bye|goodbye|bye bye|see you|good night
            asante|sawa|kwaheri|danke|danke schon|vielen dank|tschuss|auf wiedersehen
            merci|merci beaucoup|au revoir|gracias|muchas gracias|adios|hasta luego""",
        "more": """
            (?:so|very) much|a lot|again|sana|then|later|please|palaver|guide
            for (?:your|the|that|this)(?: help| answer)?""",
    },
)

_WHO = forms(
    r"""
    <please>(?:who|what)(?: exactly| kind of \w+)? (?:are|r) (?:you|u)(?! (?:doing|saying|talking))
    <please>(?:are|r) (?:you|u) (?:(?:really|just|actually|still|an?|the|some|kind of) )*<quality>*<being>
    <please>(?:what|which)(?: ai| language| kind of)?(?: model| llm| ai| version)? <here>(?! (?:error|setting|file|for))
    <please>(?:what is|what's|whats) your (?:name|purpose|job|model)
    <please>who (?:am i|is this|made you|built you|created you)
    <please>what can (?:you|u) (?:do|help|answer|tell)
    <please>what do you (?:do|know)
    <please>how (?:can|do) you (?:help|work)|how do i use you
    <please>(?:do|can) you (?:understand|think|learn|reason|have feelings|feel)
    <please>(?:tell me about|introduce|describe) (?:yourself|you)
    <please>(?:help|help me|help please|menu|start)\W*$
    <please>what is (?:the )?built-?in[/ ]?guide
    (?:wer|was) bist du|wer sind sie|qui (?:es-tu|es tu|etes-vous|etes vous)|(?:quien|que) eres|quien es usted
    wewe ni (?:nani|nini)|u nani
    """,
    {
        **_POLITE,
        "quality": r"(?:(?:real|actual|true|large|language|big|human|artificial) )",
        "being": r"""
            ai|a\.i\.|bot|chatbot|robot|machine|human|person|llm|model|program|intelligence|intelligent|smart|sentient
            conscious|alive|real|chatgpt|gpt\S*|openai\S*|claude|anthropic|gemini|llama|guide|assistant|agent|being""",
        "here": "are you|is this|am i (?:talking|speaking|chatting)|do you use|powers you|runs you",
    },
)

_SPEECH = {
    "said": """
        say|said|write|wrote|written|ask|asked|mention|mentioned|tell|told|talk|talked|discuss|discussed|speak|spoke
        send|sent|type|typed|answer|answered""",
    "thing": r"(?:question|message|prompt|sentence|thing|text|answer|response)s?|repl(?:y|ies)",
    "ever": "(?:ever |already |just |also )*",
    "about": "about|on|of|regarding|concerning|with",
}
_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "fifth": 4}
_PLACE = forms(
    r"""
    (?:my|your) (?:very )?(?P<place><nth>) <thing>(?! (?:in|of) (?:a|the|every|each|my) )
    the (?:very )?(?P<the><nth>) <thing>(?: (?:that )?(?:i|you) .*| (?:here|in this|of this) .*)?\W*$
    what did (?P<who>i|you) (?:just )?<said>(?: you| me)?(?: (?P<when><then>))?\W*$
    what (?P<order>first|last) did (?P<other>i|you) <said>
    """,
    {
        **_SPEECH,
        "nth": "first|1st|second|2nd|third|3rd|fourth|fifth|last|previous|latest|most recent|earlier",
        "then": "first|last|before|earlier|just now|at the (?:start|beginning)|in the beginning",
    },
)
_MATTERS = (
    r"<asking>\b.{0,20}?\b(?P<who>i|you|we) <ever><said>(?: (?:to )?(?:you|me))?<any> <about> (?P<matter>.+)",
    r"(?:did|have) (?P<who>i|you|we) <ever>(?:mention|mentioned|bring up|brought up) (?P<matter>.+)",
    r"do you (?:remember|recall) (?:what (?P<who>i|we|you) (?:\w+ ){0,3}<about> )?(?P<matter>.+)",
    r"(?:remind me|quote)(?: of)? what (?P<who>i|you|we) <said> (?:(?:to )?(?:you|me) )?<about> (?P<matter>.+)",
)
_MATTER = [
    forms(
        matter,
        {
            **_SPEECH,
            "asking": "what|when|where|did|have|has|anything|everything|something",
            "any": "(?: (?:anything|something|everything|all))?",
        },
    )
    for matter in _MATTERS
]
_ALL = forms(
    r"""
    <please><could><sum> (?:me )?(?:all (?:of )?)?<everything>
    <please><could><sum> (?:it|this|that|above|the above)\W*$
    what (?:have|did) (?:i|we) (?:been )?<discussed>(?: about)? <so far>\W*$
    what (?:have|did) we (?:been )?(?:talk(?:ed|ing)?|discuss(?:ed|ing)?)(?: about)?\W*$
    what (?:is|was) (?:this|our|the) (?:conversation|chat|session) about
    ^(?:tl;?dr|summary(?: please)?)\W*$
    """,
    {
        **_POLITE,
        "sum": """
            summari[sz]e|recap|sum up|list|repeat|show(?: me)?
            (?:give|show)(?: me| us)?(?: an?| the)? (?:(?:short|brief|quick) )?(?:summary|overview|recap|list) of""",
        "everything": """
            what (?:i|we)(?:'ve| have)? (?:wrote|written|said|asked|discussed|talked about|told you)
            (?:this|our|the) (?:(?:whole|entire) )?(?:conversation|chat|session|discussion|thread|talk)
            my (?:messages|questions|words|prompts)
            everything(?: i (?:wrote|said))?""",
        "discussed": "talk(?:ed|ing)?|discuss(?:ed|ing)?|writ(?:e|ten)|sa(?:y|id)|ask(?:ed)?|cover(?:ed)?",
        "so far": "so far|today|here|in this (?:chat|conversation|session)|until now|up to now",
    },
)
_COUNT = forms("how (?:many|often) (?:(?:<thing>|times) )?(?:have|did) i <said>", _SPEECH)

_CREATE = forms(
    r"""
    <please><could><make>(?: me| us| my \w+)? (?:an?|the|some|another|one) (?:[\w'-]+ ){0,4}?<work>
    <please>(?:i|we) (?:want|need|would like) (?:an?|some|another|one) (?:[\w'-]+ ){0,4}?<work>
    <please><could><compose>(?: me| us)? (?:[\w'-]+ ){0,3}?<work>
    <please><could><act>
    <please><could>(?:summari[sz]e|explain|improve|fix|correct|review|classify|debug|continue) (?:this|the following|my)
    <please>(?:what(?:'s| is) )?(?:\d+|\()[\d\s.,()]*[-+*/x×÷^%][-\d\s.,()+*/x×÷^%]*\s*[=?]*\s*$
    """,
    {
        **_POLITE,
        "make": """
            write|compose|draft|create|generate|make|tell|give|sing|draw|paint|design|code|invent|suggest
            come up with|produce|build|think of""",
        "compose": "write|compose|draft|generate|sing|draw|paint|invent|code|implement",
        "act": """
            write|draw|paint|sing|compose|translate|paraphrase|proofread|rewrite|rephrase|role-?play|imagine|brainstorm
            act (?:as|like)|pretend|simulate|behave like|refactor|solve|calculate|compute|analy[sz]e
            you are now|from now on|ignore (?:(?:all|any|your|the) )*(?:previous|prior|above|earlier)""",
        "work": """
            (?:poem|haiku|sonnet|limerick|tale|essay|joke|song|novel|article|blog ?post|e-?mail|letter|report|script)s?
            (?:function|program|app|website|game|drawing|logo|recipe|tweet|caption|slogan|outline|paragraph|riddle|idea)s?
            stor(?:y|ies)|lyrics|rap|speech|resume|cv|code|class|itinerary|quiz|names for|presentation|dialogue
            translation|plan|workout|diet|python|javascript|sql|html|regex|algorithm""",
    },
)


# A request for form is short; what is longer is a text, of which the guide can only look things up.
_LONGEST_FORM = 400

_STATEMENT = forms(
    r"^(?:i|i'm|i've|i'd|i'll|my|we|we're|our|he|she|it|it's|they|this|that|the|there|today|yesterday|remember|note)"
)


def is_statement(text: str) -> bool:
    """Whether a short message tells something rather than asks for it."""
    return "?" not in text and _STATEMENT.search(" ".join(fold(text[:_LONGEST_FORM]).split())) is not None


def _recall(text: str) -> AskedToRecall | None:
    """What of the conversation is asked for, if anything is."""
    if _COUNT.search(text):
        return AskedToRecall("count")
    if _ALL.search(text):
        return AskedToRecall("all")
    if found := _PLACE.search(text):
        return _by_place(found)
    matters = (matter.search(text) for matter in _MATTER)
    return next((_by_matter(found) for found in matters if found), None)


def _by_matter(found: re.Match[str]) -> AskedToRecall:
    return AskedToRecall("matter", "assistant" if found["who"] == "you" else "user", matter=found["matter"])


def _by_place(found: re.Match[str]) -> AskedToRecall:
    named = found["place"] or found["the"] or found["order"] or found["when"] or "last"
    place = 0 if "start" in named or "beginning" in named else _PLACES.get(named, -1)
    is_answer = re.search(r"answer|repl|response|\byour\b", found[0]) is not None
    return AskedToRecall(
        "place", "assistant" if is_answer or "you" in (found["who"], found["other"]) else "user", place
    )


def aim_of(text: str) -> Aim:
    """What the message is after. Distress comes first, whatever else stands beside it."""
    troubled = distress_in(text)
    if troubled:
        return Distressed(troubled)
    plain = " ".join(fold(text[: 4 * _LONGEST_FORM]).split())[:_LONGEST_FORM]
    if not any(letter.isalnum() for letter in text):
        return Wordless()
    if len(text) <= _LONGEST_FORM:
        return _short_aim(plain)
    return AskedToCreate() if _CREATE.search(plain) else Sought()


def _short_aim(plain: str) -> Aim:
    language = greeting_in(plain)
    if language:
        return Greeted(language)
    if _THANKS.search(plain):
        return Thanked()
    if _WHO.search(plain):
        return AskedWho()
    recall = _recall(plain)
    if recall:
        return recall
    return AskedToCreate() if _CREATE.search(plain) else Sought()
