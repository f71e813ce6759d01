// A server that speaks S3 and checks signatures, on a free port: its bucket is a folder. It prints the port, and ends
// with its standard input.
import { randomUUID } from "node:crypto";
import { promises as files } from "node:fs";
import querystring from "node:querystring";

// Signatures leave nothing but letters, digits and -._~ as it is; JavaScript leaves more, and so did this server.
const plain = globalThis.encodeURIComponent;
const strict = (text) => plain(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
globalThis.encodeURIComponent = strict;
querystring.escape = strict;

const { default: S3rver } = await import("@20minutes/s3rver");

const [directory, bucket] = process.argv.slice(2);
const server = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory, configureBuckets: [{ name: bucket }] });
const { port } = await server.run();

// S3 replaces an object at once: who reads meanwhile has the old bytes or the new. This server wrote into the old file,
// and read as empty what another was writing.
const { store } = server;
const written = store.putContent.bind(store);
store.putContent = async (path, content) => {
  const draft = `${path}.${randomUUID()}`;
  const done = await written(draft, Buffer.isBuffer(content) ? [content] : content);
  await files.rename(draft, path);
  return done;
};

// Nor does it know folders: one that was empty was removed here together with what had just been put into it.
store.deleteObject = async (bucket, key) => {
  const parts = ["object", "object.md5", "metadata.json"].map((part) => store.getResourcePath(bucket, key, part));
  await Promise.all(parts.map((path) => files.rm(path, { force: true })));
};

console.log(port);
process.stdin.on("end", () => process.exit(0)).resume();
