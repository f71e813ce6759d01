// Anthropic's own client for Node over Messages: prints what it got.
import Anthropic from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";

const { url, key, model } = JSON.parse(process.env.GIVEN);
const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
const messages = [{ role: "user", content: "Hello" }];
const max_tokens = 99;

const whole = await client.messages.create({ model, max_tokens, messages });

const pieces = [];
const stream = client.messages.stream({ model, max_tokens, messages, thinking: { type: "adaptive" } });
stream.on("text", (piece) => pieces.push(piece));
const streamed = await stream.finalMessage();

const weather = betaTool({
  name: "weather",
  description: "How the weather is.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  run: ({ city }) => `sun in ${city}`,
});
const ran = await client.beta.messages.toolRunner({
  model,
  max_tokens,
  tools: [weather],
  messages: [{ role: "user", content: "How is the weather?" }],
});

const failures = [];
for (const wrong of [{ model: "nobody/nothing" }, { temperature: 0.5 }, { max_tokens: 0 }]) {
  try {
    await client.messages.create({ model, max_tokens, messages, ...wrong });
  } catch (error) {
    failures.push([error.status, error.constructor.name, error.error.error.type, Boolean(error.requestID)]);
  }
}

const broken = client.messages.stream({ model, max_tokens, messages });
const half = [];
broken.on("text", (piece) => half.push(piece));
const end = await broken.finalMessage().then(
  () => "whole",
  (error) => error.error?.error?.type ?? error.constructor.name,
);

console.log(
  JSON.stringify({
    whole: whole.content,
    streamed: streamed.content.map((block) => block.type),
    said: streamed.content.at(-1).text,
    pieces: pieces.length,
    usage: streamed.usage.input_tokens > 0 && streamed.usage.output_tokens > 0,
    stop: streamed.stop_reason,
    ran: ran.content[0].text,
    failures,
    half: half.join(""),
    end,
    counted: (await client.messages.countTokens({ model, messages })).input_tokens,
    models: (await client.models.list()).data.length > 0,
  }),
);
