"""♥ What is said of a finding: to the person, as the guide's answer, and to a model; it finds nothing."""

from collections.abc import Mapping, Sequence
from typing import Literal

from palaver.care.crisis.finding import Concern, Finding, Level
from palaver.core.care import CareChannel, CareResource, Urgency

Matter = Concern | Literal["unsure"]
Words = Mapping[str, Mapping[str, str] | Mapping[str, Mapping[str, str]]]

# Where two concerns are equally urgent, this one is spoken of: what cannot wait comes first.
_FIRST: tuple[Concern, ...] = (
    "medical_emergency", "self_directed", "abuse", "self_harm", "harm_to_others", "for_another",
)  # fmt: skip
_NAMED = 3  # services in a model's instructions


def matter_of(found: Finding | None, urgency: Urgency) -> Matter:
    """What is to be spoken of. Without a finding, or where only the course of the conversation says so: unsure."""
    if found is None or Level[urgency] == Level.none:
        return "unsure"
    concern = max(_FIRST, key=lambda one: (Level[found.concerns[one]], -_FIRST.index(one)))
    return "unsure" if Level[found.concerns[concern]] == Level.none else concern


def language_of(found: Finding | None, known: Sequence[str]) -> str:
    """The language to answer in: that of what was found, else the first of the text that we have words in."""
    spoken = [one.language for one in found.signals] if found else []
    there = [one for one in (*spoken, *(found.languages if found else ())) if one in known]
    return there[0] if there else known[0]


def listed(resources: Sequence[CareResource]) -> str:
    """Services as lines of plain text: a name, and every way to reach it."""
    return "\n".join(f"- {one.name}: {', '.join(map(_way, one.channels))}" for one in resources)


def named(resources: Sequence[CareResource]) -> str:
    """The same in short, for a model."""
    return "; ".join(f"{one.name} ({_way(one.channels[0])})" for one in resources[:_NAMED])


def _way(channel: CareChannel) -> str:
    to = channel.shown or channel.to
    match channel.kind:
        case "phone":
            return to
        case "sms" | "whatsapp":
            said = f" ({channel.say})" if channel.say else ""
            return f"{'SMS' if channel.kind == 'sms' else 'WhatsApp'} {to}{said}"
        case "web" | "chat":
            return to
