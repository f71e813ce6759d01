"""Decides what errands a message orders and in which order, by its form; it runs nothing and reads no results. Pure.

A message becomes steps; the calls of one step may be made at the same time. What fits no form is no errand, and a
question about doing something (`how do I write a file?`) fits none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from palaver.inference.guide import vocabulary
from palaver.inference.guide.errand_acts import ACTS
from palaver.inference.guide.errand_forms import FILES, Call, Clause, Lacking, Wanted
from palaver.inference.guide.forms import any_of
from palaver.inference.guide.literals import FENCE, FILE, JSON, LONGEST_ORDER, Masked, besides, masked, object_of

Step = tuple[Call, ...]

# As many as anybody orders in a sentence; a message that seems to order more is no order.
MOST = 12

_THEN = (
    r"(?:and then|then|after that|afterwards|and finally|finally|und dann|und danach|dann|danach"
    r"|anschliessend|et ensuite|et puis|puis|ensuite|apres|y luego|y despues|luego|despues|na kisha"
    r"|kisha|halafu|baadaye)"
)
_AND = r"(?:and|und|et|y|e|na|plus|as well as|sowie)"
_CUT = re.compile(rf"\s*(?:[.;!\n]\s+|,\s*)?(?:(?P<then>{_THEN})\b,?\s+|{_AND}\s+)|\s*[.;!?\n]\s+|,\s+")
_POLITE = re.compile(rf"(?:{any_of(vocabulary.LISTS['polite'])}(?![\w-])[ ,!:]*)+")
_TRAILING = re.compile(
    r"[\s,]*(?:please|pls|bitte|por favor|s'il te plait|s'il vous plait|svp|tafadhali|for me|fur mich"
    r"|pour moi|thanks|thank you|danke|asante|merci|gracias)?[\s.?]*$"
)
_LAST_VERB = re.compile(
    (
        r"^(?P<rest>.*\S) (?P<verb>schreiben|erstellen|anlegen|speichern|lesen|zeigen|offnen|loschen"
        r"|entfernen|ersetzen|andern|suchen|auflisten|berechnen|schreibst|erstellst|anlegst|liest|zeigst"
        r"|loschst|suchst)$"
    ),
    re.DOTALL,
)
_PRONOUN = re.compile(
    r"(?<= )(?:it|that|this|them|es|sie|ihn|le|la|lo|-le|hiyo|that file|this file|the file|die datei"
    r"|le fichier|el archivo|faili hiyo)$"
)
_ATTACHED = re.compile(
    r"^(?P<verb>lis|affiche|montre|supprime|lee|lea|borra|abre|muestra|elimina)(?:-(?:le|la)|lo|la)$"
)
_VERBS = {"Write": "write ", "Read": "read ", "Bash": "delete "}
_READS = {"Read", "Edit", "Grep", "LS", "Glob", "Bash", "Python"}


def _clause(whole: Masked, start: int, end: int) -> Clause:
    """Without the words around an order that only make it polite."""
    mask = whole.mask[start:end]
    asks = mask.rstrip().endswith("?")
    end = start + _TRAILING.search(mask).start()  # type: ignore[union-attr] - it matches nothing at the end, too
    if whole.mask[end - 1 : end] == "!" and end - start > 1 and re.match("[\ue000-\ue0ff]", whole.mask[end - 2]):
        end -= 1
    bare = whole.mask[start:end].lstrip(" ¿¡")
    polite = _POLITE.match(bare)
    lead = end - start - len(bare) + (polite.end() if polite else 0)
    return Clause(whole, min(start + lead, end), end, asks=asks)


_BY_MEANS_OF = re.compile(
    r"^(?:use|using|with|nutze|benutze|verwende|mit|utilise|avec|usa|con|tumia)(?: the| das| l'outil| la| el)?"
    r"(?: tool| werkzeug| outil| herramienta| zana)? [`\"']?(?P<name>[\w.:-]+)[`\"']?(?: tool)?,?"
    r"(?: to| and| um zu| pour| para| y| et| und| kwa)? "
)


def _besides_its_tool(clause: Clause, names: Sequence[str]) -> Clause:
    """The clause without the tool that it names first: `use Bash to run …` orders what `run …` does."""
    found = _BY_MEANS_OF.match(clause.mask)
    if found is None or clause.lead or clause.said(found, "name").lower() not in {name.lower() for name in names}:
        return clause
    return replace(clause, start=clause.start + found.end())


def _ordered(clause: Clause, names: Sequence[str]) -> Wanted | None:
    """What one clause orders."""
    named = _by_name(clause, names)
    if not named:
        clause = _besides_its_tool(clause, names)
    if named or not clause.mask.strip():
        return named
    for recognise in (*ACTS, *FILES):
        if wanted := recognise(clause):
            return wanted
    last = _LAST_VERB.match(clause.mask) if not clause.lead else None
    if last is None:
        return None
    return _ordered(replace(clause, end=clause.start + last.end("rest"), lead=f"{last['verb']} "), names)


_TOOL = re.compile(
    rf"^(?:use|call|invoke|run|nutze|benutze|verwende|rufe|utilise|appelle|usa|llama|tumia|ita)(?: the"
    rf"| das| l'outil| la| el)?(?: tool| werkzeug| outil| herramienta| zana)? [`\"']?(?P<name>[\w.:-]+"
    rf"|[\ue001\ue002]+)[`\"']?(?: tool)?(?:(?: auf)?,?(?: with| mit| avec| con| kwa)?(?: the| these)?"
    rf"(?: arguments?| argumenten| input)?\s*:?\s*(?P<json>{JSON}+|{FENCE}+))?$"
)


def _by_name(clause: Clause, names: Sequence[str]) -> Wanted | None:
    """A call by the exact name of an offered tool, its arguments as JSON."""
    found = _TOOL.match(clause.mask)
    if not found:
        return None
    said = clause.said(found, "name")
    name = next((name for name in names if name == said), None) or next(
        (name for name in names if name.lower() == said.lower()), None
    )
    arguments = object_of(clause.said(found, "json")) if found["json"] else {}
    if name is None and found["json"] and arguments is not None:
        return Lacking(f"No tool is called {said} here, so I did nothing. `GET /api/v1/tools` lists those that are.")
    if name is None or arguments is None or (not found["json"] and clause.asks):
        return None
    return Call(name, arguments)


def _cuts(whole: Masked) -> Iterator[tuple[int, int, bool]]:
    """Where one order may end and the next begin, and whether the next one waits for it."""
    for found in _CUT.finditer(whole.mask):
        yield found.start(), found.end(), found["then"] is not None


def _about_it(clause: Clause, file: str | None, names: Sequence[str]) -> Wanted | None:
    """`read it`: the order with the file that was named before in the place of the word."""
    pointed = _PRONOUN.search(clause.mask) or _ATTACHED.match(clause.mask)
    if not file or not pointed:
        return None
    said = clause.whole.text[clause.start : clause.start + pointed.start()].strip()
    named = file if re.search(r"\.\w+$", file) else f'the file "{file}"'
    return _ordered(_clause_of(f"{pointed.groupdict().get('verb') or said} {named}"), names)


def _clause_of(text: str) -> Clause:
    whole = masked(text)
    return Clause(whole, 0, len(whole.mask))


def _next(clause: Clause, before: Wanted, file: str | None, names: Sequence[str]) -> Wanted | None:
    """What a clause after an order means: an order of its own, one about `it`, or more of the same."""
    wanted = _about_it(clause, file, names) or _ordered(clause, names)
    if wanted or not isinstance(before, Call) or before.tool not in _VERBS:
        return wanted
    if not re.match(rf"(?:[a-z]+ ){{0,2}}{FILE}", clause.mask):
        return None
    return _ordered(replace(clause, lead=_VERBS[before.tool]), names)


@dataclass(slots=True)
class _Reading:
    """A message while its orders are read one after the other; `file` is the one that was named last."""

    whole: Masked
    names: Sequence[str]
    orders: list[tuple[Wanted, bool]] = field(default_factory=list[tuple[Wanted, bool]])
    file: str | None = None

    def read(self) -> list[tuple[Wanted, bool]]:
        """Every order with whether it waits for those before; none where the message begins with something else."""
        begin, waits = 0, False
        cuts = [*_cuts(self.whole), (len(self.whole.mask), len(self.whole.mask), False)]
        for at, (end, resume, then) in enumerate(cuts):
            if end < begin:
                continue
            wanted = self._heard(begin, end)
            if wanted and self._goes_on(cuts[at:], wanted):
                self.orders.append((wanted, waits))
                self.file = _file_of(wanted) or self.file
                begin, waits = resume, then
        return self.orders

    def _heard(self, begin: int, end: int) -> Wanted | None:
        clause = _clause(self.whole, begin, end)
        if self.orders:
            return _next(clause, self.orders[-1][0], self.file, self.names)
        return _ordered(clause, self.names)

    def _goes_on(self, cuts: Sequence[tuple[int, int, bool]], wanted: Wanted) -> bool:
        """Whether an order may end at the first cut: nothing follows, or what follows is one, up to some later cut."""
        begin = cuts[0][1]
        if not self.whole.mask[begin:].strip(" .!?,;"):
            return True
        file = _file_of(wanted) or self.file
        ends = [end for end, _, _ in cuts[1 : MOST + 1]]
        return any(_next(_clause(self.whole, begin, end), wanted, file, self.names) for end in ends)


def _file_of(wanted: Wanted) -> str | None:
    path = wanted.arguments.get("path") if isinstance(wanted, Call) else None
    return path if isinstance(path, str) else None


def _steps(orders: Sequence[tuple[Call, bool]]) -> tuple[Step, ...]:
    """Orders in steps: a new one where it was said so, or where a call needs what another of the same step writes."""
    steps: list[list[Call]] = [[]]
    for call, waits in orders:
        changed = {_file_of(other) for other in steps[-1] if other.tool in {"Write", "Edit"}} - {None}
        needs = call.tool in _READS and changed and (_file_of(call) in changed or call.tool not in {"Read", "Edit"})
        if steps[-1] and (waits or needs):
            steps.append([])
        steps[-1].append(call)
    return tuple(tuple(step) for step in steps if step)


def errands_in(text: str, names: Sequence[str] = ()) -> tuple[Step, ...] | Lacking | None:
    """The steps that a message orders; what is lacking where it orders by halves; None where it orders nothing.

    `names` are the tools that may be called by name.
    """
    whole = masked(text)
    if besides(whole.mask) > LONGEST_ORDER:
        return None
    orders = _Reading(whole, names).read()
    lacking = next((wanted for wanted, _ in orders if isinstance(wanted, Lacking)), None)
    if lacking or not orders or len(orders) > MOST:
        return lacking if orders and len(orders) <= MOST else None
    return _steps([(wanted, waits) for wanted, waits in orders if isinstance(wanted, Call)])
