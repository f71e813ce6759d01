"""Rules about calls: `Name`, `mcp__server__*`, `Name(pattern)`; how they are read and which calls they speak of.

What follows from a rule is `tools.policy`'s. An allow rule counts where it certainly means the call (`grants`), a
deny or ask rule wherever it may (`touches`): what cannot be read is not granted, and is touched.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from palaver.core.errors import Invalid
from palaver.tools.patterns import ALSO_DENIES, Pattern, pattern_of, subject_of
from palaver.tools.port import ToolSpec

LONGEST = 4_000

_NAME = re.compile(r"(?!mcp__)[A-Za-z][A-Za-z0-9_.-]{0,127}|mcp__[A-Za-z0-9_.-]+__[A-Za-z0-9_.-]+")
# All tools of an MCP server, or those whose names begin alike.
_SERVER = re.compile(r"mcp__((?:(?!__)[A-Za-z0-9_.-])+)(?:__([A-Za-z0-9_.-]*)\*)?")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `text` as it was written, the tool's name or names, and what is said about arguments, if anything."""

    text: str
    name: str
    pattern: str | None = None
    means: Pattern | None = field(default=None, compare=False, repr=False)

    @classmethod
    def read(cls, text: str) -> "Rule":
        """The rule, or a `ValueError` with a sentence about what is wrong with it."""
        if len(text) > LONGEST:
            raise ValueError(f"a rule has at most {LONGEST} signs")
        name, opened, rest = text.partition("(")
        if not opened:
            _check_name(text)
            return cls(text, text)
        if not rest.endswith(")"):
            raise ValueError(f"`{text}` opens a parenthesis and does not end with `)`")
        if rest == "*)":
            _check_name(name)
            return cls(text, name)
        return cls(text, name, rest[:-1], pattern_of(name, rest[:-1]))

    @classmethod
    def parse(cls, text: str) -> "Rule":
        """The rule, or `core.errors.Invalid`."""
        return parsed((text,))[0]

    def concerns(self, tool: str) -> bool:
        """Whether a deny or ask rule without a pattern means this tool; names that differ in case only are the same."""
        return _named(self.name.casefold(), tool.casefold())

    def grants(self, spec: ToolSpec, arguments: Mapping[str, Any]) -> bool:
        """Whether the rule certainly means this call."""
        if not _named(self.name, spec.name) or not self._certain_of_server(spec):
            return False
        return self.means is None or self.means.grants(subject_of(spec.name, arguments))

    def touches(self, spec: ToolSpec, arguments: Mapping[str, Any]) -> bool:
        """Whether the rule may mean this call."""
        if self.means is None:
            return self.concerns(spec.name)
        about = spec.name == self.name or spec.name in ALSO_DENIES.get(self.name, ())
        return about and self.means.touches(subject_of(spec.name, arguments))

    def covers(self, other: "Rule") -> bool:
        """Whether every call that the other grants is certainly granted by this one."""
        if self == other:
            return True
        if self.means is None:
            return self._names_all_of(other)
        return self.name == other.name and other.means is not None and self.means.covers(other.means)

    def _names_all_of(self, other: "Rule") -> bool:
        theirs = _SERVER.fullmatch(other.name)
        if theirs is None:
            return _named(self.name, other.name)
        mine = _SERVER.fullmatch(self.name)
        return mine is not None and mine[1] == theirs[1] and (theirs[2] or "").startswith(mine[2] or "")

    def _certain_of_server(self, spec: ToolSpec) -> bool:
        # `mcp__a__b__c` may be the tool `b__c` of `a`, or `c` of `a__b`: a rule for all of `a` is about the first
        server = _SERVER.fullmatch(self.name)
        return server is None or spec.server is None or "__" not in spec.server


def parsed(texts: Sequence[str], *loc: str | int) -> tuple[Rule, ...]:
    """The rules, or one `core.errors.Invalid` that says of each bad one what is wrong; `loc` says where they stand."""
    rules: list[Rule] = []
    wrong: list[dict[str, Any]] = []
    for index, text in enumerate(texts):
        try:
            rules.append(Rule.read(text))
        except ValueError as error:
            wrong.append({"loc": (*loc, index), "msg": str(error), "type": "rule"})
    if wrong:
        raise Invalid.about(wrong)
    return tuple(rules)


def common(first: Sequence[Rule], second: Sequence[Rule]) -> tuple[Rule, ...]:
    """Rules that grant only what both grant; where neither certainly lies within the other, neither is kept."""
    kept = [rule for rule in first if any(other.covers(rule) for other in second)]
    kept += [rule for rule in second if any(other.covers(rule) for other in first)]
    return tuple(dict.fromkeys(kept))


def exactly(name: str, arguments: Mapping[str, Any]) -> str | None:
    """The rule about this very call: the tool's name where no rule speaks of its arguments, None where it cannot be."""
    subject = subject_of(name, arguments)
    if subject.kind is None:
        return name
    said = subject.exact()
    text = f"{name}({said})"
    return None if said is None or len(text) > LONGEST else text


def _check_name(name: str) -> None:
    if _SERVER.fullmatch(name) or _NAME.fullmatch(name):
        return
    if "*" in name:
        raise ValueError(f"`{name}`: only the tools of one MCP server can be named together, as `mcp__server__*`")
    raise ValueError(f"`{name}` is not the name of a tool, with or without a pattern in parentheses")


def _named(rule: str, tool: str) -> bool:
    server = _SERVER.fullmatch(rule)
    return rule == tool if server is None else tool.startswith(f"mcp__{server[1]}__{server[2] or ''}")
