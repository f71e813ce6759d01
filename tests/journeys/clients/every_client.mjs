// Four clients of models, unchanged, with one and the same work: each tells what it got in the same words.
const { url, key, client: name, part } = JSON.parse(process.env.GIVEN);
const loaded = async (names, from) => (names.includes(name) ? await import(from) : {}); // each takes a while to load
const { default: OpenAI } = await loaded(["chat", "responses"], "openai");
const { default: Anthropic } = await loaded(["anthropic"], "@anthropic-ai/sdk");
const { createOpenAI } = await loaded(["ai_chat", "ai_responses"], "@ai-sdk/openai");
const { generateText, jsonSchema, Output, streamText, tool } = await loaded(["ai_chat", "ai_responses"], "ai");
const MODEL = "fake/gpt-5.4";
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const CITY = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const NUMBER = { type: "object", properties: { n: { type: "integer" } }, required: ["n"], additionalProperties: false };
const WEATHER = { name: "weather", description: "How the weather is." };

// Each: `ask` with { prompt | results, before, image, tools, form, stream, signal, key, model, wrong } gives
// { text, calls: [[id, city]], pieces, used, before }; `before` is the history that goes with the next question.
const chat = (() => {
  const said = ({ prompt, image }) =>
    image
      ? [{ type: "text", text: prompt }, { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } }]
      : prompt;
  return async ({ prompt, results, before = [], image, tools, form, stream, signal, key: other, model = MODEL, wrong, onPiece }) => {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: other ?? key, maxRetries: 0 });
    const fresh = results
      ? results.map(([id, content]) => ({ role: "tool", tool_call_id: id, content }))
      : [{ role: "user", content: said({ prompt, image }) }];
    const messages = [...before, ...fresh];
    const asked = { model, messages, ...wrong };
    if (tools) asked.tools = [{ type: "function", function: { ...WEATHER, parameters: CITY } }];
    if (form) asked.response_format = { type: "json_schema", json_schema: { name: "number", schema: NUMBER, strict: true } };
    const pieces = [];
    let whole;
    if (stream) {
      const heard = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } }, { signal });
      heard.on("content", (piece) => (pieces.push(piece), onPiece?.(piece)));
      whole = await heard.finalChatCompletion();
    } else whole = await client.chat.completions.create(asked, { signal });
    const { message } = whole.choices[0];
    const calls = (message.tool_calls ?? []).map((one) => [one.id, JSON.parse(one.function.arguments).city]);
    return { text: message.content, calls, pieces, used: whole.usage.total_tokens > 0, before: [...messages, message] };
  };
})();

const responses = async ({ prompt, results, before = [], image, tools, form, stream, signal, key: other, model = MODEL, wrong, onPiece }) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: other ?? key, maxRetries: 0 });
  const content = [{ type: "input_text", text: prompt }];
  if (image) content.push({ type: "input_image", image_url: `data:image/png;base64,${PIXEL}`, detail: "auto" });
  const fresh = results
    ? results.map(([call_id, output]) => ({ type: "function_call_output", call_id, output }))
    : [{ role: "user", content }];
  const input = [...before, ...fresh];
  const asked = { model, input, ...wrong };
  if (tools) asked.tools = [{ type: "function", ...WEATHER, strict: true, parameters: CITY }];
  if (form) asked.text = { format: { type: "json_schema", name: "number", schema: NUMBER, strict: true } };
  const pieces = [];
  let whole;
  if (stream) {
    const heard = client.responses.stream(asked, { signal });
    heard.on("response.output_text.delta", (event) => (pieces.push(event.delta), onPiece?.(event.delta)));
    whole = await heard.finalResponse();
  } else whole = await client.responses.create(asked, { signal });
  if (whole.status === "failed") throw new Error(whole.error.message);
  const calls = whole.output.filter((one) => one.type === "function_call");
  return {
    text: whole.output_text,
    calls: calls.map((one) => [one.call_id, JSON.parse(one.arguments).city]),
    pieces,
    used: whole.usage?.total_tokens > 0,
    before: [...input, ...whole.output],
  };
};

const anthropic = async ({ prompt, results, before = [], image, tools, form, stream, signal, key: other, model = MODEL, wrong, onPiece }) => {
  const client = new Anthropic({ baseURL: url, apiKey: other ?? key, maxRetries: 0 });
  const content = [{ type: "text", text: prompt }];
  if (image) content.unshift({ type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } });
  const brought = results?.map(([tool_use_id, content]) => ({ type: "tool_result", tool_use_id, content }));
  const messages = [...before, { role: "user", content: brought ?? content }];
  const asked = { model, max_tokens: 99, messages, ...wrong };
  if (tools) asked.tools = [{ ...WEATHER, input_schema: CITY }];
  if (form) asked.output_config = { format: { type: "json_schema", schema: NUMBER } };
  const pieces = [];
  let whole;
  if (stream) {
    const heard = client.messages.stream(asked, { signal });
    heard.on("text", (piece) => (pieces.push(piece), onPiece?.(piece)));
    whole = await heard.finalMessage();
  } else whole = await client.messages.create(asked, { signal });
  const said = whole.content.filter((one) => one.type === "text").map((one) => one.text);
  const calls = whole.content.filter((one) => one.type === "tool_use").map((one) => [one.id, one.input.city]);
  const used = whole.usage.input_tokens > 0 && whole.usage.output_tokens > 0;
  return { text: said.join(""), calls, pieces, used, before: [...messages, { role: "assistant", content: whole.content }] };
};

