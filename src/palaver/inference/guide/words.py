"""Turns text into the terms it is searched by, and knows which terms mean the same here; it ranks nothing. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from palaver.inference.guide.stems import stem

_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
# Chinese, Japanese and Thai are written without spaces: each sign is searched by itself.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_APOSTROPHES = re.compile(r"[’ʼ`´]")

# Two words that are one idea, as people type them.
_PHRASES = tuple(
    (re.compile(rf"\b{pattern}\b"), one)
    for pattern, one in (
        (r"(?:sign|log)(?:ging|ning|ged|ned)?[ -](?:in|on)", "signin"),
        (r"login|signing-in", "signin"),
        (r"(?:sign|log)(?:ging|ning|ged|ned)?[ -]out", "signout"),
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
        (r"open[ -]router", "openrouter"),
        (r"don't|dont", "not"),
    )
)

STOPWORDS = frozenset(
    """a about all also am an and any anybody anyone are as at be because been being but by can cannot could did do does
    doing done each else ever every for from get gets getting give go goes going gonna got had has have having he hello
    help her here hey hi him his how however i i'd i'll i'm i've if im in into is it it's its itself just kindly know
    let
    lets like made make makes making may maybe me might mine must my myself need needs no not now of off ok okay on once
    one only onto or other our ours out over please pls plz possible quite rather really said same say says see shall
    she should so some somehow someone something such sure tell than thank thanks that that's the their them then there
    these they thing things this those through thus to too try trying u under until up upon us use used uses using very
    via want wanna wants was way ways we well were what what's whats when where where's whether which while who who's
    whose why will wish with within without won't would yes yet you you're your yours""".split()
)

# Groups of words that people use for the same thing when they ask about Palaver. A hit by such a relative counts for
# less than the word itself (see `RELATED` in retrieval).
_RELATIVES = (
    "chat conversation session thread dialogue",
    "stop cancel abort interrupt halt kill",
    "install setup deploy installation",
    "connect configure setup add hook link",
    "signin authenticate authentication",
    "delete remove erase forget",
    "price cost money spend expensive bill pay cheap",
    "start run launch serve boot begin",
    "model llm ai gpt",
    "provider vendor",
    "key token credential secret",
    "change modify edit set adjust",
    "find search look",
    "error problem fail failure broken trouble wrong issue troubleshoot",
    "file attachment upload document",
    "export download save",
    "backup copy restore",
    "offline internet network disconnected",
    "database sqlite postgres store stored storage",
    "setting configuration option config preference",
    "password passphrase",
    "browser web page interface ui website",
    "cli terminal shell command console",
    "regenerate retry again redo",
    "branch sibling fork version",
    "crash kill die lose lost durable survive power",
    "fast speed performance slow latency quick",
    "licence license",
    "upgrade update version release",
    "health alive status monitor",
    "metrics prometheus monitor statistics stats",
    "account user people person",
    "rename title name",
    "stream sse live realtime",
    "reconnect resume reload refresh continue",
    "image picture photo",
    "log logging logs",
    "limit maximum max size",
    "local own self",
    "privacy private telemetry",
    "signin account",
    "link url address",
    "requirement prerequisite version require",
)


def fold(text: str) -> str:
    """Lower case, compatibility forms, no accents, one kind of apostrophe: `Résumé’s` becomes `resume's`."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", _APOSTROPHES.sub("'", text.casefold()))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


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
    for pattern, one in _PHRASES:
        folded = pattern.sub(one, folded)
    return [piece for word in _WORD.findall(folded) if word not in STOPWORDS for piece in _pieces(word)]


def _relatives(groups: Iterable[str]) -> dict[str, frozenset[str]]:
    related: dict[str, set[str]] = {}
    for group in groups:
        stems = {stem(word) for word in group.split()}
        for one in stems:
            related.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in related.items()}


RELATIVES = _relatives(_RELATIVES)
