// The official MCP client for Node, whose line breaks in the midst of an answer: prints what it got all the same.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const { url, key } = JSON.parse(process.env.GIVEN);

// Passes on what the server says, until it is told to break.
let broken = null;
const line = async (...asked) => {
  const answer = await fetch(...asked);
  if (!answer.body || broken || asked[1]?.method !== "POST") return answer;
  const body = answer.body.pipeThrough(
    new TransformStream({
      transform(piece, control) {
        if (broken === "now") {
          broken = "was";
          control.error(new Error("the line broke"));
        } else control.enqueue(piece);
      },
    }),
  );
  return new Response(body, { status: answer.status, headers: answer.headers });
};

const client = new Client({ name: "palaver-test", version: "1.0.0" });
await client.connect(
  new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    fetch: line,
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  }),
);
const heard = [];
const asked = await client.callTool(
  { name: "query", arguments: { prompt: "Count", model: "fake/fake-n300-d5" } },
  undefined,
  {
    onprogress: ({ message }) => {
      heard.push(message ?? "");
      if (heard.length === 1) broken = "now";
    },
  },
);
await client.close();
console.log(JSON.stringify({ broken, text: asked.structuredContent.text, heard: heard.join("") }));
