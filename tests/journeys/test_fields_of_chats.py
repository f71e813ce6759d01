"""Every field that chats of AG-UI and the AI SDK can send is decided on: taken, refused, or known to say nothing.

The fields are read from the clients' own schemas and requests: one that comes with their next version fails here.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from palaver.surfaces.ag_ui import asked as ag_ui
from palaver.surfaces.ai_sdk.asked import ChatBody
from tests.journeys.node_clients import told

# Marks of the protocol's own bookkeeping, which say nothing to a model: decisions/0029.
SILENT = {"encryptedValue", "metadata", "subagentRunId", "id", "type"}
TAKEN: Mapping[str, type[BaseModel]] = {
    "RunAgentInput": ag_ui.RunInput,
    "Message": ag_ui.AgMessage,
    "Tool": ag_ui._Tool,
    "ToolCall": ag_ui._Call,
    "Context": ag_ui._Context,
    "ResumeEntry": ag_ui._Resume,
}
READ = {"ContentPart": {"text", "source"}, "PartSource": {"value", "mimeType", "provider"}, "Message": {"activityType"}}


async def test_every_field_of_chats_is_decided_on() -> None:
    found = await told("fields.mjs", url="", key="")
    for name, fields in found["ag_ui"].items():
        model = TAKEN.get(name)
        taken = {field.alias or own for own, field in model.model_fields.items()} if model else set[str]()
        assert fields
        assert set(fields) - SILENT <= taken | READ.get(name, set()), name
    taken = {field.alias or own for own, field in ChatBody.model_fields.items()}
    assert found["ai_sdk"]
    assert set(found["ai_sdk"]) <= taken
