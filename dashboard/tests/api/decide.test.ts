import { describe, expect, it } from "vitest";
import { ASK_TIMES, decide, newKey, type Decision, type Outcome, type Web } from "../../src/api/decide";
import { acknowledgement, alert } from "../samples";

const DECISION: Decision = {
  kind: "acknowledge",
  key: "key-1",
  alertId: "parking/saturated/中街#3",
  version: 7,
  opinion: "已核实",
  answer: null,
};

interface Asked {
  path: string;
  init: RequestInit | undefined;
}

/** A hub that gives the listed answers in turn; an Error is a broken connection. */
function hub(...answers: (readonly [number, unknown] | Error)[]): Web & { asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    fetch: (path, init) => {
      asked.push({ path, init });
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? new TypeError("no answer");
      if (answer instanceof Error) return Promise.reject(answer);
      const [status, body] = answer;
      return Promise.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status }));
    },
    wait: () => Promise.resolve(),
  };
}

const run = (web: Web): Promise<Outcome> => decide(DECISION, () => undefined, web);

describe("a decision", () => {
  it("sends key, version and opinion to the escaped path of the alert", async () => {
    const web = hub([200, { outcome: "done", alert: alert("x") }]);
    expect((await run(web)).outcome).toBe("done");
    expect(web.asked[0]?.path).toBe("/api/alerts/parking%2Fsaturated%2F%E4%B8%AD%E8%A1%97%233/acknowledge");
    expect(web.asked[0]?.init?.headers).toMatchObject({ "idempotency-key": "key-1" });
    expect(JSON.parse(web.asked[0]?.init?.body as string)).toEqual({ version: 7, by: "operator", opinion: "已核实" });
  });

  it("of 研判 carries its answer, on a path of its own", async () => {
    const web = hub([200, { outcome: "done", alert: alert("x") }]);
    await decide({ ...DECISION, kind: "assess", answer: "false" }, () => undefined, web);
    expect(web.asked[0]?.path).toMatch(/%233\/assess$/);
    expect(JSON.parse(web.asked[0]?.init?.body as string)).toMatchObject({ opinion: "已核实", answer: "false" });
  });

  it("tells of a conflict with the alert as it is now", async () => {
    const now = alert("x", { acknowledged: acknowledgement });
    expect(await run(hub([409, { outcome: "conflict", reason: "version", alert: now }]))).toMatchObject({ alert: now });
  });

  it("tells the reason of a refusal", async () => {
    expect(await run(hub([422, { outcome: "refused", reason: "空" }]))).toEqual({ outcome: "refused", reason: "空" });
  });

  it("asks after a pending outcome, across a broken connection, until it is there", async () => {
    const pending = [202, { outcome: "pending", ask: "/api/actions/key-1" }] as const;
    const web = hub(pending, pending, new TypeError("gone"), [200, { outcome: "done", alert: alert("x") }]);
    expect((await run(web)).outcome).toBe("done");
    expect(web.asked.map((each) => each.path).slice(1)).toEqual(Array(3).fill("/api/actions/key-1"));
  });

  it("stops asking after a while and says that it is still pending", async () => {
    const web = hub([202, { outcome: "pending", ask: "/api/actions/key-1" }]);
    expect((await run(web)).outcome).toBe("pending");
    expect(web.asked.length).toBe(ASK_TIMES + 1);
  });

  it.each([
    ["a broken connection", new TypeError("gone"), null],
    ["a server error", [500, "<html>"], 500],
    ["an answer that is no outcome", [200, { ok: true }], 200],
  ] as const)("takes %s for a failure that may be repeated", async (_, answer, status) => {
    expect(await run(hub(answer))).toEqual({ outcome: "failed", status });
  });
});

it("makes keys of RFC 9562 version 4, with or without a secure context", () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(newKey()).toMatch(shape);
  const whole = crypto.randomUUID.bind(crypto);
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  expect(newKey()).toMatch(shape);
  Object.defineProperty(crypto, "randomUUID", { value: whole, configurable: true });
});
