// OpenAI's own client for Node over responses and conversations: prints what it got.
import OpenAI from "openai";

const { url, key, model, slow } = JSON.parse(process.env.GIVEN);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
const tools = [
  {
    type: "function",
    name: "weather",
    description: "How the weather is.",
    strict: true,
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
  },
];

const whole = await client.responses.create({ model, input: "Hello" });

const pieces = [];
const stream = client.responses.stream({ model, input: "And again?", previous_response_id: whole.id });
stream.on("response.output_text.delta", (event) => pieces.push(event.delta));
const streamed = await stream.finalResponse();

const resumed = [];
for await (const event of await client.responses.retrieve(streamed.id, { stream: true, starting_after: 2 })) {
  resumed.push(event.sequence_number);
}

const conversation = await client.conversations.create({ metadata: { topic: "demo" } });
const asked = await client.responses.create({ model, input: "How is the weather?", tools, conversation: conversation.id });
const outputs = asked.output
  .filter((item) => item.type === "function_call")
  .map((item) => ({
    type: "function_call_output",
    call_id: item.call_id,
    output: `sun in ${JSON.parse(item.arguments).city}`,
  }));
const ran = await client.responses.create({ model, input: outputs, tools, conversation: conversation.id });
const items = [];
for await (const item of client.conversations.items.list(conversation.id, { order: "asc" })) items.push(item.type);

const background = await client.responses.create({ model: slow, input: "Work", background: true });
const cancelled = await client.responses.cancel(background.id);

const failures = [];
for (const wrong of [{ model: "nobody/nothing" }, { store: false }, { previous_response_id: "resp_x" }]) {
  try {
    await client.responses.create({ model, input: "Hello", ...wrong });
  } catch (error) {
    failures.push([error.status, error.code, error.param ?? null]);
  }
}

console.log(
  JSON.stringify({
    whole: whole.output_text,
    streamed: streamed.output_text,
    pieces: pieces.join(""),
    resumed,
    ran: ran.output_text,
    items,
    background: [background.background, cancelled.status],
    failures,
  }),
);
