"""The policy as data: mode, tool, arguments and rules, and what becomes of the call. Each row is a test."""

from typing import Any, NamedTuple, get_args

from palaver.core.permissions import PermissionMode
from palaver.tools.policy import Rules, Verdict
from palaver.tools.port import Effect, ToolSpec
from palaver.tools.rules import parsed

MODES: tuple[PermissionMode, ...] = get_args(PermissionMode)

EFFECTS: dict[str, Effect] = {
    "Read": "reads", "LS": "reads", "Glob": "reads", "Grep": "reads", "Write": "edits", "Edit": "edits",
    "MultiEdit": "edits", "Bash": "acts", "Python": "acts", "WebFetch": "acts", "WebSearch": "acts",
    "TodoWrite": "notes", "AskUserQuestion": "notes", "Skill": "reads", "Task": "notes",
    "mcp__files__read": "acts", "mcp__files__write": "acts", "mcp__mail__send": "acts",
}  # fmt: skip


def tool(name: str) -> ToolSpec:
    server = name.split("__")[1] if name.startswith("mcp__") else None
    return ToolSpec(name=name, description="", parameters={}, effect=EFFECTS[name], server=server)


def rules(allow: str = "", deny: str = "", ask: str = "") -> Rules:
    """Rules from texts with a bar between them."""
    read = [parsed([one for one in text.split(" | ") if one]) for text in (allow, deny, ask)]
    return Rules(allow=read[0], deny=read[1], ask=read[2])


class Row(NamedTuple):
    """One call and what becomes of it."""

    mode: PermissionMode
    name: str
    arguments: dict[str, Any]
    rules: Rules
    verdict: Verdict


# Without any rule: what each mode makes of each effect.
BY_MODE: dict[PermissionMode, dict[Effect, Verdict]] = {
    "default": {"reads": "allow", "notes": "allow", "edits": "ask", "acts": "ask"},
    "acceptEdits": {"reads": "allow", "notes": "allow", "edits": "allow", "acts": "ask"},
    "plan": {"reads": "allow", "notes": "allow", "edits": "deny", "acts": "deny"},
    "dontAsk": {"reads": "allow", "notes": "allow", "edits": "deny", "acts": "deny"},
    "bypassPermissions": {"reads": "allow", "notes": "allow", "edits": "allow", "acts": "allow"},
}

# With one allow rule that means the call.
ALLOWED: dict[PermissionMode, Verdict] = {
    "default": "allow", "acceptEdits": "allow", "plan": "deny", "dontAsk": "allow", "bypassPermissions": "allow",
}  # fmt: skip
# With one ask rule that means the call, for tools that change something.
ASKED: dict[PermissionMode, Verdict] = {
    "default": "ask", "acceptEdits": "ask", "plan": "deny", "dontAsk": "deny", "bypassPermissions": "ask",
}  # fmt: skip

LS = {"command": "ls"}
ROWS: list[Row] = [
    *(Row(mode, name, {}, rules(), BY_MODE[mode][effect]) for mode in MODES for name, effect in EFFECTS.items()),
    *(Row(mode, "Bash", LS, rules(allow="Bash(ls:*)"), ALLOWED[mode]) for mode in MODES),
    *(Row(mode, "Bash", LS, rules(ask="Bash(ls:*)"), ASKED[mode]) for mode in MODES),
    *(Row(mode, "Bash", LS, rules(allow="Bash(ls)", ask="Bash(ls:*)"), ASKED[mode]) for mode in MODES),
    *(Row(mode, name, {}, rules(allow=name, deny=name, ask=name), "deny") for mode in MODES for name in EFFECTS),
    *(Row(mode, "Bash", LS, rules(allow="Bash", deny="Bash(ls:*)"), "deny") for mode in MODES),
    *(Row(mode, "Read", {"path": "a"}, rules(ask="Read"), "deny" if mode == "dontAsk" else "ask") for mode in MODES),
]


class Match(NamedTuple):
    """A rule and a call; whether it grants the call as an allow rule, and meets it as a deny rule."""

    rule: str
    name: str
    said: Any
    grants: bool
    touches: bool


SAYS = {
    "Bash": "command", "Python": "code", "WebFetch": "url", "Skill": "skill", "Task": "agent",
}  # fmt: skip


def arguments(name: str, said: Any) -> dict[str, Any]:
    return {} if said is None else {SAYS.get(name, "path"): said}


def both(rule: str, name: str, *said: Any) -> list[Match]:
    return [Match(rule, name, one, True, True) for one in said]


def neither(rule: str, name: str, *said: Any) -> list[Match]:
    return [Match(rule, name, one, False, False) for one in said]


