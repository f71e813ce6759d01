"""Which words of a text tell what it is about, cut down so that relatives match; it looks nothing up. Pure."""

import re

from palaver.inference.guide.stems import stem
from palaver.inference.guide.words import STOPWORDS, fold

SEEN = 1_000  # characters at the beginning and at the end of a long text that are looked at
LEAST = 3  # letters; shorter words tell little, digits tell much

_WORD = re.compile(r"[^\W_]+")
# Written without spaces: there is no word to cut out, so each sign stands for itself.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")

# What people say to everybody about everything: a fact that shares nothing but this with a turn does not concern it.
_ASKING = frozenset(
    """add answer call called change check create describe discuss explain find fix idea improve kind list look make
    message new next person please prefer question read remember remind review run short show something suggest
    summarize summary talk text think translate turn user word work write year years today tomorrow
    yesterday good bad new lot
    """.split()
)
# Small words of other languages that are spoken here; English has its own list.
_SMALL = frozenset(
    """aber als auch auf aus bei bin bis bist das dass dein dem den der des die dies doch dort durch ein eine einem
    einen einer eines fur gibt hab habe haben hat ich ihr ist kann kannst kein keine man mein meine mich mir mit nach
    nicht noch nur oder schon sein sich sie sind uber und uns vom von war warum was wenn wer wie wir wird wo zum zur
    avec aux ces comme dans des elle est etes ils les leur mais mes moi mon nous ont pas pour plus pourquoi que quel qui
    sans ses son sont sur tes toi ton une vous
    como con cual del donde ellos esta este esto las los mas mis muy para pero por porque que ser sin sobre son soy sus
    una uno usted yo
    alla anche che chi come cosa della delle dei gli mia mio nel non per piu quale questo sono tra tua tuo
    ama bado hapa hii hiyo huo ila ili jinsi kama katika kila kuna kwa kwamba lakini mimi na nani ndio ndiyo ni nini
    sana sasa si sisi tu wa wao wewe ya yako yangu yao yeye za
    """.split()
)


def words(text: str) -> list[str]:
    """The stems of the telling words of a text, each once, in order; of a long one, of its beginning and its end."""
    seen = text if len(text) <= 2 * SEEN else f"{text[:SEEN]} {text[-SEEN:]}"
    return list(dict.fromkeys(one for word in _WORD.findall(fold(seen)) for one in _cut(word)))


def _cut(word: str) -> list[str]:
    if _UNSPACED.search(word):
        return _UNSPACED.findall(word)
    if word in STOPWORDS or word in _SMALL or word in _ASKING:
        return []
    return [stem(word)] if len(word) >= LEAST or any(sign.isdigit() for sign in word) else []
