// What the clients of chats can send, as their own schemas and transports say.
import * as schemas from "@ag-ui/core/schemas";
import { DefaultChatTransport } from "ai";

const inner = (schema) => (schema?.def?.innerType ? inner(schema.def.innerType) : schema?.def?.in ? inner(schema.def.in) : schema);
const fields = (schema) => {
  const one = inner(schema);
  if (one.shape) return Object.keys(one.shape);
  return [...new Set((one.def.options ?? []).flatMap(fields))].sort();
};

const sent = [];
const transport = new DefaultChatTransport({
  api: "http://localhost/none",
  fetch: async (_, { body }) => {
    sent.push(...Object.keys(JSON.parse(body)));
    return new Response("", { status: 500 });
  },
});
for (const trigger of ["submit-message", "regenerate-message"])
  await transport
    .sendMessages({ chatId: "a", trigger, messageId: "m", messages: [{ id: "u", role: "user", parts: [] }] })
    .catch(() => null);

const named = ["RunAgentInput", "Message", "ContentPart", "PartSource", "Tool", "ToolCall", "Context", "ResumeEntry"];
const agUi = Object.fromEntries(named.map((name) => [name, fields(schemas[`${name}Schema`])]));
console.log(JSON.stringify({ ag_ui: agUi, ai_sdk: [...new Set(sent)].sort() }));
