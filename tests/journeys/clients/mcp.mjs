// The official MCP client for Node over Palaver's /mcp: prints what it got.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const { url, key } = JSON.parse(process.env.GIVEN);
const authorized = (token) => ({ requestInit: { headers: { Authorization: `Bearer ${token}` } } });

const client = new Client({ name: "palaver-test", version: "1.0.0" });
const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), authorized(key));
await client.connect(transport);
const { tools } = await client.listTools();

const heard = [];
const asked = await client.callTool({ name: "query", arguments: { prompt: "Count", model: "fake/fake-n20-d5" } }, undefined, {
  onprogress: ({ message }) => heard.push(message ?? ""),
});

const stop = new AbortController();
const given = { name: "query", arguments: { prompt: "Count on", model: "fake/fake-n2000-d5" } };
const cancelled = await client
  .callTool(given, undefined, { signal: stop.signal, onprogress: () => stop.abort("enough") })
  .then(() => "answered", (error) => `refused: ${error.message}`);

const { resources } = await client.listResources();
const uri = `palaver://sessions/${asked.structuredContent.session_id}`;
const { contents } = await client.readResource({ uri });
const wrong = await client.callTool({ name: "read_session", arguments: { session_id: "ses_none" } });
const missing = await client.readResource({ uri: "palaver://sessions/ses_none" }).then(() => 0, (error) => error.code);
await transport.terminateSession();
await client.close();

const stranger = new Client({ name: "palaver-test", version: "1.0.0" });
const refused = await stranger
  .connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), authorized("nonsense")))
  .then(() => 0, (error) => error.code ?? error.name);

console.log(
  JSON.stringify({
    tools: tools.map((one) => one.name),
    text: asked.structuredContent.text,
    heard: heard.join(""),
    pieces: heard.length,
    cancelled,
    listed: resources.map((one) => one.uri).includes(uri),
    markdown: contents[0].text,
    wrong: [wrong.isError, wrong.content[0].text],
    missing,
    refused,
    session: asked.structuredContent.session_id,
  }),
);
