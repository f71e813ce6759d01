"""Turns text into the terms it is searched by, and knows which terms mean the same here; it ranks nothing. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from palaver.inference.guide.stems import stem

_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
# Chinese, Japanese and Thai are written without spaces: each sign is searched by itself.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_APOSTROPHES = re.compile(r"[’ʼ`´]")
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
# "doesn't", "model's": the ending tells nothing.
_ENDINGS = re.compile(r"(?:n't|'(?:s|t|d|m|re|ll|ve))\b")

# Two words that are one idea: any of the first, any of the second, and the word or words that they are searched by.
_PAIRS = """
    sign signing signed log logging logged / in on / signin
    sign signing signed log logging logged / out off / signout
    sign signing signed / up / register
    set setting / up / setup
    back backing / up / backup
    shut shutting turn turning / down off / stop
    go goes going carry carrying / on / continue
    fall falls falling / back / fallback
    step steps / in / fallback
    command / line / cli
    self / host hosted hosting / selfhost
    real / time / realtime
    env environment / var vars variable variables / environment variable
    llama / cpp / llamacpp
    lm / studio / lmstudio
    open / ai / openai
    open / router / openrouter
    open / source / licence free
    openid / connect / openid
    chat / completion completions / completions
    for / good / permanently
    from / scratch / scratch
    read / only / unwritable
    be / written / unwritable
    system / requirement requirements / need install
"""
# One word that is searched by another, or by none.
_ALIASES = """
    login / signin
    logout / signout
    regenerate regenerated regenerating / ask again
    dont doesnt didnt cant wont isnt im ive whats hows /
"""


def _columns(table: str) -> Iterator[list[list[str]]]:
    for line in table.strip().splitlines():
        yield [column.split() for column in line.split("/")]


_PAIRED = {(a, b): one for first, second, one in _columns(_PAIRS) for a in first for b in second}
_FIRST = frozenset(first for first, _ in _PAIRED)
_ALIAS = {word: one for words, one in _columns(_ALIASES) for word in words}

STOPWORDS = frozenset(
    """a able about all already also always am an and another any anybody anymore anyone are as at be because been
    being best better but by ca can cannot could did do does doing done each else ever every everything exactly
    for from get gets getting give go goes going gonna good got had happen happened happens has have having he
    hello help her here hey hi him his how however i if in into is it its itself just kindly know let lets like
    many may maybe me mean meaning means might mine more most much must my myself never no not now of off often
    ok okay old on once one only onto or other our ours out over please pls plz possible question quite rather
    really said same say says shall she should so some somebody somehow someone something soon still such
    support supports sure tell than thank thanks that the their them then there these they thing things this
    those through thus time times to too toward try trying u under until up upon us use used uses using very via
    wanna want wants was way ways we well were what when where whether which while who whose why will wish with
    within without wo would yes yet you your yours""".split()
)

# Groups of words that people use for the same thing when they ask about Palaver. A hit by such a relative counts for
# less than the word itself.
_RELATIVES = (
    "chat conversation session thread dialogue",
    "stop cancel abort interrupt halt kill end quit",
    "install setup deploy installation",
    "connect configure setup add hook link",
    "signin authenticate authentication account",
    "delete remove erase forget",
    "price cost money spend expensive bill pay cheap",
    "start run launch serve boot begin",
    "restart start",
    "model llm ai",
    "openai chatgpt gpt",
    "reset scratch factory",
    "docs documentation manual reference swagger openapi",
    "probe check health",
    "ready readiness",
    "expose reach reachable public internet remote outside network",
    "undo revert back earlier",
    "switch choose select pick change",
    "integrate integration connect",
    "expire expired expiry expires hour",
    "lifetime last long",
    "page pagination cursor",
    "newest latest new newer recent",
    "restart again begin",
    "restrict limit scope allow",
    "cancel stop",
    "sso oidc openid issuer jwt keycloak",
    "group team",
    "invite register",
    "slow pause",
    "unwritable full write",
    "provider vendor service",
    "key token credential secret",
    "change modify edit set adjust",
    "find search look",
    "error problem fail failure broken trouble wrong issue troubleshoot",
    "file attachment upload document",
    "export download save",
    "backup copy",
    "offline internet network disconnected",
    "database sqlite postgres store",
    "keep kept store stored storage save",
    "setting configuration option config preference",
    "password passphrase",
    "browser web page interface ui website",
    "cli terminal shell command console",
    "regenerate retry again redo second",
    "answer response reply respond",
    "branch sibling fork version",
    "crash kill die lose lost durable survive power",
    "fast speed performance slow latency quick",
    "licence license",
    "upgrade update version release newer",
    "health alive status monitor monitoring",
    "metrics prometheus monitor statistics stats",
    "account user people person",
    "admin administrator",
    "rename title name call",
    "stream sse live realtime",
    "reconnect resume reload refresh continue",
    "image picture photo",
    "log logging",
    "limit maximum max size",
    "local own self",
    "privacy private telemetry",
    "link url address",
    "need require requirement prerequisite",
    "create make made add new generate",
    "register registration",
    "machine computer laptop phone device host",
    "forget forgot forgotten",
    "permanently forever",
    "timeout timed",
    "close leave",
    "fallback fail",
    "wrote write written",
    "send sent",
    "server palaver",
    "talk ask",
    "read see view visible watch",
)


def fold(text: str) -> str:
    """Lower case, compatibility forms, no accents, one kind of apostrophe: `Résumé’s` becomes `resume's`."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", _APOSTROPHES.sub("'", text.casefold())))


def _pieces(word: str) -> Iterator[str]:
    if _UNSPACED.search(word):
        yield from _UNSPACED.findall(word)
        return
    yield stem(word)
    if "_" in word:
        yield from map(stem, word.split("_"))


def _spoken(words: list[str]) -> Iterator[str]:
    """The words with what is one idea joined. Compared word by word: one expression for all takes longer."""
    taken = False
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        pair = None if taken or word not in _FIRST else _PAIRED.get((word, following))
        if taken:
            taken = False
        elif pair:
            taken = True
            yield from pair
        elif word in _ALIAS:
            yield from _ALIAS[word]
        else:
            yield word


def terms(text: str) -> list[str]:
    """Every term of a text in order, stop words left out; names like `PALAVER_HOME` also by their parts."""
    words = _spoken(_WORD.findall(_ENDINGS.sub("", fold(text))))
    told = (word for word in words if word not in STOPWORDS and (len(word) > 1 or not word.isascii()))
    return [piece for word in told for piece in _pieces(word)]


def _relatives(groups: Iterable[str]) -> dict[str, frozenset[str]]:
    related: dict[str, set[str]] = {}
    for group in groups:
        stems = {stem(word) for word in group.split()}
        for one in stems:
            related.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in related.items()}


RELATIVES = _relatives(_RELATIVES)
