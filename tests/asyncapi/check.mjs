// Reads an AsyncAPI document from standard input; prints what the parser says of it as JSON.
import { Parser } from "@asyncapi/parser";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { document, diagnostics } = await new Parser().parse(Buffer.concat(chunks).toString("utf8"));
const found = {
  version: document?.version() ?? "",
  channels: document?.channels().all().map((each) => each.id()) ?? [],
  sends: document?.operations().filterBySend().map((each) => each.id()) ?? [],
  receives: document?.operations().filterByReceive().map((each) => each.id()) ?? [],
  diagnostics: diagnostics.map(({ severity, path, message }) => ({ severity, path: path.join("."), message })),
};
process.stdout.write(JSON.stringify(found));
