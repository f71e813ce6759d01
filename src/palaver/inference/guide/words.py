"""Turns text into the terms it is searched by, and knows which terms mean the same here; it ranks nothing. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from palaver.inference.guide.stems import stem

_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
# Chinese, Japanese and Thai are written without spaces: each sign is searched by itself.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_APOSTROPHES = re.compile(r"[’ʼ`´]")
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
# "doesn't", "model's": the ending tells nothing.
_ENDINGS = re.compile(r"(?:n't|'(?:s|t|d|m|re|ll|ve))\b")

# Two words that are one idea, as people type them.
_PHRASES = (
    (r"(?:sign|log)(?:ing|ging|ed|ged)?[ -](?:in|on)", "signin"),
    (r"login", "signin"),
    (r"(?:sign|log)(?:ing|ging|ed|ged)?[ -]out", "signout"),
    (r"logout", "signout"),
    (r"set(?:ting)?[ -]up", "setup"),
    (r"back(?:ing)?[ -]up", "backup"),
    (r"command[ -]line", "cli"),
    (r"self[ -]host(?:ed|ing)?", "selfhost"),
    (r"real[ -]?time", "realtime"),
    (r"env(?:ironment)? vars?", "environment variable"),
    (r"llama[. ]cpp", "llamacpp"),
    (r"lm[ -]studio", "lmstudio"),
    (r"open[ -]ai", "openai"),
    (r"chat completions?", "completions"),
    (r"open[ -]router", "openrouter"),
    (r"shut(?:ting)?[ -]?down|turn(?:ing)? off", "stop"),
    (r"for good", "permanently"),
    (r"(?:go(?:es|ing)?|carry(?:ing)?) on", "continue"),
    (r"open[ -]source", "licence free"),
    (r"read[ -]only", "unwritable"),
    (r"cannot be written", "unwritable"),
    (r"from scratch", "scratch"),
    (r"openid connect", "openid"),
    (r"system requirements?", "need install"),
    (r"regenerat(?:e|ed|ing)", "ask again"),
    (r"step in for|fall(?:s|ing)? back", "fallback"),
    (r"sign(?:ing)?[ -]up", "register"),
    (r"dont|doesnt|didnt|cant|wont|isnt|im|ive|whats|hows", ""),
)
# In one expression, since a long conversation is read for every question.
_PHRASE = re.compile(rf"\b(?:{'|'.join(f'({pattern})' for pattern, _ in _PHRASES)})\b")


def _one_word(found: re.Match[str]) -> str:
    return _PHRASES[(found.lastindex or 1) - 1][1]


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


def terms(text: str) -> list[str]:
    """Every term of a text in order, stop words left out; names like `PALAVER_HOME` also by their parts."""
    folded = fold(text)
    folded = _ENDINGS.sub("", _PHRASE.sub(_one_word, folded))
    words = (word for word in _WORD.findall(folded) if word not in STOPWORDS and (len(word) > 1 or not word.isascii()))
    return [piece for word in words for piece in _pieces(word)]


def _relatives(groups: Iterable[str]) -> dict[str, frozenset[str]]:
    related: dict[str, set[str]] = {}
    for group in groups:
        stems = {stem(word) for word in group.split()}
        for one in stems:
            related.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in related.items()}


RELATIVES = _relatives(_RELATIVES)
