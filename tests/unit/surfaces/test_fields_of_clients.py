"""Every field that the official clients can send is decided on: taken by our model of it, or refused by its name.

The fields are those of the clients' own types: one that comes with their next version fails here until it is decided.
That what is taken is honoured is shown by the journeys.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, get_args

import pytest
from anthropic import types as claude
from anthropic.types import message_count_tokens_params, message_create_params
from anthropic.types.beta import message_create_params as beta_params
from openai.types import chat, embedding_create_params, responses, shared_params
from openai.types.chat import chat_completion_content_part_image_param, chat_completion_message_function_tool_call_param
from openai.types.chat import completion_create_params as chat_params
from openai.types.conversations import conversation_create_params
from openai.types.responses import response_create_params, response_input_item_param
from openai.types.shared_params import response_format_json_schema
from pydantic import BaseModel

from palaver.surfaces.anthropic_messages import asked as messages
from palaver.surfaces.anthropic_messages import blocks
from palaver.surfaces.openai_chat import asked as completions
from palaver.surfaces.openai_embeddings import EmbeddingsRequest
from palaver.surfaces.openai_responses import asked as answers
from palaver.surfaces.openai_responses import conversations as rooms
from palaver.surfaces.openai_responses import input_items as items


class Decided(NamedTuple):
    """The client's types of one thing, our model of it, and what of theirs is refused by name."""

    theirs: Collection[Any]
    ours: type[BaseModel]
    refused: Collection[str] = ()
    neutral: Mapping[str, Any] = {}  # taken where it says what happens anyway, refused otherwise


CACHED = {"prompt_cache_breakpoint"}
DECIDED = {
    "chat": Decided(
        [chat_params.CompletionCreateParams],
        completions.ChatRequest,
        {"moderation", "prompt_cache_options"},
        completions.NEUTRAL,
    ),
    "chat message": Decided([chat.ChatCompletionMessageParam], completions.ChatMessage),
    "chat text": Decided([chat.ChatCompletionContentPartTextParam], completions._Text, CACHED),
    "chat image": Decided([chat.ChatCompletionContentPartImageParam], completions._Image, CACHED),
    "chat image url": Decided([chat_completion_content_part_image_param.ImageURL], completions._ImageUrl),
    "chat tool": Decided([chat.ChatCompletionFunctionToolParam], completions.ChatTool),
    "chat function": Decided([shared_params.FunctionDefinition], completions._FunctionTool),
    "chat call": Decided(
        [chat_completion_message_function_tool_call_param.ChatCompletionMessageFunctionToolCallParam],
        completions._Call,
    ),
    "chat called": Decided([chat_completion_message_function_tool_call_param.Function], completions._Function),
    "chat form": Decided([chat_params.ResponseFormat], completions._Format),
    "chat schema": Decided([response_format_json_schema.JSONSchema], completions._Schema),
    "chat stream options": Decided([chat.ChatCompletionStreamOptionsParam], completions._StreamOptions),
    "embedding": Decided(
        [embedding_create_params.EmbeddingCreateParams], EmbeddingsRequest, neutral={"dimensions": ()}
    ),
    "response": Decided(
        [response_create_params.ResponseCreateParams], answers.ResponseRequest, neutral=answers.NEUTRAL
    ),
    "response tool": Decided(
        [responses.FunctionToolParam], answers._Tool, {"allowed_callers", "async", "defer_loading", "output_schema"}
    ),
    "response text": Decided([responses.ResponseTextConfigParam], answers._Wording),
    "response form": Decided([responses.ResponseFormatTextJSONSchemaConfigParam], answers._SchemaForm),
    "response reasoning": Decided([shared_params.Reasoning], answers._Reasoning, {"context", "mode"}),
    "response stream options": Decided([response_create_params.StreamOptions], answers._StreamOptions),
    "item said": Decided(
        [
            responses.EasyInputMessageParam,
            response_input_item_param.Message,
            responses.ResponseOutputMessageParam,
        ],
        items.Spoken,
    ),
    "item called": Decided([responses.ResponseFunctionToolCallParam], items.Called, {"async", "caller", "namespace"}),
    "item returned": Decided(
        [response_input_item_param.FunctionCallOutput], items.Returned, {"caller", "name", "namespace"}
    ),
    "item thought": Decided([responses.ResponseReasoningItemParam], items.Thought),
    "item named": Decided([response_input_item_param.ItemReference], items.Reference),
    "item text": Decided([responses.ResponseInputTextParam, responses.ResponseOutputTextParam], items._Text, CACHED),
    "item image": Decided([responses.ResponseInputImageParam], items._Image, CACHED),
    "item file": Decided([responses.ResponseInputFileParam], items._File, CACHED | {"detail", "file_data", "file_url"}),
    "conversation": Decided([conversation_create_params.ConversationCreateParams], rooms._Begun),
    "messages": Decided([message_create_params.MessageCreateParams], blocks.MessagesRequest, neutral=messages.NEUTRAL),
    "messages in beta": Decided(
        [beta_params.MessageCreateParams],
        blocks.MessagesRequest,
        {"billing_policy", "compaction", "fallback_credit_token", "fallbacks"},
        neutral=messages.NEUTRAL,
    ),
    "counting": Decided(
        [message_count_tokens_params.MessageCountTokensParams], blocks.Counted, neutral=messages.NEUTRAL
    ),
    "said": Decided([claude.MessageParam], blocks.Said),
    "text": Decided([claude.TextBlockParam], blocks.Text),
    "image": Decided([claude.ImageBlockParam], blocks.Image, {"transformations"}),
    "document": Decided([claude.DocumentBlockParam], blocks.Document),
    "tool use": Decided([claude.ToolUseBlockParam], blocks.ToolUse, {"toolset_name"}),
    "tool result": Decided([claude.ToolResultBlockParam], blocks.ToolResult, {"toolset_name"}),
    "thinking": Decided([claude.ThinkingBlockParam], blocks.Thinking),
    "redacted": Decided([claude.RedactedThinkingBlockParam], blocks.Redacted),
    "tool": Decided([claude.ToolParam], blocks.Tool, {"input_examples"}),
    "choice": Decided([claude.ToolChoiceParam], blocks.Choice),
    "metadata": Decided([claude.MetadataParam], blocks.Metadata),
    "cache": Decided([claude.CacheControlEphemeralParam], blocks.Cache),
    "output": Decided([claude.OutputConfigParam], blocks.Output),
    "thoughts": Decided([claude.ThinkingConfigParam], blocks.Thought),
}


def fields_of(kind: Any) -> set[str]:
    """The fields of a typed dictionary, or of all that a union holds."""
    if hasattr(kind, "__required_keys__"):
        return set(kind.__required_keys__ | kind.__optional_keys__)
    return set().union(*map(fields_of, get_args(kind))) if get_args(kind) else set()


@pytest.mark.parametrize("name", DECIDED)
def test_every_field_of_the_client_is_decided_on(name: str) -> None:
    one = DECIDED[name]
    theirs = set().union(*map(fields_of, one.theirs))
    taken = {field.alias or own for own, field in one.ours.model_fields.items()} | set(one.neutral)
    assert theirs
    assert theirs - taken == set(one.refused)
    assert one.ours.model_config.get("extra") == "forbid"  # what is not taken is refused, and by name
