/**
 * Speaks the contract of `cityhub serve` for looking at the page without a hub:
 *
 *   npm run fake -- [--port 8123] [--lots 340] [--seed 1] [--calm] [--geo DIR] [--static dist]
 *
 * Controls, to see the page in trouble: POST /dev/mute (no frames), /dev/unmute, /dev/drop (close
 * all sockets), /dev/gap (lose a telemetry frame), /dev/epoch (history lost), /dev/raise (an alert).
 * An opinion beginning with 409, 422, 202 or 500 makes the answer of that kind.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { WebSocketServer } from "ws";
import { DISTRICT_ITEMS, FakeCity, SCENARIOS } from "./fake-city.mjs";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "8123" },
    lots: { type: "string", default: "340" },
    seed: { type: "string", default: "1" },
    calm: { type: "boolean", default: false },
    geo: { type: "string" },
    static: { type: "string", default: join(import.meta.dirname, "../dist") },
  },
});

/** The policy of the hub: what the built page must live with. */
const POLICY = "default-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const city = new FakeCity({ lots: Number(options.lots), seed: Number(options.seed), calm: options.calm });
const clients = new Set();
const incidents = [];
const answers = new Map();
let epoch = "fake-1";
let seq = 0;
let muted = false;

const frame = (kind, rest) => JSON.stringify({ kind, epoch, seq, ...rest });
const cityTime = () => new Date().toISOString();
const broadcast = (text) => {
  if (!muted) for (const client of clients) client.send(text);
};

function snapshot(resumed) {
  const alerts = resumed ? [] : [...city.alerts.values()].filter((each) => each.cleared === null || each.acknowledged === null);
  return frame("snapshot", { incident_seq: incidents.length, resumed, city_time: cityTime(), entities: [...city.entities.values()], alerts });
}

function incident(alert) {
  city.alerts.set(alert.id, alert);
  incidents.push(alert);
  broadcast(frame("incident", { seq: incidents.length, prev: incidents.length - 1, alert }));
}

function decide(id, kind, { version, by, opinion, answer }) {
  const alert = city.alerts.get(id);
  if (alert === undefined) return [422, { outcome: "refused", reason: "没有这条告警" }];
  if (opinion.startsWith("422")) return [422, { outcome: "refused", reason: "不在本岗位职责内" }];
  if (opinion.startsWith("500")) return [500, {}];
  const note = { by: opinion.startsWith("409") ? "张三" : by, at: cityTime(), opinion };
  const assessment = kind === "assess" ? { ...note, answer } : alert.assessment;
  const done = { ...alert, version: alert.version + 1, acknowledged: alert.acknowledged ?? note, assessment };
  if (opinion.startsWith("409")) {
    incident(done);
    return [409, { outcome: "conflict", reason: "already-acknowledged", alert: done }];
  }
  if (alert.version !== version) return [409, { outcome: "conflict", reason: "version", alert }];
  incident(done);
  return [200, { outcome: "done", alert: done }];
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}");
}

const CONTROLS = {
  mute: () => (muted = true),
  unmute: () => (muted = false),
  drop: () => clients.forEach((client) => client.terminate()),
  gap: () => (seq += 1),
  epoch: () => (epoch = `fake-${Date.now()}`),
  raise: () => incident({ ...city.raise("sanhao", "red", "三好街商圈停车饱和", 0, null), version: Date.now() }),
};

async function answer(request, path) {
  const action = /^\/api\/alerts\/(.+)\/(acknowledge|assess)$/.exec(path);
  if (request.method === "POST" && action !== null) {
    const key = request.headers["idempotency-key"];
    const decision = await body(request);
    if (!answers.has(key)) answers.set(key, decide(decodeURIComponent(action[1]), action[2], decision));
    if (decision.opinion.startsWith("202")) return [202, { outcome: "pending", ask: `/api/actions/${key}` }];
    return answers.get(key);
  }
  if (path.startsWith("/api/actions/")) return answers.get(path.slice(13)) ?? [404, {}];
  if (path === "/api/scenarios") return [200, { items: SCENARIOS, next: null }];
  if (path === "/api/districts") return [200, { items: DISTRICT_ITEMS, next: null }];
  const control = /^\/dev\/(\w+)$/.exec(path);
  if (request.method === "POST" && control !== null && control[1] in CONTROLS) {
    CONTROLS[control[1]]();
    return [200, {}];
  }
  return null;
}

async function serveFile(path, response) {
  const inGeo = path.startsWith("/geo/") && options.geo !== undefined;
  const file = inGeo ? join(options.geo, normalize(path.slice(4))) : join(options.static, normalize(path === "/" ? "/index.html" : path));
  try {
    const content = await readFile(file);
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/json", "content-security-policy": POLICY });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
}

const server = createServer((request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  void answer(request, path).then((result) => {
    if (result === null) return serveFile(path, response);
    response.writeHead(result[0], { "content-type": "application/json" });
    response.end(JSON.stringify(result[1]));
  });
});

new WebSocketServer({ server, path: "/ws/city" }).on("connection", (socket, request) => {
  const query = new URL(request.url, "http://localhost").searchParams;
  const from = Number(query.get("incident_seq"));
  const resumed = query.get("epoch") === epoch && Number.isInteger(from) && from <= incidents.length;
  socket.send(frame("hello", { seq: 0, protocol: 1, server_time: cityTime(), city_time: cityTime(), rate: 1, delay_ms: 12 }));
  socket.send(snapshot(resumed));
  if (resumed) {
    incidents.slice(from).forEach((alert, index) => {
      socket.send(frame("incident", { seq: from + index + 1, prev: from + index, alert }));
    });
  }
  clients.add(socket);
  socket.on("close", () => clients.delete(socket));
  socket.on("message", (text) => {
    if (JSON.parse(text.toString()).kind === "snapshot") socket.send(snapshot(false));
  });
});

setInterval(() => {
  const upsert = city.step();
  const prev = seq;
  seq += 1;
  broadcast(frame("delta", { prev, city_time: cityTime(), delay_ms: 40 + (seq % 30), upsert, remove: [] }));
}, 250);

setInterval(() => {
  const parts = { devices: { online: Number(options.lots) - 9, total: Number(options.lots) }, events_per_second: 24, gaps: 0, ingest: { ok: true, detail: "" }, work: { ok: true, detail: "" } };
  broadcast(frame("beat", { server_time: cityTime(), city_time: cityTime(), delay_ms: 42, ready: true, parts }));
}, 1000);

server.listen(Number(options.port), "127.0.0.1", () => {
  process.stdout.write(`fake hub on http://127.0.0.1:${options.port}\n`);
});
