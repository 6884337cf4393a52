import type { Alert, Answer } from "../stream/protocol";

/** Who acts, until the hub has accounts. */
export const OPERATOR = "operator";
/** How often, and how many times, a pending action is asked after. */
export const ASK_EVERY_MS = 1_000;
export const ASK_TIMES = 30;

/** What can be decided about an alert: 受理, 研判, 搁置, 意见. The hub's own words, part of its paths. */
export type DecisionKind = "acknowledge" | "assess" | "shelve" | "note";

/**
 * One decision of the operator. Repeating it, with the same key, after a broken connection
 * cannot take effect twice.
 */
export interface Decision {
  readonly kind: DecisionKind;
  readonly key: string;
  readonly alertId: string;
  /** The version of the alert that the operator saw. */
  readonly version: number;
  readonly opinion: string;
  /** Of 研判 alone. */
  readonly answer: Answer | null;
  /** Of 搁置 alone: for how long; 0 takes it back. */
  readonly minutes?: number;
}

/**
 * A key no other decision has, version 4 of RFC 9562. Browsers keep `randomUUID` from pages that
 * come over plain HTTP from another machine, as on a wall in a closed network: build it there.
 */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export type Outcome =
  | { readonly outcome: "done"; readonly alert: Alert }
  | { readonly outcome: "conflict"; readonly reason?: string; readonly alert: Alert }
  | { readonly outcome: "refused"; readonly reason?: string }
  /** Accepted, but no outcome yet: the alert itself will tell. */
  | { readonly outcome: "pending"; readonly ask: string }
  /** The hub could not be reached or answered with an error: the same decision may be sent again. */
  | { readonly outcome: "failed"; readonly status: number | null };

export interface Web {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  wait(ms: number): Promise<void>;
}

const browserWeb: Web = {
  fetch: (path, init) => fetch(path, init),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Tells the hub what was decided, and waits for what became of it. */
export async function decide(
  decision: Decision,
  onPending: () => void,
  web: Web = browserWeb,
): Promise<Outcome> {
  const { kind, key, alertId, version, opinion, answer, minutes } = decision;
  const path = `/api/alerts/${encodeURIComponent(alertId)}/${kind}`;
  let outcome = await ask(web, path, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({
      version,
      by: OPERATOR,
      opinion,
      ...(answer === null ? {} : { answer }),
      ...(minutes === undefined ? {} : { minutes }),
    }),
  });
  for (let turn = 0; outcome.outcome === "pending" && turn < ASK_TIMES; turn += 1) {
    onPending();
    const where = outcome.ask;
    await web.wait(ASK_EVERY_MS);
    const next = await ask(web, where);
    // A failed question says nothing about the action: go on asking.
    if (next.outcome !== "failed") outcome = next;
  }
  return outcome;
}

async function ask(web: Web, path: string, init?: RequestInit): Promise<Outcome> {
  let response: Response;
  try {
    response = await web.fetch(path, init);
  } catch (error) {
    if (error instanceof TypeError) return { outcome: "failed", status: null };
    throw error;
  }
  const body = await readBody(response);
  return isOutcome(body) ? body : { outcome: "failed", status: response.status };
}

async function readBody(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null; // no JSON is no outcome: reported as failed with its status
  }
}

function isOutcome(body: unknown): body is Outcome {
  if (typeof body !== "object" || body === null) return false;
  const { outcome, alert, reason, ask: where } = body as Partial<Record<string, unknown>>;
  if (outcome === "done" || outcome === "conflict") return typeof alert === "object" && alert !== null;
  if (outcome === "refused") return reason === undefined || typeof reason === "string";
  return outcome === "pending" && typeof where === "string" && where.startsWith("/");
}
