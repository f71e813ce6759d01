"""OpenAI's chat completions as the fake vendor writes and checks them."""

from typing import Any

from tests.vendor.script import Drop, Pause, Reply, Stall, Step, chunk, done, event, failure, finish
from tests.vendor.spoken import Answer, Body, Call, Say, Think, Trouble, bad_ids, pairs_are_whole


def written(answer: Answer, body: Body) -> Reply:
    """The answer as a stream."""
    del body
    steps: list[Step] = [chunk({"role": "assistant", "content": ""})]
    order = {id(call): index for index, call in enumerate(answer.calls)}
    for word in answer.words:
        match word:
            case Say(text=text):
                steps.append(chunk({"content": text}))
            case Think(pieces=pieces):
                steps += [chunk({"reasoning_content": piece}) for piece in pieces]
            case Call():
                steps += [] if answer.together else _call(word, order[id(word)])
            case Trouble(code=code):
                trouble = {"message": "sk-secret-do-not-repeat", "type": code, "code": code}
                return Reply([*steps, event({"error": trouble})])
            case Pause():
                steps.append(word)
            case Stall() | Drop():
                return Reply([*steps, word])
    if answer.together:
        steps += _together(answer)
    reason = {"stop": "tool_calls" if order else "stop", "length": "length", "refusal": "content_filter"}
    return Reply([*steps, finish(reason[answer.reason], answer.tokens), done()])


def refused(body: Body) -> Reply | None:
    """What the vendor does not take."""
    turns: list[tuple[Any, str]] = []
    for message in body["messages"]:
        calls = message.get("tool_calls") or []
        turns += [("other", "")] if message["role"] in ("user", "assistant") else []
        turns += [("call", call["id"]) for call in calls]
        turns += [("result", message["tool_call_id"])] if message["role"] == "tool" else []
    wrong = pairs_are_whole(turns) or bad_ids([one for _, one in turns if one], "[!-~]{1,40}")
    return failure(400, {"type": "invalid_request_error", "code": str(wrong)}) if wrong else None


def _head(call: Call, index: int) -> bytes:
    function = {"name": call.name, "arguments": ""}
    return chunk({"tool_calls": [{"index": index, "id": call.call_id, "type": "function", "function": function}]})


def _piece(index: int, piece: str) -> bytes:
    return chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})


def _call(call: Call, index: int) -> list[Step]:
    return [_head(call, index), *(_piece(index, piece) for piece in call.pieces)]


def _together(answer: Answer) -> list[Step]:
    steps: list[Step] = [_head(call, index) for index, call in enumerate(answer.calls)]
    for at in range(max((len(call.pieces) for call in answer.calls), default=0)):
        steps += [_piece(index, call.pieces[at]) for index, call in enumerate(answer.calls) if at < len(call.pieces)]
    return steps
