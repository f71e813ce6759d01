"""Guesses which of a few languages a text is in, and says the few fixed sentences the guide knows in them. Pure.

It translates nothing: the pages are in English, and the guide says so in the language it was asked in.
"""

import re
from typing import Literal

from palaver.inference.guide.words import fold

Language = Literal["en", "sw", "de", "fr", "es", "other"]

_WORD = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")

# The commonest short words of each language that are no words of the others, folded as `words.fold` does.
_MARKS: dict[Language, frozenset[str]] = {  # English first: a tie is English
    "en": frozenset(
        """the is are was what how who why where when which do does did can could you your my i it this that these and
        or of to for with from not have has had will would should be been there please about in on at we they""".split()
    ),
    "sw": frozenset(
        """ni na ya wa kwa za la cha vya katika nini vipi gani wapi lini nani je jinsi ninaweza ninawezaje
        naweza nawezaje kuhusu kutumia nataka ninataka
        hii hiyo huyu yangu yako wangu wako sana bila kama lakini au pia habari tafadhali asante mimi wewe""".split()
    ),
    "de": frozenset(
        """der das und ist nicht ich du sie wir ihr ein eine einen wie wo wann warum wer welche mit von zu zum zur auf
        fur kann kannst konnen mein meine bitte habe hast wird oder auch mich mir dass wenn den dem""".split()
    ),
    "fr": frozenset(
        """le les des du une est et je tu vous nous ils elle pas ne que qui quoi comment pourquoi quand ou avec pour sur
        dans mon mes votre peux puis suis c'est ce cette s'il faire au aux quel quelle""".split()
    ),
    "es": frozenset(
        """el los las del una y es no que quien como por para donde cuando cual con mi mis tu su puedo puede estoy esta
        este esto hay pero muy hacer al lo yo usted favor""".split()
    ),
}

_GREETINGS: dict[Language, frozenset[str]] = {
    "en": frozenset(
        "hi|hello|hey|hiya|howdy|greetings|good morning|good afternoon|good evening|good day|yo|sup|hi there|"
        "hello there|hey there|how are you|how are you doing|whats up|what's up|how do you do".split("|")
    ),
    "sw": frozenset(
        "jambo|hujambo|habari|habari yako|habari gani|habari za leo|habari za asubuhi|mambo|mambo vipi|vipi|sasa|"
        "shikamoo|salamu|salama|niaje|hamjambo|habari za jioni".split("|")
    ),
    "de": frozenset(
        "hallo|guten tag|guten morgen|guten abend|gruss gott|gruezi|servus|moin|moin moin|wie geht es dir|wie geht's|"
        "wie gehts|tag".split("|")
    ),
    "fr": frozenset("bonjour|bonsoir|salut|coucou|ca va|comment ca va|comment vas-tu|comment allez-vous".split("|")),
    "es": frozenset(
        "hola|buenos dias|buenas tardes|buenas noches|buenas|que tal|como estas|como esta usted|saludos".split("|")
    ),
}
# Who is greeted is part of a greeting and changes nothing.
_GREETED = re.compile(r"\b(?:palaver|guide|there|everyone|all|bot|again|today|friend|rafiki|zusammen|a tous|amigo)\b")

GREETING: dict[Language, str] = {
    "en": "Hello!",
    "sw": "Habari!",
    "de": "Guten Tag!",
    "fr": "Bonjour !",
    "es": "¡Hola!",
    "other": "Hello!",
}

# Says two things: that the pages are in English, and that a question with the English words can be answered.
ENGLISH_ONLY: dict[Language, str] = {
    "en": "",
    "sw": "Kurasa zangu ziko kwa Kiingereza tu, na siwezi kutafsiri; ukiuliza kwa Kiingereza nitatafuta jibu.",
    "de": "Meine Seiten sind auf Englisch, und übersetzen kann ich nicht; auf Englisch gefragt, schlage ich nach.",
    "fr": "Mes pages sont en anglais et je ne sais pas traduire ; posez la question en anglais et je chercherai.",
    "es": "Mis páginas están solo en inglés y no sé traducir; si pregunta en inglés, buscaré la respuesta.",
    "other": "My pages are in English only, and I cannot translate; ask in English and I will look it up.",
}


_REPEATED = re.compile(r"\b(\w+)(?:\W+\1\b)+")


def greeting_in(text: str) -> Language | None:
    """The language of a text that is a greeting, or several, and nothing else."""
    spoken = _GREETED.sub(" ", _REPEATED.sub(r"\1", fold(text)))
    parts = {" ".join(_WORDS.findall(part)) for part in re.split(r"[,.!?¿¡;]+", spoken)} - {""}
    whole = {" ".join(_WORDS.findall(spoken))}
    for language, greetings in _GREETINGS.items():
        if whole <= greetings or (parts and parts <= greetings):
            return language
    return None


def language_of(text: str) -> Language:
    """The language whose small words are most frequent; English where nothing speaks against it."""
    words = _WORD.findall(fold(text[:2_000]))
    strange = sum(1 for word in words if not word.isascii())
    if words and strange * 2 > len(words):
        return "other"
    counts: list[tuple[int, Language]] = [
        (sum(word in marks for word in words), language) for language, marks in _MARKS.items()
    ]
    most, best = max(counts, key=lambda counted: counted[0])
    return best if most > 0 else "en"


def without_small_words(text: str, language: Language) -> str:
    """A question in another language without that language's small words, which no page could hold."""
    if language in {"en", "other"}:
        return text
    return " ".join(word for word in text.split() if fold(word).strip(",.;:!?¿¡") not in _MARKS[language])
