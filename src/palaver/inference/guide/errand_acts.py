"""Decides which errand beyond files a clause orders: a command, code, a page, a list, documents, an agent. Pure."""

import re
from collections.abc import Callable
from typing import Any

from palaver.inference.guide.errand_forms import CODES, WHICH_ITEMS, Call, Clause, Lacking, Wanted, form
from palaver.inference.guide.literals import FENCE

# A bare word after `run` is a command only where it is one that everybody knows.
_KNOWN = (
    "ls|pwd|echo|cat|git|date|whoami|python3?|node|npm|make|grep|find|wc|head|tail|mkdir|touch|rm|cp"
    "|mv|sleep|uname|df|du|env|id|"
    "sort|uniq|sed|awk|printf|true|false|seq|hostname|tree|stat|file|which|pytest|curl|chmod|ps"
)
_PYTHON = form(
    rf"(?:(?:<run>|<use>|<write> and run|<compute>)(?: me)? <python>(?: and (?:show|print).*)?|"
    rf"(?:<run>|<compute>) (?:in|with|using|mit|avec|con|kwa) <python>|python)(?: (?:to )?(?:<compute>"
    rf"|<run>))?(?: aus)?\s*:?\s*(?P<code>{CODES}|[^:]+)"
)
_IN_PYTHON = form(
    rf"(?:<run>|<compute>) (?P<code>{CODES}|.+?) (?:in|with|using|as|mit|en|avec|con|kwa) <python>(?: aus)?"
)
_FENCED = form(
    rf"(?:<run>)(?: (?:this|the following|it|diesen code|ceci|esto|hii))?(?: <command>)?\s*:?\s*(?P<code>{FENCE}+)"
)
_SUM = re.compile(r"[\d(][\d\s.()*/x×÷^%+-]*")
_COMPUTE = form(r"(?:<compute>|)\s*:?\s*(?P<sum>[\d(.][\d\s.()*/x×÷^%+-]*?)(?: aus)?\s*=?")
_BASH = form(
    rf"<run>(?: (?:the|a|this|den|das|la|le|el|une?|una))?(?: <command>)?\s*:?\s*(?P<command>{CODES})"
    rf"(?: (?:in|im|dans|en|katika) <shell>)?(?: aus)?"
)
_BASH_NAMED = form(
    r"<run>(?: (?:the|a|den|das|la|le|el|une?))? (?:<command>)\s*:?\s*(?P<command>\S.*?)(?: (?:in|im"
    r"|dans|en|katika) <shell>)?(?: aus)?"
)
_BASH_SHELL = form(
    r"<run> (?P<command>\S.*?) (?:in|im|dans|en|katika) <shell>(?: aus)?|(?:bash|shell|\$)\s*:?\s+(?P<plain>\S.*)"
)
_BASH_KNOWN = form(rf"<run> (?P<command>(?:{_KNOWN})(?: .*)?)")


def _python(clause: Clause) -> Wanted | None:
    found = _PYTHON.match(clause.mask) or _IN_PYTHON.match(clause.mask)
    if found and not clause.said(found, "code").strip().lower().startswith(("script", "skript", "file", "version")):
        code = clause.said(found, "code")
        return Call("Python", {"code": arithmetic(code) or code})
    found = _COMPUTE.match(clause.mask)
    code = arithmetic(found["sum"]) if found else None
    return Call("Python", {"code": code}) if code else None


def arithmetic(text: str) -> str | None:
    """Python that prints the value, where the text is a plain sum; None where it is anything else."""
    text = text.strip()
    if not _SUM.fullmatch(text) or not re.search(r"\d\s*[-+*/x×÷^%]\s*[\d(.-]", text):
        return None
    for said, meant in (("×", "*"), ("x", "*"), ("÷", "/"), ("^", "**")):
        text = text.replace(said, meant)
    return f"print({text})"


def _bash(clause: Clause) -> Wanted | None:
    for pattern in (_FENCED, _BASH, _BASH_NAMED, _BASH_SHELL, _BASH_KNOWN):
        found = pattern.match(clause.mask)
        if found:
            return _command(clause, found)
    return None


