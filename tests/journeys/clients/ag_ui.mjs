// AG-UI's own client over Palaver, unchanged: prints what its agent holds after each run that was asked for.
import { HttpAgent, buildResumeArray } from "@ag-ui/client";

const { url, key, model, part, slow } = JSON.parse(process.env.GIVEN);
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const WEATHER = {
  name: "weather",
  description: "How the weather is.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

const agentOf = (threadId, headers = {}, more = {}) =>
  new HttpAgent({
    url: `${url}/ag-ui`,
    threadId,
    headers: { Authorization: `Bearer ${key}`, ...headers },
    ...more,
  });
const say = (agent, content, id) => agent.addMessage({ id: id ?? crypto.randomUUID(), role: "user", content });
const props = (more = {}) => ({ forwardedProps: { model, ...more } });

const brief = (agent) =>
  agent.messages.map((one) => [
    one.role,
    typeof one.content === "string" ? one.content : null,
    (one.toolCalls ?? []).map((call) => call.function.name),
  ]);

const heard = async (agent, parameters) => {
  const types = [];
  let end = null;
  await agent.runAgent(parameters, {
    onEvent: ({ event }) => void types.push(event.type),
    onRunFinishedEvent: ({ event }) => void (end = event),
    onRunErrorEvent: ({ event }) => void (end = event),
  });
  return { types, end };
};

const parts = {
  async talk() {
    const agent = agentOf("talk", {}, { initialState: { page: "garden" } });
    say(agent, "Hello");
    const first = await heard(agent, {
      ...props(),
      context: [{ description: "Where the person is", value: "in the greenhouse" }],
    });
    const state = agent.state;
    say(agent, [
      { type: "text", text: "What is this?" },
      { type: "image", source: { type: "data", value: PIXEL, mimeType: "image/png" } },
      { type: "document", source: { type: "data", value: btoa("The gate is green."), mimeType: "text/plain" } },
    ]);
    const second = await heard(agent, props());
    const edited = agentOf("talk", {}, { initialMessages: agent.messages.slice(0, 3) });
    say(edited, "And that?");
    await heard(edited, props());
    return { first, state, second, messages: brief(agent), edited: brief(edited) };
  },
  async tools() {
    const agent = agentOf("tools");
    say(agent, "How is the weather?");
    const asked = await heard(agent, { ...props(), tools: [WEATHER] });
    const calls = agent.messages.at(-1).toolCalls;
    for (const call of calls)
      agent.addMessage({
        id: crypto.randomUUID(),
        role: "tool",
        toolCallId: call.id,
        content: `sun in ${JSON.parse(call.function.arguments).city}`,
      });
    const ended = await heard(agent, { ...props(), tools: [WEATHER] });
    return { asked, ended, messages: brief(agent) };
  },
  async approvals() {
    const agent = agentOf("approvals");
    say(agent, "Write two files.");
    const asked = await heard(agent, props());
    const open = agent.pendingInterrupts;
    const resume = buildResumeArray(open, {
      [open[0].id]: { status: "resolved", payload: { approved: true } },
      [open[1].id]: { status: "cancelled" },
    });
    const ended = await heard(agent, { ...props(), resume });
    return { asked, open, ended, messages: brief(agent), session: agent.state.palaver.session_id };
  },
  async question() {
    const agent = agentOf("question");
    say(agent, "Ask me.");
    await heard(agent, props());
    const [open] = agent.pendingInterrupts;
    const ended = await heard(agent, {
      ...props(),
      resume: [{ interruptId: open.id, status: "resolved", payload: { answers: [["Blue"]] } }],
    });
    return { open, ended, messages: brief(agent) };
  },
  async anew() {
    const agent = agentOf("anew");
    say(agent, "As JSON, please.");
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const run = await heard(agent, props({ output_format: { type: "json_schema", schema } }));
    return { run, messages: brief(agent) };
  },
  async cancel() {
    const agent = agentOf("cancel");
    say(agent, "At length, please.");
    const running = agent.runAgent(props({ model: slow }), {
      onTextMessageContentEvent: () => void agent.abortRun(),
    });
    await running.catch(() => null);
    return { session: agent.state.palaver.session_id, messages: brief(agent) };
  },
  async failures() {
    const failed = async (threadId, parameters, headers, content = "Hello") => {
      const agent = agentOf(threadId, headers);
      say(agent, content);
      let end = null;
      try {
        ({ end } = await heard(agent, parameters));
      } catch (error) {
        return [error.status ?? null, error.payload?.code ?? null, error.payload?.message ?? error.message];
      }
      return [null, end?.code ?? null, end?.message ?? null];
    };
    return {
      nobody: await failed("a", props(), { Authorization: "Bearer wrong" }),
      unknown: await failed("b", props({ model: "nobody/nothing" })),
      field: await failed("c", props({ logit_bias: 1 })),
      video: await failed("c", props(), {}, [
        { type: "video", source: { type: "url", value: "https://example.org/a.mp4" } },
      ]),
      foreign: await failed("ses_0190f0c0a8f07000a0a0a0a0a0a0a0a0", props()),
      upstream: await failed("d", props({ model: `${model}-h500` })),
      broken: await failed("e", props({ model: `${model}-n20-e5` })),
    };
  },
  async many() {
    const agents = Array.from({ length: 50 }, (_, n) => agentOf(`many-${n}`));
    for (const text of ["Hello", "And more?"]) {
      agents.forEach((agent) => say(agent, text));
      await Promise.all(agents.map((agent) => agent.runAgent(props())));
    }
    const said = agents.map((agent) => JSON.stringify(brief(agent)));
    return { said: [...new Set(said)].length, messages: brief(agents[0]).length, sessions: new Set(agents.map((agent) => agent.state.palaver.session_id)).size };
  },
};

console.log(JSON.stringify(await parts[part]()));
process.exit(0);
