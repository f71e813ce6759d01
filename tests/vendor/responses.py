"""OpenAI's responses as the fake vendor writes and checks them; a thought must come back as it was sealed."""

import json
from itertools import count
from typing import Any

from tests.vendor.script import Drop, Pause, Reply, Stall, Step
from tests.vendor.script import failure as failure_of
from tests.vendor.spoken import Answer, Body, Call, Say, Think, Trouble, bad_ids, pairs_are_whole, seal_of


class _Stream:
    """The events of one answer, numbered as the vendor numbers them."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.output: list[dict[str, Any]] = []
        self._numbers = count()

    def tell(self, name: str, **fields: Any) -> None:
        data = {"type": name, "sequence_number": next(self._numbers), **fields}
        self.steps.append(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())

    def item(self, head: dict[str, Any], whole: dict[str, Any], *deltas: tuple[str, dict[str, Any]]) -> None:
        at = len(self.output)
        self.tell("response.output_item.added", output_index=at, item=head)
        for name, fields in deltas:
            self.tell(name, output_index=at, item_id=head["id"], **fields)
        self.tell("response.output_item.done", output_index=at, item=whole)
        self.output.append(whole)


def written(answer: Answer, body: Body) -> Reply:
    """The answer as a stream."""
    stream = _Stream()
    response: dict[str, Any] = {"id": "resp_fake", "object": "response", "model": body["model"], "error": None}
    stream.tell("response.created", response={**response, "status": "in_progress", "output": []})
    said: list[str] = []
    for word in answer.words:
        match word:
            case Say(text=text):
                if not said:
                    head = {"type": "message", "id": "msg_fake", "role": "assistant", "content": []}
                    stream.tell("response.output_item.added", output_index=len(stream.output), item=head)
                said.append(text)
                stream.tell("response.output_text.delta", output_index=len(stream.output), content_index=0, delta=text)
                continue
            case Pause():
                stream.steps.append(word)
                continue
            case Trouble(code=code):
                stream.tell("error", code=code, message="sk-secret-do-not-repeat", param=None)
                return Reply(stream.steps)
            case Stall() | Drop():
                return Reply([*stream.steps, word])
            case Think():
                _close(stream, said)
                _think(stream, word)
            case Call():
                _close(stream, said)
                _call(stream, word)
    _close(stream, said)
    return _ended(stream, response, answer)


def refused(body: Body) -> Reply | None:
    """What the vendor does not take."""
    turns: list[tuple[Any, str]] = []
    for item in body["input"]:
        kind = item.get("type", "message")
        if kind == "reasoning" and item.get("encrypted_content") != seal_of(item["id"]):
            return failure_of(400, {"type": "invalid_request_error", "code": "invalid_encrypted_content"})
        turns += [("other", "")] if item.get("role") == "user" else []
        turns += [("call", item["call_id"])] if kind == "function_call" else []
        turns += [("result", item["call_id"])] if kind == "function_call_output" else []
    wrong = pairs_are_whole(turns) or bad_ids([one for _, one in turns if one], "[a-zA-Z0-9_-]{1,64}")
    if body.get("store") is not False:
        wrong = "nothing may be kept"
    return failure_of(400, {"type": "invalid_request_error", "code": str(wrong)}) if wrong else None


def _close(stream: _Stream, said: list[str]) -> None:
    if said:
        content = [{"type": "output_text", "text": "".join(said), "annotations": []}]
        whole = {"type": "message", "id": "msg_fake", "role": "assistant", "status": "completed", "content": content}
        stream.tell("response.output_text.done", output_index=len(stream.output), text="".join(said))
        stream.tell("response.output_item.done", output_index=len(stream.output), item=whole)
        stream.output.append(whole)
        said.clear()


def _think(stream: _Stream, thought: Think) -> None:
    name = f"rs_{len(stream.output)}"
    summary = [] if thought.hidden else [{"type": "summary_text", "text": thought.text}]
    pieces = [] if thought.hidden else list(thought.pieces)
    deltas = [("response.reasoning_summary_text.delta", {"summary_index": 0, "delta": piece}) for piece in pieces]
    whole: dict[str, Any] = {"type": "reasoning", "id": name, "summary": summary}
    if thought.sealed:
        whole["encrypted_content"] = seal_of(name)
    stream.item({"type": "reasoning", "id": name, "summary": []}, whole, *deltas)


def _call(stream: _Stream, call: Call) -> None:
    head = {"type": "function_call", "id": f"fc_{call.call_id}", "call_id": call.call_id, "name": call.name}
    whole = "".join(call.pieces)
    stream.item(
        {**head, "arguments": "", "status": "in_progress"},
        {**head, "arguments": whole, "status": "completed"},
        *(("response.function_call_arguments.delta", {"delta": piece}) for piece in call.pieces),
        ("response.function_call_arguments.done", {"arguments": whole}),
    )


def _ended(stream: _Stream, response: dict[str, Any], answer: Answer) -> Reply:
    into, out = answer.tokens.get("prompt_tokens", 0), answer.tokens.get("completion_tokens", 0)
    usage = {"input_tokens": into, "output_tokens": out, "total_tokens": into + out} if answer.tokens else None
    whole = {**response, "output": stream.output, "usage": usage, "incomplete_details": None}
    if answer.reason == "stop":
        stream.tell("response.completed", response={**whole, "status": "completed"})
    else:
        why = {"reason": "max_output_tokens" if answer.reason == "length" else "content_filter"}
        stream.tell("response.incomplete", response={**whole, "status": "incomplete", "incomplete_details": why})
    return Reply(stream.steps)