def _command(clause: Clause, found: re.Match[str]) -> Call:
    group = next(name for name, said in found.groupdict().items() if said is not None)
    said = clause.said(found, group)
    if clause.fence_language(found, group) in {"python", "py", "python3"}:
        return Call("Python", {"code": said})
    return Call("Bash", {"command": said.strip(), "description": "Run a command for the person"})


_FETCH = form(
    r"<fetch>(?: (?:me|mir|the|a|this|die|das|der|la|le|el|web|website|webseite|site|seite|page|url"
    r"|pagina|ukurasa(?: wa)?|wa|from|von|at|contents? of|text of))* (?P<url><LIT>)(?: ab| auf| "
    r"(?:and|und|et|y|na) .*)?"
)
_WEB = form(
    r"(?:<search>) (?:the |das |im |le |la |en |mtandaoni |on the |in the )*(?:web|internet|online"
    r"|mtandao)(?: (?:for|nach|pour|por|about|kwa))? (?P<what>.+)"
)
_HOST = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|ke|de|fr|es|eu|edu|gov|info|app|tz|ug|ch|at|uk)(?:/\S*)?", re.IGNORECASE
)


def _fetch(clause: Clause) -> Wanted | None:
    if found := _WEB.match(clause.mask):
        return Call("WebSearch", {"query": clause.said(found, "what")})
    found = _FETCH.match(clause.mask)
    if not found:
        return None
    said = clause.said(found, "url")
    if re.match("https?://", said, re.IGNORECASE):
        return Call("WebFetch", {"url": said})
    return Call("WebFetch", {"url": f"https://{said}"}) if _HOST.fullmatch(said) else None


_PAPERS = r"(?:documents|docs|dokumenten?|unterlagen|documentos|hati|nyaraka)"
_MINE = (
    rf"(?:(?:all (?:of )?)?(?:my|our|meinen?|unseren?|mes|nos|mis|nuestros) (?:<files>|{_PAPERS})"
    rf"|(?:(?:the|all|den|alle[nr]?|les|los|todos) )+{_PAPERS}|(?:<files>|{_PAPERS}) (?:zangu|zetu|yangu|yetu))"
)
_DOCUMENTS = (
    form(rf"<search>(?: (?:in|through|dans|en|katika))? {_MINE} (?:for|about|nach|pour|por|kwa) (?P<what>.+?)"),
    form(rf"<search>(?: (?:for|nach))? (?P<what>.+?) <in> {_MINE}"),
    form(rf"(?:what do|que disent|que dicen) {_MINE} (?:say )?(?:about|sur|sobre) (?P<what>.+?)"),
    form(rf"was (?:steht in|sagen) {_MINE} (?:uber|zu) (?P<what>.+?)"),
)


def _documents(clause: Clause) -> Wanted | None:
    for pattern in _DOCUMENTS:
        if found := pattern.match(clause.mask):
            return Call("search_files", {"query": clause.said(found, "what").strip()})
    return None


_LIST_MADE = form(
    r"(?:(?:<write>|<use>|start)(?: <art>)* )<todo>(?: (?:with|for|of|mit|avec|con|yenye|na|para|pour"
    r"|fur))?(?: the items?)?\s*:?\s*(?P<items>.*)"
)
_LIST_NAMED = form(r"(?:my )?<todo>\s*:\s*(?P<items>.+)")
_BULLET = re.compile(r"(?:^|\s)(?:[-*•]|\d+[.)])\s+")


def _todo(clause: Clause) -> Wanted | None:
    found = _LIST_MADE.match(clause.mask) or _LIST_NAMED.match(clause.mask)
    if not found:
        return None
    items = listed(clause.said(found, "items"))
    return Call("TodoWrite", {"items": items}) if items else None if clause.asks else Lacking(WHICH_ITEMS)


def listed(text: str) -> list[str]:
    """The items of a list as people write one: lines, bullets, or commas with a last `and`."""
    lines = _BULLET.split(text) if _BULLET.search(text) else text.split("\n")
    parts = [line.strip() for line in lines if line.strip()]
    if len(parts) == 1:
        commas = [part for part in re.split(r"[,;]", parts[0]) if part.strip()]
        head, last = (
            commas[:-1],
            re.split(r"\s+(?:and|und|et|y|na)\s+|^(?:and|und|et|y|na)\s+", commas[-1].strip(), maxsplit=1),
        )
        parts = [*head, *last]
    return [part.strip().strip("\"'“”").removesuffix(".") for part in parts if part.strip()]


