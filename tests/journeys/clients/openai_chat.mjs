// OpenAI's own client for Node over Chat Completions: prints what it got.
import OpenAI from "openai";

const { url, key, model } = JSON.parse(process.env.GIVEN);
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
const messages = [{ role: "user", content: "Hello" }];
const tools = [
  {
    type: "function",
    function: {
      name: "weather",
      description: "How the weather is.",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];

const whole = await client.chat.completions.create({ model, messages });

const pieces = [];
const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
stream.on("content", (piece) => pieces.push(piece));
const streamed = await stream.finalChatCompletion();

const runner = client.chat.completions.runTools({
  model: `${model}`,
  messages: [{ role: "user", content: "How is the weather?" }],
  tools: [{ ...tools[0], function: { ...tools[0].function, parse: JSON.parse, function: ({ city }) => `sun in ${city}` } }],
});
const ran = await runner.finalContent();

const failures = [];
for (const wrong of [{ model: "nobody/nothing" }, { seed: 3 }]) {
  try {
    await client.chat.completions.create({ model, messages, ...wrong });
  } catch (error) {
    failures.push([error.status, error.code, error.param ?? null]);
  }
}

console.log(
  JSON.stringify({
    whole: whole.choices[0].message.content,
    streamed: streamed.choices[0].message.content,
    pieces: pieces.length,
    usage: streamed.usage.total_tokens > 0,
    ran,
    failures,
    models: (await client.models.list()).data.length > 0,
  }),
);
