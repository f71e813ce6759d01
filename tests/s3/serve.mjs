// A server that speaks S3 and checks signatures, on a free port: its bucket is a folder. It prints the port, and ends
// with its standard input.
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
console.log(port);
process.stdin.on("end", () => process.exit(0)).resume();
