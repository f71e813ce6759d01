"""Reads shell commands as far as rules need it: the words of a plain one, and everything a compound one may run.

It runs nothing and knows no rule. An allow needs certainty, so `plain_words` gives up at the first doubt. A deny needs
width, so `parts` reads a command in the way that finds the most in it; what a shell computes while it runs is beyond
both, which is why commands run in a sandbox.
"""

import re
from collections.abc import Iterator, Sequence

Words = tuple[str, ...]

# Unquoted, these do more than stand in a word: operators, substitutions, groups, escapes, and ends of lines.
_MEANINGFUL = frozenset(";&|<>()`$\\\n\r\0{}")
_MEANINGFUL_IN = {"": _MEANINGFUL, '"': frozenset("`$\\\n\r\0"), "'": frozenset("\n\r\0")}
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[[^\]]*\])?\+?=")

_CONTINUED = re.compile(r"\\\r?\n")
_SPACE_OF_A_VARIABLE = re.compile(r"\$(IFS\b|\{IFS[^{}]*\})")
_LIST_IN_BRACES = re.compile(r"\{([^{}\s]*)\}")
_DROPPED = str.maketrans("", "", "'\"\\")
_BETWEEN = re.compile(r"[;&|<>()`$\n\r\0{}]+")

# What may stand before a command within the grammar of a shell.
_BEFORE_A_COMMAND = frozenset("! [[ case coproc do elif else for function if in then until while".split())
# What runs its arguments, or a text among them, as a command; their options may take values, so any word may begin it.
_RUNS_ITS_ARGUMENTS = frozenset(
    "-c -exec -execdir -ok -okdir . ash awk bash builtin busybox chroot chronic command dash doas env eval exec find "
    "fish flock ionice ksh nice node nohup parallel perl python python3 ruby script setsid sh source ssh stdbuf strace "
    "su sudo systemd-run time timeout trap unshare watch xargs zsh".split()
)


def plain_words(command: str) -> Words | None:
    """The words of one simple command; None where it is more than that, or sets variables for itself."""
    words: list[str] = []
    word: str | None = None
    quote = ""
    for sign in command.strip(" \t\n") + " ":
        if sign in _MEANINGFUL_IN[quote]:
            return None
        if sign == quote:
            quote = ""
        elif not quote and sign in "'\"":
            word, quote = word or "", sign
        elif quote or sign not in " \t":
            word = (word or "") + sign
        elif word is not None:
            words.append(word)
            word = None
    if quote or not words or _ASSIGNMENT.match(words[0]):
        return None
    return tuple(words)


def parts(command: str, most: int) -> Iterator[Words]:
    """Every sequence of words that may be run, each cut after `most`; quotes hide nothing, operators begin a new one.

    Words are folded to one case; the name of a program comes without its folder.
    """
    text = _SPACE_OF_A_VARIABLE.sub(" ", _CONTINUED.sub("", command))
    text = _LIST_IN_BRACES.sub(lambda found: f" {found[1].replace(',', ' ')} ", text)
    for fragment in _BETWEEN.split(text.translate(_DROPPED)):
        words = fragment.casefold().split()
        yield from (_named(words[start : start + most]) for start in _beginnings(words))


def folded_words(words: Words) -> Words:
    """The words of a rule as `parts` tells those of a command."""
    return _named(" ".join(words).translate(_DROPPED).casefold().split())


def _beginnings(words: Sequence[str]) -> Iterator[int]:
    """Where in a part a command may begin: past what stands before one; anywhere, where its words are run."""
    if any(_program(word) in _RUNS_ITS_ARGUMENTS for word in words):
        yield from range(len(words))
        return
    for start, word in enumerate(words):
        yield start
        if not _ASSIGNMENT.match(word) and word not in _BEFORE_A_COMMAND:
            return


def _named(words: Sequence[str]) -> Words:
    return (_program(words[0]), *words[1:]) if words else ()


def _program(word: str) -> str:
    return word.rstrip("/").rpartition("/")[2] or word
