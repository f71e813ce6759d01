// The MCP conformance suite, unchanged, against a server: prints what each check of each scenario came to.
//
// Two things stand between. The suite asks of Node a name that Node 22 has and Node 20 has not (`fs.globSync`), and uses it
// where repositories are judged, not servers: a loader gives it that name. And it sends no credential, and asks for tools
// and resources by the names that they have on a server made for it: a way to the server adds the one and says the others
// by the names that they have there. Answers come back as they are.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { url, key, version, named } = JSON.parse(process.env.GIVEN);
const suite = new URL("./node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url);
const shim = `export * from "node:fs"; export const globSync = () => [];`;
const hooks = `export const resolve = (name, context, next) =>
  name === "fs" && context.parentURL === ${JSON.stringify(suite.href)}
    ? { url: "data:text/javascript,${encodeURIComponent(shim)}", shortCircuit: true } : next(name, context);`;
const loader = `import { register } from "node:module"; register("data:text/javascript," + ${JSON.stringify(encodeURIComponent(hooks))});`;

const translated = (text, headers) => {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return text;
  }
  const { method, params } = message ?? {};
  const found = named[method]?.[params?.name ?? params?.uri];
  if (!found) return text;
  if ("mcp-name" in headers) headers["mcp-name"] = found.name ?? found.uri ?? headers["mcp-name"];
  return JSON.stringify({ ...message, params: { ...params, ...found } });
};

const target = new URL(url);
const between = createServer(async (asked, answer) => {
  const headers = { ...asked.headers, authorization: `Bearer ${key}` };
  const pieces = [];
  for await (const piece of asked) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  const body = Buffer.from(text ? translated(text, headers) : "");
  if (text) headers["content-length"] = body.length;
  delete headers["transfer-encoding"];
  const sent = request({ host: target.hostname, port: target.port, path: asked.url, method: asked.method, headers }, (came) => {
    answer.writeHead(came.statusCode, came.headers);
    came.pipe(answer);
  });
  sent.on("error", () => answer.destroy());
  answer.on("close", () => sent.destroy());
  sent.end(body);
});
await new Promise((ready) => between.listen(0, "127.0.0.1", ready));
const at = `http://localhost:${between.address().port}/mcp`;

const folder = mkdtempSync(join(tmpdir(), "mcp-conformance-"));
const given = ["--import", `data:text/javascript,${encodeURIComponent(loader)}`, suite.pathname];
given.push("server", "--url", at, "--suite", "all", "--spec-version", version, "--output-dir", folder);
const child = spawn(process.execPath, given, { cwd: folder });
let said = "";
child.stdout.on("data", (piece) => (said += piece));
child.stderr.on("data", (piece) => (said += piece));
await new Promise((done) => child.on("close", done));

const wanted = [...said.matchAll(/^=== Running scenario: (\S+) ===$/gm)].map(([, name]) => name);
const checks = {};
for (const place of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith("checks.json"))) {
  const scenario = wanted.find((name) => new RegExp(`^server-${name}-\\d{4}-`).test(place));
  checks[scenario] = JSON.parse(readFileSync(join(folder, place), "utf8")).map((one) => [one.id, one.status, one.errorMessage ?? ""]);
}
rmSync(folder, { recursive: true });
between.close();
between.closeAllConnections();
console.log(JSON.stringify({ wanted, checks, said: said.slice(-2000) }));
