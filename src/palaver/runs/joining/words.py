"""What the house says about a person who answers, in each language it is said in; it promises nothing, rates nobody."""

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, str]

# Both languages every time: these lines are for somebody in distress, and which of the two they read best is a guess.
JOINED: Final[Words] = {
    "en": "{name}, a person from the team, is in this conversation now and answers here instead of the model.",
    "sw": "{name}, mtu kutoka kwenye timu, yuko kwenye mazungumzo haya sasa na ndiye anayejibu hapa badala ya modeli.",
}
RECEIVED: Final[Words] = {
    "en": "{name}, a person from the team, can read your message and answers here.",
    "sw": "{name}, mtu kutoka kwenye timu, anaweza kusoma ujumbe wako na anajibu hapa.",
}
MISSED: Final[Words] = {"en": "{name}, a person from the team, wrote:"}
LEFT: Final[Words] = {
    "en": "{name} has left this conversation. From here on the model answers again.",
    "sw": "{name} ametoka kwenye mazungumzo haya. Kuanzia hapa modeli inajibu tena.",
}
SILENT: Final[Words] = {
    "en": "{name} has not been here for a while. From here on the model answers again; {name} may come back.",
    "sw": "{name} hajakuwa hapa kwa muda. Kuanzia hapa modeli inajibu tena; {name} anaweza kurudi.",
}
