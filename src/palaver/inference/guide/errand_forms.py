"""Decides which errand a clause orders, by its form alone, in five languages; it cuts no sentences. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from palaver.inference.guide import vocabulary
from palaver.inference.guide.forms import any_of
from palaver.inference.guide.literals import CODE, FENCE, FILE, QUOTE, URL, Masked


@dataclass(frozen=True, slots=True)
class Call:
    """One errand: the tool by its own name, and its arguments by the names that `fitting` knows."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Lacking:
    """An errand of which something was not said; `what` is the sentence that asks for it."""

    what: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a message. `lead` is a verb that another clause of the sentence said, or that stood at the end."""

    whole: Masked
    start: int
    end: int
    lead: str = ""
    asks: bool = False

    @property
    def mask(self) -> str:
        """What forms are matched against."""
        return self.lead + self.whole.mask[self.start : self.end]

    def said(self, found: re.Match[str], group: str) -> str:
        """What a group of a match says, word for word."""
        start, end = found.span(group)
        shift = self.start - len(self.lead)
        return self.whole.said(start + shift, end + shift) if start >= 0 else ""

    def fence_language(self, found: re.Match[str], group: str) -> str:
        """The language of a code fence that begins where a group does."""
        return self.whole.fence_language(found.start(group) + self.start - len(self.lead))


Wanted = Call | Lacking

_COMPOSE = (
    "I cannot make up what to write: I am not a language model. Give me the words, and I will write exactly those, for "
    'example: write notes.txt with "Buy bread".'
)
_WHICH_FILE = "Which file? Give me its name, for example: read notes.txt."
_WHICH_ITEMS = (
    "What should stand on the list? Give me the items, for example: make a to-do list: water plants, call Ada."
)
DEFAULT_NAME = "note.txt"


_SLOT = re.compile(r"(?<!\?P)<(\w+)>")
_SLOTS = {
    "NAME": vocabulary.NAME,
    "LIT": vocabulary.LITERAL,
    **{name: rf"(?<!\w){any_of(members)}(?!\w)" for name, members in vocabulary.LISTS.items()},
}


def form(expression: str) -> re.Pattern[str]:
    """A form of a whole clause; `<word>` stands for a list of the vocabulary, `<NAME>` and `<LIT>` for literals."""
    return re.compile(rf"^{_SLOT.sub(lambda slot: _SLOTS[slot[1]], expression)}$", re.DOTALL)


_FILE_NAME = (
    r"(?:<art> )*(?:(?:<noun> ?)?(?:<called> )?(?P<name><NAME>)(?: <noun>)?|<noun> <called> (?P<bare>[\w./-]+))"
)
_SAYING = (
    r"(?:,? ?(?:and |und |et |y |na )?(?<!\w)(?:(?P<loose>with|mit|avec|con)(?= )(?! <the> <words>|<words>)"
    r"|(?:with|mit|avec|con|na|kwa|yenye|iliyo na|ikiwa na)(?: <the>)*(?: <words>)(?: <the>)?(?: of)?"
    r"(?: in (?:it|the file))?"
    r"|containing|saying|reading|stating|that (?:says|reads|contains|has)|which (?:says|contains)|"
    r"(?:put|write) in(?:to)? it"
    r"|(?:die|der|das|in der|in dem)(?: <words>)? (?:enthalt|steht|sagt)|contenant|disant|qui (?:dit|contient)"
    r"|que (?:diga|dice|contenga|contiene)|conteniendo|diciendo|yenye|iliyo na|yaliyomo|inayosema|ikisema)(?!\w)"
    rf"(?: <the> <words>)? ?:? ?|\s*:\s*|\s*(?={FENCE}))"
)
_WRITE_NAMED = form(rf"<write>(?: <noun>)? {_FILE_NAME}(?: an| ab)?{_SAYING}(?P<content>\S.*?)(?: an| ab)?")
_WRITE_CONTENT = form(rf"<write>:? (?P<content>\S.*?),? (?:<in>|as|als|como)(?: <noun>)? {_FILE_NAME}")
_WRITE_BELOW = form(
    r"<write>(?: down)? (?:this|these|the following|das|dies|folgendes|ceci|cela|esto|lo siguiente"
    r"|hii|haya)(?: <words>)?,? <in>(?: <noun>)? "
    rf"{_FILE_NAME}\s*:?\s*(?P<content>\S.*)"
)
_WRITE_DEFAULT = form(
    rf"<write>(?: <art>)* <noun>{_SAYING}(?P<content>\S.*?)(?:,? <called> (?P<name><NAME>|[\w./-]+))?"
)
_WRITE_EMPTY = form(rf"(?P<verb><write>|touch)(?: <noun>)? {_FILE_NAME}(?: an| ab)?")
_WRITE_NOTHING = form(r"<write>(?: <art>)* <noun>(?: an)?")
_ARTICLE = re.compile(r"^(?:an?|the|some|me|my|your|about|eine?n?|une?|des|una?|it|this|that|all|every\w*)\b")


def _name(clause: Clause, found: re.Match[str]) -> str:
    groups = found.groupdict()
    return (
        clause.said(found, "name") if groups.get("name") else clause.said(found, "bare") if groups.get("bare") else ""
    )


def _is_made_up(found: re.Match[str]) -> bool:
    """Whether the content is described rather than said: `a poem about trees`."""
    loose = found.groupdict().get("loose", "loose")
    content = found["content"]
    return loose is not None and _ARTICLE.match(content) is not None


def _content(clause: Clause, found: re.Match[str]) -> str:
    """A literal as it is; loose words without the stop that ends the sentence."""
    content = clause.said(found, "content")
    ends = found["content"].rstrip().endswith(".") and "." not in content[:-1]
    return content[:-1] if ends else content


def _write(clause: Clause) -> Wanted | None:
    for pattern in (_WRITE_BELOW, _WRITE_NAMED, _WRITE_DEFAULT, _WRITE_CONTENT):
        found = pattern.match(clause.mask)
        if found and (pattern is not _WRITE_CONTENT or _may_be_content(found["content"])):
            if pattern is not _WRITE_BELOW and _is_made_up(found):
                return Lacking(_COMPOSE)
            return Call(
                "Write",
                {"path": _name(clause, found) or DEFAULT_NAME, "content": _content(clause, found)},
            )
    return _write_nothing(clause)


def _may_be_content(mask: str) -> bool:
    """`add a note about this to the list` and `make room in x.txt` are not about writing what was said."""
    return re.fullmatch(vocabulary.LITERAL, mask) is not None or FILE not in mask


def _write_nothing(clause: Clause) -> Wanted | None:
    found = _WRITE_EMPTY.match(clause.mask)
    if found and _name(clause, found):
        made = re.fullmatch(any_of(vocabulary.LISTS["create"]), found["verb"])
        return Call("Write", {"path": _name(clause, found), "content": ""}) if made else Lacking(_COMPOSE)
    return Lacking(_COMPOSE) if _WRITE_NOTHING.match(clause.mask) and not clause.asks else None


_OF = (
    r"(?:(?:me|mir|moi|us|to me) )?(?:(?:<the> |<art> )*(?:whole )?(?:<words>|whats|what is|what's)"
    r"(?: is)? (?:<in>|of the) )?"
)
_READ = form(rf"<read> {_OF}{_FILE_NAME}(?: an| vor)?(?: to me| again)?")
_READ_BARE = form(r"<read> (?:<art> )*<noun> (?P<name>[\w./-]+)")
_READ_ASKED = form(
    r"(?:what(?: is|'s| does| stands)|whats|was steht|que dit|qu'y a-t-il|que hay|que dice|kuna nini)"
    r"(?: <in>)?(?: <art>)*(?: <noun>)? (?P<name><NAME>)(?: say| contain)?"
)
_LIST = form(
    r"<list>(?: me| mir| moi| us)?(?: all)?(?: (?:of )?<art>| alle| tous| todos| zote| yote)* <files>"
    r"(?: zote| yote)?(?: (?:<in>|in the workspace)(?: <art>)*(?: <files>)? ?(?P<name><NAME>)?| here"
    r"| there)?(?: auf| an)?"
)
_LIST_ASKED = form(
    r"(?:what|which|welche|quels|que|cuales) (?:son (?:los )?)?<files> (?:are|do (?:i|we|you) have"
    r"|exist|gibt es|sind|y a-t-il|hay|existen)(?: there| here| da| hier)?(?: <in> (?:<art> )*"
    r"(?:<files> ?)?(?P<name><NAME>)?)?|ls(?: (?P<at><NAME>))?|kuna (?:mafaili|faili) gani"
)
_GLOB = form(
    r"(?:<search>|<list>)(?: (?:me|for|all|every|any|the|alle|tous|les|todos|los|nach))*(?: <files>"
    r"| <noun>)?(?: (?:<called>|matching|like|that (?:match|are)|ending (?:in|with)|with the ending"
    r"|der form|du type|del tipo|za aina ya))? (?P<name><NAME>)(?: <files>)?(?: <in> (?:<art> )*"
    r"(?:<files> ?)?(?P<at><NAME>)?)?"
)
_GREP = form(
    r"<search>(?: through)?(?: (?:for|nach|the word|the text|das wort|le mot|la palabra|neno|all"
    r"|every|where|wo))* (?P<what><LIT>|[^ ]+(?: [^ ]+){0,3}?)(?: (?:stands|appears|occurs"
    r"|steht))? <in>(?: (?:all|every|each|allen|tous|todos))?(?: <art>)*(?: (?P<name><NAME>)| <files>"
    r"(?: <in>(?: <art>)* ?(?P<at><NAME>)?)?| <noun>)"
)
_GREP_FILES = form(
    r"(?:<search> (?:(?:in|through|dans|en|katika) )?(?:all |the |my |alle |les |los |den )*"
    r"(?:<files>|(?P<name><NAME>)) (?:for|nach|durch nach|pour|por|kwa)|grep(?: for)?) (?P<what><LIT>"
    r"|\S+)(?: (?:<in>)? ?(?:(?:the|my) )?(?:<files>|(?P<at><NAME>)))?"
)
_GREP_ASKED = form(
    r"(?:which|what|in which|welche|quels|que|in welchen) <files> (?:contain|mention|have|has"
    r"|enthalten|contiennent|contienen|is|does|steht) (?P<what><LIT>|\S+)"
)


def _read(clause: Clause) -> Wanted | None:
    for pattern in (_READ, _READ_ASKED, _READ_BARE):
        found = pattern.match(clause.mask)
        if found and _name(clause, found) and "*" not in _name(clause, found) and URL not in clause.mask:
            is_file = FILE in clause.mask or re.search(any_of(vocabulary.LISTS["noun"]), clause.mask)
            return Call("Read", {"path": _name(clause, found)}) if is_file else None
    return None


def _list(clause: Clause) -> Wanted | None:
    found = _LIST.match(clause.mask) or _LIST_ASKED.match(clause.mask)
    if not found:
        return None
    place = next((clause.said(found, group) for group in ("name", "at") if found.groupdict().get(group)), "")
    if "*" in place:
        return Call("Glob", {"pattern": place})
    return Call("LS", {"path": place} if place else {})


def _glob(clause: Clause) -> Wanted | None:
    found = _GLOB.match(clause.mask)
    if not found:
        return None
    pattern = clause.said(found, "name")
    is_sought = re.match(any_of(vocabulary.LISTS["search"]), clause.mask) and found["name"][0] == FILE
    if "*" not in pattern and not is_sought and not re.search("called|named|genannt|llamad", clause.mask):
        return None
    return Call("Glob", {"pattern": pattern if "*" in pattern else f"**/{pattern}"} | _at(clause, found))


def _at(clause: Clause, found: re.Match[str]) -> dict[str, Any]:
    return {"path": clause.said(found, "at")} if found.groupdict().get("at") else {}


def _grep(clause: Clause) -> Wanted | None:
    for pattern in (_GREP_FILES, _GREP, _GREP_ASKED):
        found = pattern.match(clause.mask)
        if found:
            place = next((clause.said(found, group) for group in ("name", "at") if found.groupdict().get(group)), "")
            where = {"glob": place} if "*" in place else {"path": place} if place else {}
            said = re.escape(clause.said(found, "what")).replace("\\ ", " ")
            lines = {} if pattern is _GREP_ASKED else {"mode": "content"}
            return Call("Grep", {"pattern": said} | where | lines)
    return None


_DELETE = form(rf"<delete> {_FILE_NAME}")
_BIT = r"(?:<LIT>|.+?)"
_EDIT = form(
    rf"<replace>(?: (?P<all>all|every|each|alle|tous les|todos los|zote))?(?: (?:the (?:words?|text)"
    rf"|das wort|den text|le mot|la palabra|neno|occurrences? of))? (?P<old>{_BIT}),? <by>(?: das wort"
    rf"| le mot| la palabra)? (?P<new>{_BIT}),? <in>(?: <art>)*(?: <noun>)? (?P<name><NAME>)"
)
_EDIT_FIRST = form(
    rf"(?:<in>|<replace>)(?: <art>)*(?: <noun>)? (?P<name><NAME>)(?: and|,|:)* ?(?:und |et |y |na )?"
    rf"(?:<replace>)(?: (?P<all>all|every|each|alle))? (?P<old>{_BIT}),? <by> (?P<new>{_BIT})"
)


def _delete(clause: Clause) -> Wanted | None:
    found = _DELETE.match(clause.mask)
    if not found or not _name(clause, found):
        return None
    return Call("Bash", {"command": f"rm -- {shell_word(_name(clause, found))}", "description": "Delete a file"})


def shell_word(text: str) -> str:
    """A word as a shell takes it, whatever stands in it."""
    return text if re.fullmatch(r"[\w@%+=:,./-]+", text, re.ASCII) else "'" + text.replace("'", "'\"'\"'") + "'"


def _edit(clause: Clause) -> Wanted | None:
    found = _EDIT.match(clause.mask) or _EDIT_FIRST.match(clause.mask)
    if not found:
        return None
    arguments: dict[str, Any] = {
        "path": clause.said(found, "name"),
        "old": clause.said(found, "old"),
        "new": clause.said(found, "new"),
    }
    return Call("Edit", arguments | ({"all": True} if found["all"] else {}))


FILES: tuple[Callable[[Clause], Wanted | None], ...] = (_edit, _list, _glob, _grep, _read, _delete, _write)
WHICH_FILE, WHICH_ITEMS = _WHICH_FILE, _WHICH_ITEMS
CODES = rf"(?:{FENCE}+|{CODE}+|{QUOTE}+)"
