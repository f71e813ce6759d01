"""Anthropic's messages as the fake vendor writes and checks them; a thought must come back as it was sealed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.vendor.script import Drop, Pause, Reply, Stall, Step
from tests.vendor.spoken import Answer, Body, Call, Say, Think, Trouble, bad_ids, pairs_are_whole, seal_of


def told(name: str, **fields: Any) -> bytes:
    """One event, with its name above the data as the vendor sends it."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n".encode()


def failure(status: int, kind: str, message: str = "sk-secret-do-not-repeat", **headers: str) -> Reply:
    """A refusal in the vendor's words."""
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_fake"}
    return Reply([json.dumps(body).encode()], status, "application/json", headers)


def written(answer: Answer, body: Body) -> Reply:
    """The answer as a stream."""
    into = {"input_tokens": answer.tokens.get("prompt_tokens", 0), "output_tokens": 1}
    message = {"id": "msg_fake", "type": "message", "role": "assistant", "content": [], "model": body["model"]}
    steps: list[Step] = [told("message_start", message={**message, "usage": into if answer.tokens else None})]
    steps.append(told("ping"))
    index = 0
    for words in _grouped(answer):
        match words[0]:
            case Trouble(code=code):
                error = {"type": code, "message": "sk-secret-do-not-repeat"}
                return Reply([*steps, told("error", error=error)])
            case Pause() as pause:
                steps.append(pause)
                continue
            case Stall() | Drop() as end:
                return Reply([*steps, end])
            case _:
                steps += _block(index, words)
                index += 1
    calls = "tool_use" if answer.calls else "end_turn"
    reason = {"stop": calls, "length": "max_tokens", "refusal": "refusal"}[answer.reason]
    out = {"output_tokens": answer.tokens.get("completion_tokens", 0)} if answer.tokens else {}
    steps.append(told("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=out))
    return Reply([*steps, told("message_stop")])


def refused(body: Body) -> Reply | None:
    """What the vendor does not take."""
    wrong = _wrong_with(body)
    return failure(400, "invalid_request_error", wrong) if wrong else None


def _wrong_with(body: Body) -> str | None:
    messages = body["messages"]
    roles = [message["role"] for message in messages]
    if not isinstance(body.get("max_tokens"), int) or not roles or roles[0] != "user" or roles[-1] != "user":
        return "max_tokens, and a conversation that begins and ends with the user, are required"
    turns: list[tuple[Any, str]] = []
    for message in messages:
        blocks = message["content"]
        if message["role"] == "assistant" or all(block["type"] != "tool_result" for block in blocks):
            turns.append(("other", ""))
        turns += [("call", block["id"]) for block in blocks if block["type"] == "tool_use"]
        turns += [("result", block["tool_use_id"]) for block in blocks if block["type"] == "tool_result"]
    if any(kind == "call" for kind, _ in turns) and not body.get("tools"):
        return "tools are required where tools were used"
    empty = [b for m in messages for b in m["content"] if b["type"] == "text" and not b["text"].strip()]
    wrong = pairs_are_whole(turns) or bad_ids([one for _, one in turns if one], "[a-zA-Z0-9_-]+")
    return str(wrong or empty) if wrong or empty else _wrong_thought(body)


def _wrong_thought(body: Body) -> str | None:
    """Seals that were altered, and the answer that is gone on with but lost its thought."""
    for message in body["messages"]:
        for block in message["content"]:
            if block["type"] == "thinking" and block.get("signature") != seal_of(block["thinking"]):
                return "Invalid `signature` in `thinking` block"
            if block["type"] == "redacted_thinking" and not block.get("data", "").startswith("sealed_"):
                return "Invalid `data` in `redacted_thinking` block"
    answers = [message["content"] for message in body["messages"] if message["role"] == "assistant"]
    going_on = body["messages"][-1]["content"][-1]["type"] == "tool_result" and answers
    enabled = (body.get("thinking") or {}).get("type") == "enabled"
    if going_on and enabled and answers[-1][0]["type"] not in ("thinking", "redacted_thinking"):
        return "Expected `thinking` or `redacted_thinking`, but found `tool_use`"
    return None


def _grouped(answer: Answer) -> Iterator[list[Any]]:
    """Texts that follow each other are one block."""
    said: list[Any] = []
    for word in answer.words:
        if isinstance(word, Say):
            said.append(word)
            continue
        if said:
            yield said
            said = []
        yield [word]
    if said:
        yield said


def _block(index: int, words: list[Any]) -> list[Step]:
    head, deltas = _content(words)
    grown = [told("content_block_delta", index=index, delta=delta) for delta in deltas]
    return [
        told("content_block_start", index=index, content_block=head),
        *grown,
        told("content_block_stop", index=index),
    ]


def _content(words: list[Any]) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    match words[0]:
        case Think(hidden=True) as thought:
            return {"type": "redacted_thinking", "data": seal_of(thought.text)}, []
        case Think(pieces=pieces, sealed=sealed) as thought:
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
            seal = [{"type": "signature_delta", "signature": seal_of(thought.text)}] if sealed else []
            return {"type": "thinking", "thinking": "", "signature": ""}, [*deltas, *seal]
        case Call(call_id=call_id, name=name, pieces=pieces):
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ("", *pieces)]
            return {"type": "tool_use", "id": call_id, "name": name, "input": {}}, deltas
        case _:
            return {"type": "text", "text": ""}, [{"type": "text_delta", "text": word.text} for word in words]