_ASK = form(r"<ask>(?: <question>)?(?: (?:about|uber|sur|sobre|kuhusu) (?P<about>.+?))?(?: stellen)?")
_ASK_THIS = form(
    r"<ask>(?: (?:this|the|die|la|following|<question>))*\s*[:,]?\s*(?P<question>[^:]+?\??)(?:\s*:\s*(?P<options>.+))?"
)
_OR = re.compile(r"\s*(?:,|;|\s(?:or|oder|ou|o|au|ama)\s)\s*")


def _ask(clause: Clause) -> Wanted | None:
    found = _ASK.match(clause.mask)
    if found:
        about = clause.said(found, "about")
        question = f"What would you like to say about {about}?" if about else "What would you like me to do next?"
        return _question(question, [] if about else ["List the files", "Nothing for now"])
    found = _ASK_THIS.match(clause.mask)
    if not found or found["question"].startswith(("again", "later", "anything", "if you", "when")):
        return None
    return _asked(clause.said(found, "question"), clause.said(found, "options"))


def _asked(question: str, options: str) -> Call:
    chosen = [part.strip().rstrip("?") for part in _OR.split(options) if part.strip()] if options else []
    if not chosen and re.search(r"\w\s(?:or|oder|ou|o|au|ama)\s\w", question) and len(question) <= 60:
        chosen = [part.strip().rstrip("?") for part in _OR.split(question)]
    question = question[:1].upper() + question[1:].rstrip("?. ") + "?"
    return _question(question, chosen if 2 <= len(chosen) <= 6 else [])


def _question(question: str, options: list[str]) -> Call:
    one: dict[str, Any] = {"header": "Question", "question": question, "multi": False}
    return Call("AskUserQuestion", {"questions": [one | ({"options": options} if options else {})]})


_SKILL = form(
    r"<use>(?: (?:the|my|a|den|die|la|le|el))? (?:<skill>(?: <called>)? (?P<name><LIT>|[\w:.-]+)|"
    r"(?P<bare><LIT>|[\w:.-]+) <skill>)(?:,? (?:to|for|on|with|um|pour|para|kwa) (?P<more>.+))?"
)
_AGENT = form(
    r"<delegate>(?: (?:an?|the|my|one|another|einen|einem|den|dem|das|die|une?|au|el|al))?(?: "
    r"(?P<before><LIT>|[\w-]+))?? <agent>(?: (?:<called> )?(?P<name><LIT>|[\w-]+))??(?:,? (?:<to>)|"
    r"\s*:|,|(?= ku\w))\s*(?P<prompt>\S.*)"
)
_DELEGATE = form(
    r"(?:delegate|delegiere|delegue|delega)\s*:?\s+(?P<prompt>\S.*?) (?:to|an|a) (?:an?|the|einen|den"
    r"|un|une|le|el) (?:(?P<name><LIT>|[\w-]+) )?<agent>"
)


def _skill(clause: Clause) -> Wanted | None:
    found = _SKILL.match(clause.mask)
    if not found:
        return None
    name = clause.said(found, "name") or clause.said(found, "bare")
    more = clause.said(found, "more")
    return Call("Skill", {"name": name} | ({"arguments": more} if more else {}))


def _agent(clause: Clause) -> Wanted | None:
    found = _AGENT.match(clause.mask) or _DELEGATE.match(clause.mask)
    if not found or found["prompt"].startswith(("that ", "which ")):
        return None
    groups = found.groupdict()
    name = next((clause.said(found, group) for group in ("name", "before") if groups.get(group)), "")
    prompt = clause.said(found, "prompt")
    words = " ".join(prompt.split()[:6])
    return Call("Task", {"prompt": prompt, "description": words} | ({"agent": name} if name else {}))


ACTS: tuple[Callable[[Clause], Wanted | None], ...] = (
    _todo, _skill, _agent, _ask, _documents, _fetch, _python, _bash,
)  # fmt: skip
