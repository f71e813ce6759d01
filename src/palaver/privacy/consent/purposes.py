"""♥ What a person may agree to or refuse, in which words; it knows nobody.

A purpose covers what its words say and nothing else. That words of danger are noticed and help is named is no purpose:
that is chosen by the profile of a session.
"""

from typing import Literal, get_args

import msgspec

Purpose = Literal["emotion", "course", "sharing_with_counsellors", "escalation_contact"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is asked: `version` counts the meanings, so that nobody agreed to words they never read.

    `usual` says what holds while they said nothing.
    """

    version: int
    usual: bool
    text: dict[str, str]


# What reads feelings or days is asked for first. A human who comes in danger is what people in danger are owed: it is
# told them, and they can refuse it at any time.
WORDS: dict[Purpose, Words] = {
    "emotion": Words(
        version=1,
        usual=False,
        text={
            "en": "How you seem to feel is read from your messages, so that answers fit.",
            "sw": "Jinsi unavyoonekana kuhisi inasomwa kutoka kwa ujumbe wako, ili majibu yakufae.",
        },
    ),
    "course": Words(
        version=1,
        usual=False,
        text={
            "en": "How you are over days is kept and compared, so that a slow change is noticed.",
            "sw": "Hali yako kwa siku kadhaa inahifadhiwa na kulinganishwa, ili mabadiliko ya polepole yaonekane.",
        },
    ),
    "sharing_with_counsellors": Words(
        version=1,
        usual=False,
        text={
            "en": "A counsellor who was called to you may read the conversation they were called for.",
            "sw": "Mshauri aliyeitwa kukusaidia anaweza kusoma mazungumzo aliyoitiwa.",
        },
    ),
    "escalation_contact": Words(
        version=1,
        usual=True,
        text={
            "en": "If your words say that you may be in danger, somebody from the team is called and may write to you.",
            "sw": "Maneno yako yakionyesha kwamba unaweza kuwa hatarini, mtu wa timu anaitwa na anaweza kukuandikia.",
        },
    ),
}


class Said(msgspec.Struct, frozen=True):
    """What somebody said of a purpose, to which version of its words, and when."""

    purpose: Purpose
    granted: bool
    version: int
    at: str


def holds(purpose: Purpose, said: Said | None) -> bool:
    """Whether what a purpose covers may be done: a refusal holds for all versions, an agreement for its own."""
    words = WORDS[purpose]
    if said is None:
        return words.usual
    return said.granted and (said.version == words.version or words.usual)
