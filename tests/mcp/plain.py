"""A small MCP server without the SDK, of the protocol's 2025 generation, that does whatever a test asks of it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
_writing = threading.Lock()
_answers: dict[str, list[Any]] = {}
_answered = threading.Condition()
_cancelled: set[Any] = set()


def send(message: dict[str, Any]) -> None:
    """One message, on a line of its own."""
    with _writing:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        sys.stdout.flush()


def note(method: str, params: dict[str, Any] | None = None) -> None:
    """A message that nobody answers."""
    send({"method": method, "params": params or {}})


def ask(method: str, params: dict[str, Any]) -> Any:
    """A request to the client, and what it answered."""
    number = f"ask-{len(_answers)}"
    _answers[number] = []
    send({"id": number, "method": method, "params": params})
    with _answered:
        _answered.wait_for(lambda: _answers[number])
    return _answers[number][0]


def echo(arguments: dict[str, Any], call: Any) -> str:
    """Say it back."""
    return arguments["text"]


def pid(arguments: dict[str, Any], call: Any) -> str:
    """The process that answers."""
    return str(os.getpid())


def environment(arguments: dict[str, Any], call: Any) -> str:
    """The variables there are, and the folder."""
    return json.dumps({**os.environ, "cwd": str(Path.cwd())})


def huge(arguments: dict[str, Any], call: Any) -> str:
    """Say much."""
    return "x" * arguments["size"]


def garbage(arguments: dict[str, Any], call: Any) -> str:
    """Print what is no message, then answer."""
    sys.stdout.write('Loading…\n{not json\n\n[1, 2]\n{"jsonrpc": "2.0"}\n')
    sys.stderr.write("warning: " + "w" * 100_000 + "\n")
    return "clean"


def die(arguments: dict[str, Any], call: Any) -> str:
    """End in the middle of the call."""
    os._exit(3)


def child(arguments: dict[str, Any], call: Any) -> str:
    """Leave a child behind that would live for minutes."""
    none = subprocess.DEVNULL
    command = [sys.executable, "-c", "import time; time.sleep(300)"]
    return str(subprocess.Popen(command, stdin=none, stdout=none, stderr=none).pid)


def wait(arguments: dict[str, Any], call: Any) -> str:
    """Write down that the call has begun, and wait until it is cancelled; write that down too."""
    file = Path(arguments["path"])
    file.write_text(f"begun {os.getpid()}", "utf-8")
    with _answered:
        _answered.wait_for(lambda: call in _cancelled)
    file.write_text(f"cancelled {os.getpid()}", "utf-8")
    return "never"


def hang(arguments: dict[str, Any], call: Any) -> str:
    """Stop listening altogether."""
    Path(arguments["path"]).write_text(f"begun {os.getpid()}", "utf-8")
    threading.Event().wait(300)
    return "never"


def steps(arguments: dict[str, Any], call: Any) -> str:
    """Report each of several steps."""
    for step in range(arguments["count"]):
        note(
            "notifications/progress",
            {
                "progressToken": arguments["token"],
                "progress": step + 1,
                "total": arguments["count"],
                "message": f"step {step + 1}",
            },
        )
    return "done"


def wish(arguments: dict[str, Any], call: Any) -> str:
    """Ask the person."""
    schema = {
        "type": "object",
        "properties": {
            "colour": {"type": "string", "enum": ["red", "green"]},
            "count": {"type": "integer", "title": "How many"},
            "sure": {"type": "boolean"},
            "note": {"type": "string"},
        },
        "required": ["colour", "count"],
    }
    return json.dumps(ask("elicitation/create", {"message": "What do you wish for?", "requestedSchema": schema}))


def grow(arguments: dict[str, Any], call: Any) -> str:
    """Have one more tool from now on."""
    TOOLS["grown"] = (lambda arguments, call: "grown", {})
    note("notifications/tools/list_changed")
    return "grew"


def fail(arguments: dict[str, Any], call: Any) -> str:
    """Fail."""
    raise ValueError(arguments["why"])


TOOLS: dict[str, tuple[Callable[[dict[str, Any], Any], str], dict[str, Any]]] = {
    "echo": (echo, {"text": TEXT}),
    "pid": (pid, {}),
    "environment": (environment, {}),
    "huge": (huge, {"size": NUMBER}),
    "garbage": (garbage, {}),
    "die": (die, {}),
    "child": (child, {}),
    "wait": (wait, {"path": TEXT}),
    "hang": (hang, {"path": TEXT}),
    "steps": (steps, {"count": NUMBER}),
    "wish": (wish, {}),
    "grow": (grow, {}),
    "fail": (fail, {"why": TEXT}),
}


def listed() -> list[dict[str, Any]]:
    """The tools, and two that nobody can use."""
    good = [
        {"name": name, "description": name, "inputSchema": {"type": "object", "properties": fields}}
        for name, (_, fields) in TOOLS.items()
    ]
    good[0]["annotations"] = {"readOnlyHint": True}
    broken = {"name": "broken", "inputSchema": {"type": "object", "properties": {"a": {"type": "no such type"}}}}
    vast = {"name": "vast", "inputSchema": {"type": "object", "description": "v" * 100_000}}
    return [*good, broken, vast]


def called(number: Any, params: dict[str, Any]) -> None:
    """Answer a call."""
    arguments = {**(params.get("arguments") or {}), "token": params.get("_meta", {}).get("progressToken")}
    failed = False
    try:
        text = TOOLS[params["name"]][0](arguments, number)
    except Exception as error:  # noqa: BLE001  # as a server does
        text, failed = str(error), True
    if number not in _cancelled:
        result = {"content": [{"type": "text", "text": text}], "isError": failed}
        send({"id": number, "result": result})


def heard(message: dict[str, Any]) -> None:
    """One message of the client."""
    number, method, params = message.get("id"), message.get("method"), message.get("params") or {}
    match method:
        case "initialize":
            told = {"tools": {"listChanged": True}}
            info = {"name": "plain", "version": "1"}
            result = {"protocolVersion": "2025-06-18", "capabilities": told, "serverInfo": info}
            send({"id": number, "result": result})
        case "ping":
            send({"id": number, "result": {}})
        case "tools/list":
            send({"id": number, "result": {"tools": listed()}})
        case "tools/call" if params["name"] == "hang":
            called(number, params)
        case "tools/call":
            threading.Thread(target=called, args=(number, params), daemon=True).start()
        case "notifications/cancelled":
            with _answered:
                _cancelled.add(params["requestId"])
                _answered.notify_all()
        case None:
            with _answered:
                _answers[number].append(message.get("result") or message.get("error"))
                _answered.notify_all()
        case _ if number is not None:
            send({"id": number, "error": {"code": -32601, "message": "Method not found"}})
        case _:
            pass


if __name__ == "__main__":
    for line in sys.stdin:
        heard(json.loads(line))