def denies_only(rule: str, name: str, *said: Any) -> list[Match]:
    return [Match(rule, name, one, False, True) for one in said]


MATCHES: list[Match] = [
    # names
    *both("Bash", "Bash", "rm -rf /", None),
    *both("Bash(*)", "Bash", "rm -rf /"),
    *neither("Bash", "Python", "1"),
    *denies_only("bash", "Bash", "ls"),
    *both("mcp__files", "mcp__files__read", None),
    *both("mcp__files__*", "mcp__files__read", None),
    *both("mcp__files__re*", "mcp__files__read", None),
    *both("mcp__files__read", "mcp__files__read", None),
    *neither("mcp__files", "mcp__mail__send", None),
    *neither("mcp__file", "mcp__files__read", None),
    *neither("mcp__files__rea", "mcp__files__read", None),
    # commands: what begins like this and is nothing more
    *both(
        "Bash(git status:*)", "Bash", "git status", "git status -s", "  git   status\t-s ", "git 'status' -s",
        '"git" status',
        "git status --porcelain 'a; b'", "git status # and so on", "git status *.py", "git status\n", "git status a=b",
    ),
    *both("Bash(git status *)", "Bash", "git status", "git status -s"),
    *neither(
        "Bash(git status:*)", "Bash", "git", "git push", "git statusx", "gitstatus", "git -c x status", "git stash",
        "echo git status", "",
    ),
    # commands: more than one, or something that a shell computes
    *denies_only(
        "Bash(git status:*)", "Bash", "git status; rm x", "git status && rm x", "git status || rm x", "git status | sh",
        "git status & rm x", "git status &", "git status $(rm x)", "git status `rm x`", 'git status "$(rm x)"',
        "git status\nrm x", "git status\r\nrm x", "git status > x", "git status < x", "git status >(rm x)",
        "git status <<< x", "(git status)", "{ git status; }", "git status $HOME", "git status ${x:=y}",
        "git status \\\n -s",
        "A=b git status", "git status 'a", 'git status "`rm`"', "git status '\n'", "git status\0",
        17, None, ["git", "status"],
    ),
    # commands: any part of a compound one is denied
    *denies_only(
        "Bash(rm:*)", "Bash", "ls; rm x", "ls && rm x", "ls || rm x", "ls | rm", "ls & rm x", "echo $(rm x)",
        "echo `rm x`",
        'echo "$(rm x)"', "ls\nrm x", "ls\r\nrm x", "(rm x)", "{ rm x; }", "A=1 B=2 rm x", "sudo rm x",
        "sudo -u root rm x",
        "env rm x", "env -i A=1 rm x", "find . -exec rm {} ;", "find . | xargs rm", "bash -c 'rm x'",
        'sh -c "cd a && rm x"',
        "/bin/rm x", "./../bin/rm x", "\\rm x", "r\\m x", "RM x", "if true; then rm x; fi",
        "while rm x; do ls; done", "for a in b; do rm $a; done", "! rm x", "timeout 5 rm x", "nohup rm x", "eval rm x",
        "eval 'rm x'", "exec rm x", "command rm x", "cat <(rm x)", "rm${IFS}x", "rm$IFS-x", "{rm,-rf,x}", "r\\\nm x",
        "ls;rm x",
        "time -p rm x", "coproc rm x", "python3 -c 'import os; os.system(\"rm x\")'", "f() { rm x; }; f", "x=$(rm x)",
        "ls |& rm", "a || b && rm x", "echo hi>x;rm x",
    ),
    *both("Bash(rm:*)", "Bash", "rm", "rm x", "rm 'x y'", "'r'm x", '"rm" x', "r''m x"),
    *both("Bash(git push:*)", "Bash", "git  'push' origin"),
    *neither(
        "Bash(rm:*)", "Bash", "ls rm", "echo rm", "rmdir x", "git rm x", "ls -- rm", "cat rm.txt",
        "git commit -m 'rm it'",
    ),
    *denies_only("Bash(git push:*)", "Bash", "cd a && git push", "git${IFS}push", "GIT PUSH"),
    # commands: exactly this
    *both("Bash(npm test)", "Bash", "npm test"),
    *denies_only("Bash(npm test)", "Bash", "npm test; ls", " npm test", "npm  test", "cd a && npm test"),
    *neither("Bash(npm test)", "Bash", "npm test -- x", "npm", "npm tests"),
    *both("Bash(a && b > c)", "Bash", "a && b > c"),
    *both("Bash(rm \\*.txt)", "Bash", "rm *.txt"),
    *both("Bash(echo :\\*)", "Bash", "echo :*"),
    *neither("Bash(echo :\\*)", "Bash", "echo :x"),
    # code is compared as a whole
    *both("Python(print(1))", "Python", "print(1)"),
    *neither("Python(print(1))", "Python", "print(1);x", "print(2)"),
    *denies_only("Python(print(1))", "Python", " print(1)\n", 5),
    # paths
    *both("Write(src/**)", "Write", "src/a", "src/a/b.py", "./src/a", "src//a", "src/./a", "src/.hidden"),
    *neither("Write(src/**)", "Write", "src", "a/src/b", "srcs/a", "test/a", "", "."),
    *denies_only(
        "Write(src/**)", "Write", "SRC/a", "src/../src/a", "a/../src/b", "/src/a", "/work/ws/src/a", "src/a\0b", None,
        5,
    ),
    *neither("Write(src/**)", "Write", "src/../a"),
    *both("Write(*.py)", "Write", "a.py", "src/a.py", "a.py/b"),
    *neither("Write(*.py)", "Write", "a.pyc", "a.txt"),
    *both("Write(/*.py)", "Write", "a.py"),
    *neither("Write(/*.py)", "Write", "src/a.py"),
    *both("Write(docs)", "Write", "docs", "docs/a", "a/docs/b"),
    *both("Write(docs/)", "Write", "docs/a", "a/docs/b"),
    *both("Write(**/test/*.py)", "Write", "test/a.py", "a/b/test/a.py"),
    *both("Write(a/**/z)", "Write", "a/z", "a/b/z", "a/b/c/z", "a/b/z/d"),
    *both("Write(a?[b-d][!x])", "Write", "axby"),
    *neither("Write(a?[b-d][!x])", "Write", "axbx", "axey", "axb"),
    *both("Write(/\\*.txt)", "Write", "*.txt"),
    *neither("Write(/\\*.txt)", "Write", "a.txt"),
    *both("LS(src/**)", "LS", "src/a"),
    *both("Grep(src/**)", "Grep", "src/a"),
    # a deny of one way to read or to change is one of the others
    *denies_only("Read(.env)", "Grep", ".env", ".", None),
    *denies_only("Read(.env)", "Glob", ".env"),
    *denies_only("Read(secrets/**)", "Grep", "secrets/a", "secrets", "."),
    *neither("Read(secrets/**)", "Grep", "src"),
    *neither("Read(secrets/**)", "LS", "."),
    *neither("Read(secrets/**)", "Write", "secrets/a"),
    *denies_only("Edit(.env)", "Write", ".env", "a/.ENV"),
    *denies_only("Write(.env)", "MultiEdit", ".env"),
    *neither("Write(.env)", "Read", ".env"),
    # web sites
    *both(
        "WebFetch(domain:example.com)", "WebFetch", "https://example.com/a", "http://example.com",
        "https://docs.example.com",
        "https://EXAMPLE.com:8443/x", "https://example.com./",
    ),
    *neither(
        "WebFetch(domain:example.com)", "WebFetch", "https://example.org", "https://badexample.com",
        "https://example.com.bad.org",
        "https://example.com@bad.org/", "https://bad.org/?example.com", "https://bad.org/#@example.com",
    ),
    *denies_only("WebFetch(domain:example.com)", "WebFetch", "nothing", "", None, 7, "https://["),
    *both("WebFetch(domain:bücher.example)", "WebFetch", "https://bücher.example/", "https://xn--bcher-kva.example/"),
    # names
    *both("Skill(pdf)", "Skill", "pdf"),
    *neither("Skill(pdf)", "Skill", "pdfs"),
    *denies_only("Skill(pdf)", "Skill", "PDF", None),
    *both("Task(reviewer)", "Task", "reviewer"),
]  # fmt: skip

REFUSED = [
    "", "*", "Ba*", "mcp__*", "mcp__", "Bash ls", "Bash(", "Bash()", "Bash)", "Bash(ls", "Bash(ls) x", "(ls)", "1Bash",
    "Bash(a * b)", "Bash(*:*)", "Bash(a; b:*)", "Bash($(x):*)", "Bash(A=1:*)", "Bash(:*)", "Python(print:*)",
    "Python(2*2)",
    "Write(../x)", "Write(!x)", "Write([a)", "Write(a\\)", "WebFetch(example.com)", "WebFetch(domain:)",
    "WebFetch(domain:*.example.com)", "WebFetch(domain:example.com/x)", "WebFetch(domain:a@b)", "WebSearch(x)",
    "Skill(a,b)",
    "mcp__files__read(x)", "bash(ls)", "Other(x)", "x" * 4001, "Bash\n", "a b",
]  # fmt: skip
