"""What stands in a rule's parentheses, by tool: commands, code, paths, web sites, names; and what of a call it is.

Each kind answers three questions: does it certainly mean this (`grants`), may it mean this (`touches`), and does
it certainly mean all that another one means (`covers`). What cannot be read is not granted, and is touched.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from yarl import URL

from palaver.tools import path_patterns
from palaver.tools.commands import Words, folded_words, parts, plain_words

COMMAND, CODE, PATH, SITE, NAME = "a command", "code", "a path", "a web site", "a name"

# What rules speak of, and the arguments it stands in.
SPOKEN_OF: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Bash": (COMMAND, ("command",)),
    "Python": (CODE, ("code",)),
    **dict.fromkeys(("Read", "Write", "Edit", "MultiEdit", "LS", "Glob", "Grep"), (PATH, ("path", "file_path"))),
    "WebFetch": (SITE, ("url",)),
    "Skill": (NAME, ("skill", "name")),
    "Task": (NAME, ("agent", "subagent_type")),
}
# Tools that look at the whole workspace when no folder is named, and the one that shows what is in files below it.
FOLDERS = frozenset({"LS", "Glob", "Grep"})
SEARCHES = "Grep"
# A deny about one way of reading or changing files is about the others as well.
READING = frozenset({"Read", "LS", "Glob", "Grep"})
EDITING = frozenset({"Write", "Edit", "MultiEdit"})
ALSO_DENIES: Mapping[str, frozenset[str]] = {"Read": READING, **dict.fromkeys(EDITING, EDITING)}

_STAR = re.compile(r"\\\*")
_OPEN_STAR = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a call a pattern is about; `said` is None where the call does not say it in a way that can be read."""

    tool: str
    kind: str | None
    said: str | None = None

    def exact(self) -> str | None:
        """What stands in the parentheses of a rule about exactly this."""
        if self.said is None:
            return None
        if self.kind in {COMMAND, CODE}:
            return self.said.replace("*", "\\*") or None
        if self.kind == PATH:
            names = path_patterns.names_of(self.said)
            return path_patterns.escaped("/".join(names)) if _inside(self.said) and names else None
        if self.kind == SITE:
            host = _host(self.said)
            return f"domain:{host}" if host else None
        return self.said if _NAME.fullmatch(self.said) else None


class Pattern(Protocol):
    """What a rule says about arguments."""

    def grants(self, subject: Subject) -> bool:
        """Whether it certainly means this."""
        ...

    def touches(self, subject: Subject) -> bool:
        """Whether it may mean this."""
        ...

    def covers(self, other: "Pattern") -> bool:
        """Whether it grants whatever the other grants."""
        ...


def subject_of(tool: str, arguments: Mapping[str, Any]) -> Subject:
    """What a pattern about this tool looks at in these arguments."""
    if tool not in SPOKEN_OF:
        return Subject(tool, None)
    kind, names = SPOKEN_OF[tool]
    said = [arguments[name] for name in names if arguments.get(name) is not None]
    if not said and tool in FOLDERS:
        return Subject(tool, kind, "")
    # two names for one thing are not guessed between
    return Subject(tool, kind, said[0] if len(said) == 1 and isinstance(said[0], str) else None)


def pattern_of(tool: str, text: str) -> Pattern:
    """The pattern, or a `ValueError` with a sentence about what is wrong with it."""
    kind = SPOKEN_OF[tool][0] if tool in SPOKEN_OF else None
    if not text:
        raise ValueError(f"`{tool}()` says nothing between its parentheses; leave them out to mean every call")
    match kind:
        case "a command":
            return _command(text)
        case "code":
            return Whole(_unescaped(text, "code is compared as a whole: write `\\*` for a star"))
        case "a path":
            return Paths(path_patterns.read(text), path_patterns.read(path_patterns.folded(text)))
        case "a web site":
            return _site(text)
        case "a name":
            return _called(text)
        case _:
            raise ValueError(f"rules say nothing about the arguments of `{tool}`; write its name alone")


@dataclass(frozen=True, slots=True)
class Prefix:
    """Commands that begin with these words. An allow counts for simple commands only, a deny for any part of one."""

    words: Words

    def grants(self, subject: Subject) -> bool:
        words = None if subject.said is None else plain_words(subject.said)
        return words is not None and words[: len(self.words)] == self.words

    def touches(self, subject: Subject) -> bool:
        wanted = folded_words(self.words)
        return subject.said is None or any(part == wanted for part in parts(subject.said, len(wanted)))

    def covers(self, other: Pattern) -> bool:
        if isinstance(other, Prefix):
            return other.words[: len(self.words)] == self.words
        return isinstance(other, Whole) and self.grants(Subject("Bash", COMMAND, other.text))


