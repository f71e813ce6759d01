// The AI SDK's chat over Palaver, unchanged: prints what its own state holds after each step that was asked for.
import { Chat } from "@ai-sdk/react";
import {
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  lastAssistantMessageIsCompleteWithToolCalls,
  readUIMessageStream,
} from "ai";

const { url, key, model, part, slow } = JSON.parse(process.env.GIVEN);
const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const WEATHER = {
  name: "weather",
  description: "How the weather is.",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

const NOTE = {
  type: "file",
  mediaType: "text/plain",
  filename: "note.txt",
  url: `data:text/plain;base64,${btoa("The gate is green.")}`,
};

const transport = (body = {}, headers = {}) =>
  new DefaultChatTransport({
    api: `${url}/api/ai-sdk/chat`,
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: { model, ...body },
  });

const brief = (message) =>
  message.parts
    .filter((one) => !["step-start"].includes(one.type) && !one.type.startsWith("data-"))
    .map((one) => {
      const name = one.type === "dynamic-tool" ? one.toolName : one.type;
      return one.toolCallId ? [name, one.state, one.output ?? one.errorText ?? null] : [one.type, one.text ?? one.url];
    });

const settled = async (chat) => {
  while (chat.status === "submitted" || chat.status === "streaming") await new Promise((next) => setTimeout(next, 5));
};

const until = async (holds) => {
  while (!holds()) await new Promise((next) => setTimeout(next, 5));
};

const shown = (chat) => ({
  roles: chat.messages.map((one) => one.role),
  last: brief(chat.messages.at(-1)),
  status: chat.status,
  error: chat.error?.message ?? null,
  session: chat.messages.at(-1).metadata?.palaver?.session_id ?? null,
});

const parts = {
  async talk() {
    const notes = [];
    const chat = new Chat({ id: "talk", transport: transport(), onData: (one) => notes.push(one.type) });
    await chat.sendMessage({ text: "Hello" });
    const first = shown(chat);
    await chat.sendMessage({ text: "What is this?", files: [{ type: "file", mediaType: "image/png", url: PIXEL }, NOTE] });
    const second = shown(chat);
    await chat.regenerate();
    const again = shown(chat);
    await chat.sendMessage({ text: "Hello, edited", messageId: chat.messages[0].id });
    return { first, second, again, edited: shown(chat), notes: [...new Set(notes)] };
  },
  async read() {
    const stream = await transport().sendMessages({
      chatId: "read",
      trigger: "submit-message",
      messages: [{ id: "u1", role: "user", parts: [{ type: "text", text: "Hello" }] }],
    });
    let last;
    let steps = 0;
    for await (const message of readUIMessageStream({ stream })) [last, steps] = [message, steps + 1];
    return { last: brief(last), steps };
  },
  async tools() {
    const called = [];
    const chat = new Chat({
      id: "tools",
      transport: transport({ client_tools: [WEATHER] }),
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
      onToolCall: ({ toolCall }) => {
        called.push([toolCall.toolName, toolCall.input.city]);
        const about = { tool: toolCall.toolName, toolCallId: toolCall.toolCallId };
        if (toolCall.input.city === "Atlantis")
          void chat.addToolOutput({ ...about, state: "output-error", errorText: "It sank." });
        else void chat.addToolOutput({ ...about, output: { sky: `sun in ${toolCall.input.city}` } });
      },
    });
    await chat.sendMessage({ text: "How is the weather?" });
    await until(() => brief(chat.messages.at(-1)).at(-1)[0] === "text");
    await settled(chat);
    const ran = shown(chat);
    await chat.sendMessage({ text: "Thanks" });
    return { called, ran, after: shown(chat) };
  },
  async approvals() {
    const chat = new Chat({
      id: "approvals",
      transport: transport(),
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    });
    await chat.sendMessage({ text: "Write two files." });
    const asked = shown(chat);
    const waiting = chat.messages.at(-1).parts.filter((one) => one.state === "approval-requested");
    const before = chat.messages.length;
    await chat.addToolApprovalResponse({ id: waiting[0].approval.id, approved: true });
    await chat.addToolApprovalResponse({ id: waiting[1].approval.id, approved: false, reason: "Not that one." });
    await until(() => brief(chat.messages.at(-1)).at(-1)[0] === "text");
    await settled(chat);
    return { asked, inputs: waiting.map((one) => one.input.path), ended: shown(chat), before };
  },
  async question() {
    const chat = new Chat({
      id: "question",
      transport: transport(),
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
    });
    await chat.sendMessage({ text: "Ask me." });
    const asked = chat.messages.at(-1).parts.find((one) => one.toolName === "AskUserQuestion");
    await chat.addToolOutput({
      tool: "AskUserQuestion",
      toolCallId: asked.toolCallId,
      output: { answers: [["Blue"]] },
    });
    await until(() => brief(chat.messages.at(-1)).at(-1)[0] === "text");
    await settled(chat);
    return { asked: asked.input.questions[0].question, ended: shown(chat) };
  },
  async resume() {
    const chat = new Chat({ id: "resume", transport: transport({ model: slow }) });
    const sending = chat.sendMessage({ text: "At length, please." });
    await until(() => chat.messages.at(-1)?.role === "assistant" && brief(chat.messages.at(-1))[0]?.[1]?.length > 20);
    await chat.stop();
    await sending;
    const cut = shown(chat);
    await chat.resumeStream();
    const whole = shown(chat);
    const idle = await transport().reconnectToStream({ chatId: "resume" });
    const nowhere = await transport().reconnectToStream({ chatId: "nobody was here" });
    const stopping = new Chat({ id: "stopping", transport: transport({ model: slow, on_disconnect: "stop" }) });
    const asking = stopping.sendMessage({ text: "At length, please." });
    await until(() => stopping.messages.at(-1)?.role === "assistant");
    await stopping.stop();
    await asking;
    const told = new Chat({ id: "told", transport: transport({ model: slow }) });
    const telling = told.sendMessage({ text: "At length, please." });
    await until(() => told.messages.at(-1)?.role === "assistant");
    const reply = await fetch(`${url}/api/ai-sdk/chat/told/stop`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
    });
    await telling;
    return { cut, whole, idle, nowhere, stopped: shown(stopping), told: [reply.status, shown(told)] };
  },
  async reload() {
    const first = new Chat({ id: "reload", transport: transport() });
    await first.sendMessage({ text: "Write a file." });
    const chat = new Chat({ id: "reload", transport: transport() });
    await chat.resumeStream();
    const asked = shown(chat);
    const waiting = chat.messages.at(-1).parts.find((one) => one.state === "approval-requested");
    await chat.addToolApprovalResponse({ id: waiting.approval.id, approved: true });
    await chat.sendMessage();
    const ended = shown(chat);
    const tools = new Chat({ id: "reload tools", transport: transport({ client_tools: [WEATHER] }) });
    await tools.sendMessage({ text: "How is the weather?" });
    const made = tools.messages.at(-1).parts.find((one) => one.type === "tool-weather");
    await tools.addToolOutput({ tool: "weather", toolCallId: made.toolCallId, output: "sun" });
    const sending = tools.sendMessage(undefined, { body: { model: slow } });
    await until(() => brief(tools.messages.at(-1)).at(-1)[0] === "text");
    await tools.stop();
    await sending;
    const again = new Chat({ id: "reload tools", transport: transport(), messages: tools.messages });
    await again.resumeStream();
    return { asked, ended, again: shown(again), same: again.messages.at(-1).id === tools.messages.at(-1).id };
  },
  async anew() {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const body = { output_format: { type: "json_schema", schema }, model: "fake/some-model" };
    const chat = new Chat({ id: "anew", transport: transport(body) });
    await chat.sendMessage({ text: "As JSON, please." });
    return shown(chat);
  },
  async failures() {
    const failed = async (id, given, headers) => {
      const chat = new Chat({ id, transport: transport(given, headers) });
      await chat.sendMessage({ text: "Hello" });
      let code = null;
      try {
        code = JSON.parse(chat.error.message).code;
      } catch {}
      return [chat.error.statusCode ?? null, code, chat.error.message, chat.messages.map((one) => one.role)];
    };
    return {
      nobody: await failed("a", {}, { authorization: "Bearer wrong" }),
      unknown: await failed("b", { model: "nobody/nothing" }),
      field: await failed("c", { logit_bias: { 1: 2 } }),
      foreign: await failed("ses_0190f0c0a8f07000a0a0a0a0a0a0a0a0", {}),
      upstream: await failed("d", { model: `${model}-h500` }),
      broken: await failed("e", { model: `${model}-n20-e5` }),
    };
  },
  async many() {
    const chats = Array.from({ length: 50 }, (_, n) => new Chat({ id: `many-${n}`, transport: transport() }));
    await Promise.all(chats.map((chat, n) => chat.sendMessage({ text: `Number ${n}` })));
    await Promise.all(chats.map((chat) => chat.sendMessage({ text: "And more?" })));
    const said = chats.map((chat) => JSON.stringify([chat.messages.length, brief(chat.messages.at(-1)), chat.status]));
    return { said: [...new Set(said)], sessions: new Set(chats.map((chat) => shown(chat).session)).size };
  },
};

console.log(JSON.stringify(await parts[part]()));
process.exit(0);
