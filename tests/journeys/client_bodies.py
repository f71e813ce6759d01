"""Bodies of other protocols that are right, with a bit of everything; what is asked with them is for tests to say."""

from typing import Any

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
TEXT = "SGVsbG8="
MODEL = "fake/fake-n2-t1"
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}

CHAT: dict[str, Any] = {
    "model": MODEL,
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "auto"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "a", "type": "function", "function": {"name": "look", "arguments": '{"n": 1}'}}],
        },
        {"role": "tool", "tool_call_id": "a", "content": "a pixel"},
        {"role": "assistant", "content": "A pixel."},
        {"role": "user", "content": "And now?"},
    ],
    "tools": [{"type": "function", "function": {"name": "look", "description": "Look.", "parameters": SCHEMA}}],
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "response_format": {"type": "text"},
    "stream": False,
    "stop": ["END"],
    "max_completion_tokens": 99,
    "temperature": 0.5,
    "top_p": 0.5,
    "n": 1,
    "reasoning_effort": "low",
    "metadata": {"topic": "x"},
    "user": "u-1",
}
RESPONSES: dict[str, Any] = {
    "model": MODEL,
    "instructions": "Be brief.",
    "input": [
        {"role": "developer", "content": "Be kind."},
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "What is it?"},
                {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}", "detail": "auto"},
            ],
        },
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {"type": "function_call", "call_id": "a", "name": "look", "arguments": '{"n": 1}', "status": "completed"},
        {"type": "function_call_output", "call_id": "a", "output": "a pixel"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "A pixel."}]},
        {"role": "user", "content": "And now?"},
    ],
    "tools": [{"type": "function", "name": "look", "description": "Look.", "parameters": SCHEMA, "strict": True}],
    "tool_choice": {"type": "function", "name": "look"},
    "text": {"format": {"type": "text"}},
    "reasoning": {"effort": "low", "summary": "auto"},
    "stream": False,
    "max_output_tokens": 99,
    "temperature": 0.5,
    "truncation": "auto",
    "metadata": {"topic": "x"},
}
MESSAGES: dict[str, Any] = {
    "model": MODEL,
    "max_tokens": 9_000,
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "5m"}}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
                {
                    "type": "document",
                    "source": {"type": "text", "media_type": "text/plain", "data": "Notes."},
                    "title": "Notes",
                    "context": "From last week.",
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "x"},
                {"type": "tool_use", "id": "a", "name": "look", "input": {"n": 1}},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "a pixel"}]},
        {"role": "assistant", "content": "A pixel."},
        {"role": "user", "content": "And now?"},
    ],
    "tools": [{"name": "look", "description": "Look.", "input_schema": SCHEMA}],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": False},
    "thinking": {"type": "enabled", "budget_tokens": 2_048},
    "output_config": {"effort": "low"},
    "stop_sequences": ["END"],
    "stream": False,
    "metadata": {"user_id": "u-1"},
}
AI_SDK: dict[str, Any] = {
    "id": "chat",
    "trigger": "submit-message",
    "messageId": None,
    "model": MODEL,
    "client_tools": [{"name": "look", "description": "Look.", "parameters": SCHEMA}],
    "messages": [
        {
            "id": "u1",
            "role": "user",
            "metadata": {"x": 1},
            "parts": [
                {"type": "text", "text": "What is it?", "state": "done"},
                {"type": "file", "mediaType": "image/png", "url": f"data:image/png;base64,{PIXEL}"},
                {
                    "type": "file",
                    "mediaType": "text/plain",
                    "filename": "a.txt",
                    "url": f"data:text/plain;base64,{TEXT}",
                },
            ],
        },
        {
            "id": "a1",
            "role": "assistant",
            "metadata": {"palaver": {"message_id": "msg_1"}},
            "parts": [
                {"type": "step-start"},
                {"type": "reasoning", "text": "Hm."},
                {
                    "type": "tool-look",
                    "toolCallId": "a",
                    "state": "output-available",
                    "input": {"n": 1},
                    "output": {"k": "a pixel"},
                },
                {"type": "step-start"},
                {"type": "text", "text": "A pixel."},
            ],
        },
        {"id": "u2", "role": "user", "parts": [{"type": "text", "text": "And now?"}]},
    ],
}
AG_UI: dict[str, Any] = {
    "threadId": "thread",
    "runId": "run",
    "state": {"page": "garden"},
    "messages": [
        {"id": "s", "role": "system", "content": "Be brief."},
        {
            "id": "u1",
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image", "source": {"type": "data", "value": PIXEL, "mimeType": "image/png"}},
                {"type": "document", "source": {"type": "data", "value": TEXT, "mimeType": "text/plain"}},
            ],
        },
        {
            "id": "a1",
            "role": "assistant",
            "content": None,
            "toolCalls": [{"id": "a", "type": "function", "function": {"name": "look", "arguments": '{"n": 1}'}}],
        },
        {"id": "t1", "role": "tool", "toolCallId": "a", "content": "a pixel"},
        {"id": "a2", "role": "assistant", "content": "A pixel."},
        {"id": "u2", "role": "user", "content": "And now?"},
    ],
    "tools": [{"name": "look", "description": "Look.", "parameters": SCHEMA}],
    "context": [{"description": "Where", "value": "here"}],
    "forwardedProps": {"model": MODEL},
}
CONVERSATION: dict[str, Any] = {
    "metadata": {"topic": "x"},
    "items": [
        {"role": "user", "content": [{"type": "input_text", "text": "What is it?"}]},
        {"type": "function_call", "call_id": "a", "name": "look", "arguments": '{"n": 1}'},
        {"type": "function_call_output", "call_id": "a", "output": "a pixel"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "A pixel."}]},
    ],
}
VECTORS: dict[str, Any] = {"model": "fake/any", "input": ["one", "two"], "encoding_format": "float", "user": "u-1"}