@dataclass(frozen=True, slots=True)
class Whole:
    """Exactly this command or code; as a deny of a command also where it is part of a compound one."""

    text: str

    def grants(self, subject: Subject) -> bool:
        return subject.said == self.text

    def touches(self, subject: Subject) -> bool:
        if subject.said is None or subject.said.strip() == self.text.strip():
            return True
        words = plain_words(self.text) if subject.kind == COMMAND else None
        wanted = folded_words(words or ())
        return bool(wanted) and any(part == wanted for part in parts(subject.said, len(wanted) + 1))

    def covers(self, other: Pattern) -> bool:
        return self == other


@dataclass(frozen=True, slots=True)
class Paths:
    """Files and folders of the workspace; a deny does not care for case."""

    pattern: path_patterns.Pattern
    folded: path_patterns.Pattern

    def grants(self, subject: Subject) -> bool:
        if subject.said is None or not _inside(subject.said):
            return False
        return path_patterns.follows(path_patterns.names_of(subject.said), self.pattern)

    def touches(self, subject: Subject) -> bool:
        if subject.said is None or "\0" in subject.said:
            return True
        return any(self._touches(names, subject.tool) for names in _readings(path_patterns.folded(subject.said)))

    def _touches(self, names: tuple[str, ...], tool: str) -> bool:
        below = tool == SEARCHES and path_patterns.leads_to(names, self.folded)
        return below or path_patterns.follows(names, self.folded)

    def covers(self, other: Pattern) -> bool:
        return isinstance(other, Paths) and path_patterns.covers(self.pattern, other.pattern)


@dataclass(frozen=True, slots=True)
class Site:
    """Pages of a host and of those below it."""

    host: str

    def grants(self, subject: Subject) -> bool:
        host = None if subject.said is None else _host(subject.said)
        return host is not None and f".{host}".endswith(f".{self.host}")

    def touches(self, subject: Subject) -> bool:
        return subject.said is None or _host(subject.said) is None or self.grants(subject)

    def covers(self, other: Pattern) -> bool:
        return isinstance(other, Site) and f".{other.host}".endswith(f".{self.host}")


@dataclass(frozen=True, slots=True)
class Called:
    """The skill or agent of this name."""

    name: str

    def grants(self, subject: Subject) -> bool:
        return subject.said == self.name

    def touches(self, subject: Subject) -> bool:
        return subject.said is None or subject.said.strip().casefold() == self.name.casefold()

    def covers(self, other: Pattern) -> bool:
        return self == other


_NAME = re.compile(r"[^\s()*,/\\][^()*,\\\n\r]{0,127}")


def _command(text: str) -> Pattern:
    prefix = text.removesuffix(":*") if text.endswith(":*") else text.removesuffix(" *")
    if prefix == text:
        return Whole(_unescaped(text, "a star stands at the end, as `:*`; write `\\*` for the sign itself"))
    words = plain_words(_unescaped(prefix, "a star stands at the end only; write `\\*` for the sign itself"))
    if words is None:
        raise ValueError("what stands before `:*` is the plain words that a command begins with")
    return Prefix(words)


def _unescaped(text: str, wrong: str) -> str:
    if _OPEN_STAR.search(text):
        raise ValueError(wrong)
    return _STAR.sub("*", text)


def _site(text: str) -> Pattern:
    said = text.removeprefix("domain:")
    if said == text:
        raise ValueError("a rule about web pages is written as `domain:example.com`")
    if said.startswith("*."):
        raise ValueError(f"`domain:{said[2:]}` means the hosts below it as well; leave out `*.`")
    host = _host(f"https://{said}/")
    if host is None or set(said) & set("/:@?#*[]\\ "):
        raise ValueError(f"`{said}` is not the name of a host")
    return Site(host)


def _called(text: str) -> Pattern:
    if not _NAME.fullmatch(text):
        raise ValueError(f"`{text}` is not a name")
    return Called(text)


def _host(url: str) -> str | None:
    """The host as the one who fetches reads it: both use the same parser."""
    try:
        return (URL(url).raw_host or "").rstrip(".").casefold() or None
    except ValueError:
        return None


def _inside(path: str) -> bool:
    return not path.startswith("/") and "\0" not in path and ".." not in path.split("/")


def _readings(path: str) -> list[tuple[str, ...]]:
    """The ways a path may be meant: from the workspace; of one from the top of the disk, every end of it."""
    names: list[str] = []
    for name in path_patterns.names_of(path):
        if name != "..":
            names.append(name)
        elif names:
            names.pop()
    whole = tuple(names)
    return [whole[start:] for start in range(len(whole))] or [()] if path.startswith("/") else [whole]
