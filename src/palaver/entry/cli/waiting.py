"""♥ What waits for a person, as a terminal shows it, and what they type as an answer; it asks and sends nothing."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from palaver.core.errors import PalaverError

# Signs that a terminal obeys, or that turn the order of what is read: they are shown as what they are.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Of an answer, which has lines and may be in any script.
_OBEYED_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LONGEST_LINE = 160

YES = "y yes, n no, e edit, s yes for this session, t yes for this tool from now on"


class NotUnderstood(PalaverError):
    """What was typed is no answer; the message says what would be one."""

    title = "Not understood"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call or a question that waits."""

    run_id: str
    call_id: str
    kind: Literal["approval", "question"]
    name: str
    arguments: Mapping[str, Any]
    reason: str
    questions: Sequence[Mapping[str, Any]]


def safe(text: str) -> str:
    """Text whose signs a terminal only shows."""
    return _OBEYED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def safe_text(text: str) -> str:
    """A piece of an answer, whose signs a terminal only shows; lines and scripts stay as they are."""
    return _OBEYED_IN_TEXT.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text.replace("\r", ""))


def one_line(value: Any, most: int = _LONGEST_LINE) -> str:
    """A value, or a text, as one line of bounded length."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = safe(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def waiting_in(event: Mapping[str, Any]) -> Waiting | None:
    """What an event says waits now; a subagent's is answered at its own run."""
    if event["type"] == "subagent":
        inner = cast("dict[str, Any]", event["event"])
        return waiting_in({**inner, "run_id": event["child_run_id"]})
    if event["type"] not in ("approval", "question"):
        return None
    return waiting_of({**event, "kind": event["type"]})


def waiting_of(fields: Mapping[str, Any]) -> Waiting:
    """The same from an item of the list of all that waits."""
    return Waiting(
        fields["run_id"],
        fields["call_id"],
        fields["kind"],
        fields.get("name") or "",
        fields.get("arguments") or {},
        fields.get("reason") or "",
        fields.get("questions") or (),
    )


def settled_in(event: Mapping[str, Any]) -> str | None:
    """The call that an event says waits no longer."""
    if event["type"] == "subagent":
        return settled_in(cast("dict[str, Any]", event["event"]))
    return event["call_id"] if event["type"] in ("approval_resolved", "question_answered") else None


def shown(waiting: Waiting) -> str:
    """The call, exactly as it would be made, and why a person is asked."""
    arguments = json.dumps(waiting.arguments, ensure_ascii=False, indent=2)
    why = f" {safe(waiting.reason)}" if waiting.reason else ""
    return f"{safe(waiting.name)} wants your yes.{why}\n{safe(arguments)}"


def asked(question: Mapping[str, Any]) -> str:
    """A question with its options numbered."""
    options = cast("list[dict[str, Any]]", question.get("options") or [])
    lines = [safe(str(question["question"]))]
    for number, option in enumerate(options, 1):
        more = f": {option['description']}" if option.get("description") else ""
        lines.append(safe(f"  {number}. {option['label']}{more}"))
    if options:
        lines.append("Several numbers, or your own words:" if question.get("multi") else "A number, or your own words:")
    return "\n".join(lines)


def chosen(question: Mapping[str, Any], typed: str) -> list[str]:
    """The answer to one question: labels by their numbers, or own words."""
    words = typed.strip()
    labels = [str(option["label"]) for option in cast("list[dict[str, Any]]", question.get("options") or [])]
    if not words and question.get("optional"):
        return []
    if not words:
        raise NotUnderstood("Give an answer, or leave with Ctrl-D and answer later.")
    numbers = [int(number) for number in re.findall(r"\d+", words)] if re.fullmatch(r"[\d\s,]+", words) else []
    if not labels or not numbers:
        return [words]
    if any(not 1 <= number <= len(labels) for number in numbers):
        raise NotUnderstood(f"The options go from 1 to {len(labels)}.")
    if len(numbers) > 1 and not question.get("multi"):
        raise NotUnderstood("One of them only.")
    return [labels[number - 1] for number in dict.fromkeys(numbers)]


def arguments_in(text: str) -> dict[str, Any]:
    """Edited arguments."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise NotUnderstood(f"That is no JSON: {error}.") from None
    if not isinstance(value, dict):
        raise NotUnderstood("The arguments are a JSON object.")
    return cast("dict[str, Any]", value)


def decided(typed: str) -> dict[str, Any]:
    """What a line means for a call that waits; `edit` and `say` ask for more."""
    word, _, rest = typed.strip().partition(" ")
    match word.lower():
        case "y" | "yes":
            return {"decision": "approve"}
        case "s":
            return {"decision": "approve", "remember": "session"}
        case "t":
            return {"decision": "approve", "remember": "tool"}
        case "n" | "no":
            return {"decision": "reject", **({"message": rest.strip()} if rest.strip() else {})}
        case "e" | "edit":
            return {"decision": "approve", "arguments": arguments_in(rest) if rest.strip() else None}
        case _:
            raise NotUnderstood(f"Type one of: {YES}.")


def how_to_answer(waiting: Waiting) -> str:
    """How to answer later, and from anywhere."""
    where = f"{waiting.run_id} {waiting.call_id}"
    if waiting.kind == "question":
        asks = "; ".join(one_line(question["question"]) for question in waiting.questions)
        return f'A question waits for you: {asks}\nAnswer it with: palaver approvals answer {where} "..."'
    return (
        f"{one_line(waiting.name)} {one_line(waiting.arguments)} waits for your yes.\n"
        f"Answer with: palaver approvals approve {where}\n"
        f'         or: palaver approvals reject {where} --message "..."'
    )