const aiSdk = (kind) => async ({ prompt, results, before = [], image, tools, form, stream, signal, key: other, model = MODEL, wrong, onPiece }) => {
  const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: other ?? key });
  const content = [{ type: "text", text: prompt }];
  if (image) content.push({ type: "image", image: `data:image/png;base64,${PIXEL}` });
  const brought = results?.map(([toolCallId, value]) => ({
    type: "tool-result",
    toolCallId,
    toolName: "weather",
    output: { type: "text", value },
  }));
  const messages = [...before, brought ? { role: "tool", content: brought } : { role: "user", content }];
  const providerOptions = wrong ? { openai: wrong } : undefined;
  const asked = { model: openai[kind](model), messages, maxRetries: 0, abortSignal: signal, providerOptions };
  if (tools) asked.tools = { weather: tool({ description: WEATHER.description, inputSchema: jsonSchema(CITY) }) };
  if (form) asked.output = Output.object({ schema: jsonSchema(NUMBER), name: "number" });
  const pieces = [];
  let whole;
  if (stream) {
    let failure = null;
    whole = streamText({ ...asked, onError: ({ error }) => (failure = error) });
    for await (const one of whole.fullStream)
      if (one.type === "text-delta") (pieces.push(one.text), onPiece?.(one.text));
      else if (one.type === "abort") throw new Error("aborted");
    if (failure) throw failure;
  } else whole = await generateText(asked);
  const calls = (await whole.toolCalls).map((one) => [one.toolCallId, one.input.city]);
  const used = (await whole.usage).outputTokens > 0;
  return { text: await whole.text, calls, pieces, used, before: [...messages, ...(await whole.responseMessages)] };
};

const clients = { chat, responses, anthropic, ai_chat: aiSdk("chat"), ai_responses: aiSdk("responses") };
const wrongs = {
  chat: { seed: 3 },
  responses: { truncation: "disabled" },
  anthropic: { inference_geo: "us" },
  ai_chat: { logprobs: 3 },
  ai_responses: { truncation: "disabled" },
};
const ask = clients[name];

const failed = async (given) => {
  try {
    await ask({ prompt: "Hello", ...given });
  } catch (error) {
    return error.status ?? error.statusCode ?? error.constructor.name;
  }
  return null;
};

const parts = {
  async work() {
    const first = await ask({ prompt: "Hello" });
    const streamed = await ask({ prompt: "And at length?", before: first.before, stream: true });
    const asking = { prompt: "How is the weather?", before: streamed.before, tools: true };
    const called = await ask(asking);
    const results = called.calls.map(([id, city]) => [id, `sun in ${city}`]);
    const ran = await ask({ results, before: called.before, tools: true, stream: true });
    const again = await ask({ ...asking, prompt: "And tomorrow?", before: ran.before, stream: true });
    const seen = await ask({ prompt: "What is it?", image: true });
    const formed = await ask({ prompt: "How many?", form: true, model: "fake/some-model" });
    const streamedForm = await ask({ prompt: "How many?", form: true, stream: true, model: "fake/some-model" });
    return {
      text: first.text,
      streamed: [streamed.text, streamed.pieces.join("")],
      used: [first, streamed, called, ran].every((one) => one.used),
      calls: called.calls,
      ran: ran.text,
      again: again.calls.map(([, city]) => city),
      seen: seen.text,
      formed: [formed, streamedForm].map((one) => JSON.parse(one.text)),
    };
  },
  async failures() {
    const statuses = [];
    for (const stream of [false, true])
      statuses.push([
        await failed({ key: "plv_wrong", stream }),
        await failed({ model: "nobody/nothing", stream }),
        await failed({ wrong: wrongs[name], stream }),
        await failed({ model: "fake/fake-h500", stream }),
        await failed({ model: "fake/fake-h429", stream }),
      ]);
    const half = [];
    const broken = await failed({ model: "fake/fake-n9-x3", stream: true, onPiece: (piece) => half.push(piece) });
    const leaving = new AbortController();
    const cancelled = await failed({
      model: "fake/fake-n500-d20",
      stream: true,
      signal: leaving.signal,
      onPiece: () => leaving.abort(),
    });
    return { statuses, half: half.join(""), broken: broken !== null, cancelled: cancelled !== null };
  },
  async rest() {
    const failures = await parts.failures();
    const texts = Array.from({ length: 50 }, (_, n) => ask({ prompt: `Number ${n}`, model: "fake/fake-n3-d1", stream: n % 2 === 0 }));
    const told = await Promise.all(texts);
    return { ...failures, texts: [...new Set(told.map((one) => one.text))] };
  },
};

console.log(JSON.stringify(await parts[part]()));
process.exit(0);
