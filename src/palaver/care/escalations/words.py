"""What a person is told about a human who is called for them: plain words, no label, no promise.

English and Swahili; every other language is told in English. It decides nothing.
"""

from palaver.care.escalations.machine import State

_ENGLISH: dict[State, str] = {
    "created": "A person from the team is being told, so that somebody can be with you. They may write to you here.",
    "routed": "A person from the team was told and may write to you here. Until then, use the help that is shown.",
    "acknowledged": "A person from the team has seen this and is there for you. They may write to you here.",
    "closed": "This is closed. Whenever you want to talk again, write here or use the help that is shown.",
    "failed": "Nobody from the team could be told. Please use the help that is shown: there are people there now.",
    "expired": "Nobody from the team has answered yet. Please use the help that is shown: there are people there now.",
}
_SWAHILI: dict[State, str] = {
    "created": "Mtu wa timu anaarifiwa, ili mtu awe pamoja nawe. Anaweza kukuandikia hapa.",
    "routed": "Mtu wa timu amearifiwa na anaweza kukuandikia hapa. Kwa sasa, tafadhali tumia msaada ulioonyeshwa.",
    "acknowledged": "Mtu wa timu ameona na yuko tayari kukusaidia. Anaweza kukuandikia hapa.",
    "closed": "Hili limefungwa. Ukitaka kuzungumza tena, andika hapa au tumia msaada ulioonyeshwa.",
    "failed": "Hatukuweza kumfikia mtu wa timu. Tafadhali tumia msaada ulioonyeshwa: kuna watu huko sasa.",
    "expired": "Hakuna mtu wa timu aliyejibu bado. Tafadhali tumia msaada ulioonyeshwa: kuna watu huko sasa.",
}
_NO = {"en": "You can say that you want nobody to come.", "sw": "Unaweza kusema kwamba hutaki mtu aje."}


def says(state: State, language: str | None, *, may_decline: bool) -> str:
    """What happens now, and whether they can say no to it."""
    swahili = (language or "").lower().split("-", maxsplit=1)[0] == "sw"
    said = (_SWAHILI if swahili else _ENGLISH)[state]
    if may_decline and state in ("created", "routed", "acknowledged"):
        return f"{said} {_NO['sw' if swahili else 'en']}"
    return said
